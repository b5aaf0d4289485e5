//! What is sent to Cloud Build for an image: which files, their digests, and the archive made of them.
//!
//! Equal inputs give equal digests, tags and archives: paths are sorted, times and owners do not count, modes are
//! reduced to two. Must never know a cloud.

mod archive;
mod deny;
mod docker_ignore;
mod error;
mod gcloud_ignore;
mod hash;
mod walk;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use model::{Archive, Content};

pub(crate) use error::{Blame, ContextError};

use crate::document::Build;
use hash::Digester;

/// The files of a build, as they were when the spec was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildContext {
    /// The folder the files lie in; none where the Dockerfile is rendered and is all there is.
    pub folder: Option<PathBuf>,
    /// The files and links that are sent, sorted by path.
    pub files: Vec<ContextFile>,
    /// Paths that no ignore rule names and that are left out all the same, such as keys and `.env` files.
    pub denied: Vec<String>,
    /// The Dockerfile's path inside the folder.
    pub dockerfile: String,
    /// The Dockerfile's text.
    pub dockerfile_text: String,
    digest: String,
    tag: String,
}

/// One file or link of a build context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// The path inside the context, with forward slashes.
    pub path: String,
    /// SHA-256 of the content, or of a link's target, in lower-case hex.
    pub digest: String,
    /// Permission bits: `0o644`, or `0o755` for what can be executed.
    pub mode: u32,
    /// Length in bytes; 0 for a link.
    pub size: u64,
    /// Where a link points, as it was written; none for a file.
    pub link: Option<String>,
}

impl BuildContext {
    /// Reads the context of a build; `base` is the spec's folder, `spec` the name of the spec's file in it.
    pub(crate) fn read(base: &Path, spec: &str, folder: &str, build: &Build) -> Result<Self, ContextError> {
        let folder = walk::folder(base, folder)?;
        let dockerfile = walk::dockerfile(&folder, &build.dockerfile)?;
        let dockerfile_text = walk::dockerfile_text(&folder, &dockerfile)?;
        let found = walk::files(&folder, &dockerfile, &base.join(spec))?;
        let digest = context_digest(&found.files);
        let args: IndexMap<&str, &str> =
            build.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let tag = tag(&digest, &dockerfile, args);
        Ok(Self {
            folder: Some(folder),
            files: found.files,
            denied: found.denied,
            dockerfile,
            dockerfile_text,
            digest,
            tag,
        })
    }

    /// A context that is nothing but a rendered Dockerfile.
    pub(crate) fn rendered(dockerfile_text: String) -> Self {
        let dockerfile = "Dockerfile".to_owned();
        let file = ContextFile {
            path: dockerfile.clone(),
            digest: model::digest::sha256(&dockerfile_text),
            mode: 0o644,
            size: u64::try_from(dockerfile_text.len()).unwrap_or(u64::MAX),
            link: None,
        };
        let files = vec![file];
        let digest = context_digest(&files);
        let tag = tag(&digest, &dockerfile, IndexMap::new());
        Self { folder: None, files, denied: Vec::new(), dockerfile, dockerfile_text, digest, tag }
    }

    /// The tag of the image that comes of these inputs: files, Dockerfile and build arguments.
    ///
    /// Machine type, disk, time limit, account and place of a build change how it runs, not what it makes.
    pub fn tag(&self) -> String {
        self.tag.clone()
    }
}

impl Content for BuildContext {
    fn digest(&self) -> &str {
        &self.digest
    }

    fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.path.as_str()).collect()
    }

    fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    fn archive(&self) -> std::io::Result<Archive> {
        let from = match &self.folder {
            Some(folder) => archive::From::Folder(folder),
            None => archive::From::Text(&self.dockerfile_text),
        };
        archive::write(from, &self.files)
    }
}

fn context_digest(files: &[ContextFile]) -> String {
    let mut digester = Digester::new("gemmactl context 1");
    for file in files {
        digester.field(&file.path);
        digester.field(if file.link.is_some() { "link" } else { "file" });
        digester.field(&format!("{:o}", file.mode));
        digester.field(&file.digest);
    }
    digester.hex()
}

fn tag(context: &str, dockerfile: &str, mut args: IndexMap<&str, &str>) -> String {
    args.sort_unstable_keys();
    let mut digester = Digester::new("gemmactl build 1");
    digester.field(context);
    digester.field(dockerfile);
    for (name, value) in args {
        digester.field(name);
        digester.field(value);
    }
    digester.hex().chars().take(32).collect()
}

#[cfg(test)]
mod tests;
