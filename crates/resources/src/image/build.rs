//! The build request. Source: Cloud Build v1, `Build`. Knows nothing of how a build is followed.

use std::collections::BTreeMap;

use model::{Json, ProjectId, StackName};
use serde_json::json;
use spec::{Build, ContextFile};

use crate::json;

/// The builder that has docker in it. Source: Cloud Build, "Cloud builders".
const BUILDER: &str = "gcr.io/cloud-builders/docker";

/// A build to be asked for.
#[derive(Debug)]
pub(super) struct Request<'build> {
    /// The image with its tag.
    pub(super) image: String,
    /// Bucket, object and generation of the uploaded context.
    pub(super) source: (&'build str, &'build str, &'build str),
    /// The settings of the spec.
    pub(super) build: &'build Build,
    /// The e-mail address of the account it runs as, when the spec names one.
    pub(super) account: Option<&'build str>,
    /// Whose it is.
    pub(super) stack: &'build StackName,
    /// Where.
    pub(super) project: &'build ProjectId,
    /// The image's name in the spec.
    pub(super) name: &'build str,
}

impl Request<'_> {
    /// The body of `builds.create`.
    pub(super) fn body(&self) -> Json {
        let (bucket, object, generation) = self.source;
        let mut body = json!({
            "source": {"storageSource": {"bucket": bucket, "object": object, "generation": generation}},
            "steps": [{"name": BUILDER, "args": self.arguments()}],
            "images": [self.image],
            "tags": ["gemmactl", format!("stack-{}", self.stack), format!("image-{}", self.name)],
            // The one choice that works with and without an account of one's own, and needs no bucket for logs.
            "options": {"logging": "CLOUD_LOGGING_ONLY"},
        });
        if let Some(timeout) = self.build.timeout {
            json::put(&mut body, &["timeout"], timeout.to_string());
        }
        if let Some(machine) = &self.build.machine_type {
            json::put(&mut body, &["options", "machineType"], machine.as_str());
        }
        if let Some(size) = self.build.disk_size_gb {
            json::put(&mut body, &["options", "diskSizeGb"], size.to_string());
        }
        if let Some(email) = self.account {
            let account = format!("projects/{}/serviceAccounts/{email}", self.project);
            json::put(&mut body, &["serviceAccount"], account);
        }
        body
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["build".to_owned(), "-t".to_owned(), self.image.clone()];
        arguments.extend(["-f".to_owned(), literal(&self.build.dockerfile)]);
        // In the order of their names: moving lines of the spec about changes nothing.
        let named: BTreeMap<_, _> = self.build.args.iter().collect();
        for (name, value) in named {
            arguments.extend(["--build-arg".to_owned(), literal(&format!("{name}={value}"))]);
        }
        arguments.push(".".to_owned());
        arguments
    }
}

/// Text that Cloud Build is not to substitute anything in. Source: Cloud Build, "Substituting variable values".
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

/// What is known of a file: its digest, and what else makes it another file.
pub(super) fn shown_file(file: &ContextFile) -> String {
    match &file.link {
        Some(target) => format!("link to {target}"),
        None if file.mode & 0o100 != 0 => format!("sha256:{} executable", file.digest),
        None => format!("sha256:{}", file.digest),
    }
}
