//! Writes without a condition: the fixed list, each with its reason. Nothing else may be written so.

use crate::exchange::Exchange;

/// A write that carries no condition.
#[derive(Debug, Clone, Copy)]
pub struct Unconditional {
    /// The method's id.
    pub method: &'static str,
    /// Why it carries none.
    pub reason: &'static str,
    /// Where the method takes a condition and only some of its calls go without: which, by their paths.
    only: Option<fn(&str) -> bool>,
}

impl Unconditional {
    /// Whether a call of a method is one of these.
    pub(crate) fn covers(&self, method: &str, exchange: &Exchange) -> bool {
        self.method == method && self.only.is_none_or(|covers| covers(&exchange.path))
    }

    /// Whether the method takes a condition that other calls of it must carry.
    #[cfg(test)]
    pub(crate) fn has_other_means(&self) -> bool {
        self.only.is_some()
    }
}

const fn without(method: &'static str, reason: &'static str) -> Unconditional {
    Unconditional { method, reason, only: None }
}

/// Every such write.
pub const UNCONDITIONAL: &[Unconditional] = &[
    without(
        "artifactregistry.projects.locations.repositories.patch",
        "repositories have no etag; the mask names the fields that are meant",
    ),
    without(
        "artifactregistry.projects.locations.repositories.delete",
        "repositories have no etag; the plan has just read whose it is",
    ),
    without("artifactregistry.projects.locations.repositories.packages.delete", "packages have no etag"),
    without(
        "artifactregistry.projects.locations.repositories.packages.versions.delete",
        "the name is the digest of what is deleted",
    ),
    without(
        "cloudbuild.projects.locations.builds.create",
        "builds have no name to be taken; after a lost answer they are looked for",
    ),
    without("iam.projects.serviceAccounts.patch", "the etag of accounts is the same for all (recorded)"),
    without("serviceusage.services.batchEnable", "a switch: turning it twice is turning it once"),
    without("serviceusage.services.disable", "a switch: turning it twice is turning it once"),
    Unconditional {
        method: "storage.buckets.delete",
        reason: "the record's bucket: it goes when it is empty, which Cloud Storage itself demands",
        only: Some(|path| path.starts_with("/storage/v1/b/gemmactl-") && !path.contains("/gemmactl-src-")),
    },
];
