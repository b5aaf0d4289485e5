//! Flags of `gcloud run deploy` that set nothing the spec would say in its own words, each with the reason.

/// A flag without a setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unoffered {
    /// The flag; one that ends in `-*` stands for all that begin so.
    pub(crate) flag: &'static str,
    pub(crate) reason: &'static str,
}

/// Every one.
#[rustfmt::skip]
pub(crate) const UNOFFERED: &[Unoffered] = &[
    Unoffered { flag: "--async", reason: "apply waits for what it has begun; the plan of the next run shows what is left" },
    Unoffered { flag: "--region", reason: "`region`, of the spec or of the service" },
    Unoffered { flag: "--namespace", reason: "of Knative on clusters; on Cloud Run it is the project" },
    Unoffered { flag: "--allow-unauthenticated", reason: "`invokers`, held in a table of its own" },
    Unoffered { flag: "--source", reason: "`images`: gemmactl builds, and deploys by digest" },
    Unoffered { flag: "--function", reason: "for sources without a Dockerfile; images are built from one" },
    Unoffered { flag: "--base-image", reason: "for sources without a Dockerfile" },
    Unoffered { flag: "--automatic-updates", reason: "for sources without a Dockerfile" },
    Unoffered { flag: "--build-service-account", reason: "`build.serviceAccount` of an image" },
    Unoffered { flag: "--build-worker-pool", reason: "builds run on the default pool" },
    Unoffered { flag: "--build-env-vars-file", reason: "for buildpacks; a Dockerfile has `build.args`" },
    Unoffered { flag: "--set-build-env-vars", reason: "for buildpacks; a Dockerfile has `build.args`" },
    Unoffered { flag: "--allow-unencrypted-build", reason: "the key of a service does not reach its build" },
    Unoffered { flag: "--env-vars-file", reason: "`env`: a spec is a file already" },
    Unoffered { flag: "--set-secrets", reason: "`secrets` and `volumes`, as with --update-secrets" },
    Unoffered { flag: "--set-custom-audiences", reason: "`customAudiences`, as with --add-custom-audiences" },
    Unoffered { flag: "--revision-suffix", reason: "the server names revisions, so that a spec can be applied again" },
    Unoffered { flag: "--tag", reason: "`traffic`, which names revisions that are there" },
    Unoffered { flag: "--no-traffic", reason: "`traffic`, which names revisions that are there" },
    Unoffered { flag: "--labels", reason: "gcloud labels the revision, too; the spec's `labels` are the service's, since a label of a revision makes a new one" },
    Unoffered { flag: "--container", reason: "a spec describes one container; others of a service are left as they are" },
    Unoffered { flag: "--depends-on", reason: "between containers; a spec describes one" },
    Unoffered { flag: "--breakglass", reason: "a justification belongs to one deployment, not to what is wanted" },
    Unoffered { flag: "--encryption-key-shutdown-hours", reason: "left as it is" },
    Unoffered { flag: "--post-key-revocation-action-type", reason: "left as it is" },
    Unoffered { flag: "--add-cloudsql-instances", reason: "left as it is: model servers have no database" },
    Unoffered { flag: "--set-cloudsql-instances", reason: "left as it is: model servers have no database" },
    Unoffered { flag: "--update-*", reason: "a spec says what is wanted, not what changes" },
    Unoffered { flag: "--remove-*", reason: "a spec says what is wanted, not what changes" },
    Unoffered { flag: "--clear-*", reason: "a spec says what is wanted, not what changes" },
];

impl Unoffered {
    /// Whether a flag of gcloud's is meant.
    pub(crate) fn is_of(&self, flag: &str) -> bool {
        match self.flag.strip_suffix('*') {
            Some(start) => flag.starts_with(start),
            None => flag == self.flag,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UNOFFERED;

    #[test]
    fn every_flag_that_is_not_offered_has_one_reason() {
        for (index, one) in UNOFFERED.iter().enumerate() {
            assert!(one.reason.len() > 10, "{}", one.flag);
            let others = UNOFFERED.iter().skip(index + 1);
            assert!(
                others.clone().all(|other| !one.is_of(other.flag) && !other.is_of(one.flag)),
                "{}",
                one.flag
            );
        }
    }

    #[test]
    fn the_page_on_conformance_lists_every_flag_that_is_not_offered() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
        let page = std::fs::read_to_string(page).unwrap();
        for one in UNOFFERED {
            let row = format!("| `{}` | {} |", one.flag, one.reason);
            assert!(page.contains(&row), "docs/conformance.md lacks:\n{row}");
        }
    }
}
