//! Finds the files of a build context. Follows no link out of it and takes nothing that is not a file, folder or link.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ContextFile;
use super::deny::is_denied;
use super::docker_ignore::DockerIgnore;
use super::error::ContextError;
use super::gcloud_ignore::{EntryKind, GcloudIgnore};
use super::hash::{Digester, digest_of};

/// Files of one context, at most.
const MOST_FILES: usize = 20_000;
/// Bytes of one context, at most: 2 GiB. Weights belong into a bucket or are fetched by the Dockerfile.
const MOST_BYTES: u64 = 2 << 30;
/// Folders inside each other, at most.
const MOST_DEPTH: usize = 64;
/// Bytes of a Dockerfile or of a file of ignore rules, at most.
const MOST_TEXT: u64 = 1 << 20;
/// Rules of one file of ignore rules, at most: each costs time and memory before the first file is looked at.
const MOST_RULES: usize = 2_000;

/// What a walk found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) files: Vec<ContextFile>,
    pub(super) denied: Vec<String>,
}

/// The context's folder: inside the spec's folder, also after links are followed.
pub(super) fn folder(base: &Path, context: &str) -> Result<PathBuf, ContextError> {
    let help = "a context lies inside the folder of the spec, so that a spec can not send anything else";
    let outside = || {
        ContextError::new(
            "context-outside",
            format!("the context `{context}` lies outside the spec's folder"),
        )
        .with_help(help)
    };
    if Path::new(context).components().any(|part| matches!(part, Component::Prefix(_) | Component::RootDir))
        || normal(context).is_none()
    {
        return Err(outside());
    }
    let folder = base.join(context);
    let real = fs::canonicalize(&folder).map_err(|error| {
        if error.kind() != std::io::ErrorKind::NotFound {
            return ContextError::unreadable(context, &error);
        }
        ContextError::new("context-missing", format!("the context folder `{context}` does not exist"))
            .with_help(format!("it is looked for at {}", folder.display()))
    })?;
    let real_base = fs::canonicalize(base)
        .map_err(|error| ContextError::unreadable(&base.display().to_string(), &error))?;
    if !real.starts_with(&real_base) {
        return Err(outside());
    }
    if !real.is_dir() {
        return Err(ContextError::new("context-missing", format!("the context `{context}` is not a folder")));
    }
    Ok(real)
}

/// The Dockerfile's path inside the folder, cleaned.
pub(super) fn dockerfile(folder: &Path, dockerfile: &str) -> Result<String, ContextError> {
    let path = normal(dockerfile).filter(|path| !path.is_empty());
    let Some(path) = path.filter(|_| !dockerfile.starts_with('/')) else {
        return Err(ContextError::new(
            "dockerfile-outside",
            format!("the Dockerfile `{dockerfile}` lies outside the context"),
        )
        .of_dockerfile());
    };
    let found = fs::canonicalize(folder.join(&path)).ok().filter(|file| file.is_file());
    match found {
        Some(file) if file.starts_with(folder) => Ok(path),
        Some(_) => Err(ContextError::new(
            "dockerfile-outside",
            format!("the Dockerfile `{dockerfile}` is a link out of the context"),
        )
        .of_dockerfile()),
        None => Err(ContextError::new("dockerfile-missing", format!("the context has no `{path}`"))
            .with_help("add one, or name another file under `dockerfile`")
            .of_dockerfile()),
    }
}

/// The Dockerfile's text.
pub(super) fn dockerfile_text(folder: &Path, dockerfile: &str) -> Result<String, ContextError> {
    text(&folder.join(dockerfile), dockerfile).map_err(ContextError::of_dockerfile)
}

/// A file of ignore rules, if there is one.
pub(super) fn read_rules(folder: &Path, name: &str) -> Result<Option<String>, ContextError> {
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {
            let text = text(&path, name)?;
            let rules = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
            if rules > MOST_RULES {
                let message = format!("`{name}` has {rules} rules, at most {MOST_RULES} are read");
                return Err(ContextError::new("context-too-large", message)
                    .with_help("name folders or use patterns instead of single files"));
            }
            Ok(Some(text))
        }
        Ok(_) => Err(ContextError::new("context-special-file", format!("`{name}` has to be a plain file"))),
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(ContextError::unreadable(name, &error)),
    }
}

fn text(path: &Path, name: &str) -> Result<String, ContextError> {
    let length = fs::metadata(path).map_err(|error| ContextError::unreadable(name, &error))?.len();
    if length > MOST_TEXT {
        return Err(ContextError::new(
            "context-too-large",
            format!("`{name}` has {length} bytes, at most {MOST_TEXT} are read"),
        ));
    }
    let bytes = fs::read(path).map_err(|error| ContextError::unreadable(name, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| ContextError::new("context-unreadable", format!("`{name}` is not UTF-8")))
}

/// Every file that is sent, sorted by path.
pub(super) fn files(folder: &Path, dockerfile: &str, spec: &Path) -> Result<Found, ContextError> {
    let mut walk = Walk {
        folder,
        dockerfile,
        spec: fs::canonicalize(spec).ok(),
        gcloud: GcloudIgnore::read(folder)?,
        docker: DockerIgnore::read(folder, dockerfile)?,
        found: Found { files: Vec::new(), denied: Vec::new() },
        bytes: 0,
    };
    walk.folder(folder, "", 0, Sent::Yes)?;
    let mut found = walk.found;
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    found.denied.sort();
    Ok(found)
}

/// Whether the files of a folder are sent; in an ignored one only the Dockerfile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Yes,
    No,
}

struct Walk<'w> {
    folder: &'w Path,
    dockerfile: &'w str,
    spec: Option<PathBuf>,
    gcloud: GcloudIgnore,
    docker: DockerIgnore,
    found: Found,
    bytes: u64,
}

impl Walk<'_> {
    fn folder(&mut self, at: &Path, inside: &str, depth: usize, sent: Sent) -> Result<(), ContextError> {
        if depth > MOST_DEPTH {
            return Err(ContextError::new(
                "context-too-large",
                format!("folders are nested more than {MOST_DEPTH} deep at `{inside}`"),
            ));
        }
        let unreadable = |error: std::io::Error| {
            ContextError::unreadable(if inside.is_empty() { "." } else { inside }, &error)
        };
        for entry in fs::read_dir(at).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else {
                let message =
                    format!("a file name in `{}` is not UTF-8", if inside.is_empty() { "." } else { inside });
                return Err(ContextError::new("context-unreadable", message));
            };
            let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            self.entry(&entry.path(), &name, path, depth, sent)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        at: &Path,
        name: &str,
        path: String,
        depth: usize,
        sent: Sent,
    ) -> Result<(), ContextError> {
        let metadata = fs::symlink_metadata(at).map_err(|error| ContextError::unreadable(&path, &error))?;
        let kind = if metadata.is_dir() { EntryKind::Folder } else { EntryKind::File };
        let ignored = sent == Sent::No || self.gcloud.ignores(&path, kind);
        if path == self.dockerfile {
            // Docker needs it even where the rules leave it out.
            return self.file(at, path, &metadata);
        }
        if metadata.is_dir() {
            let leads_to_dockerfile = self.dockerfile.starts_with(&format!("{path}/"));
            if ignored && !leads_to_dockerfile {
                return Ok(());
            }
            if is_denied(name) {
                if !self.docker.ignores(&path) {
                    self.found.denied.push(path);
                }
                return Ok(());
            }
            return self.folder(at, &path, depth + 1, if ignored { Sent::No } else { Sent::Yes });
        }
        if ignored || self.docker.ignores(&path) || path == ".gcloudignore" || self.is_spec(at) {
            return Ok(());
        }
        if is_denied(name) {
            self.found.denied.push(path);
            return Ok(());
        }
        if metadata.is_symlink() {
            return self.link(at, path);
        }
        if metadata.is_file() {
            return self.file(at, path, &metadata);
        }
        let help = "add it to .dockerignore, or remove it";
        Err(ContextError::new(
            "context-special-file",
            format!("`{path}` is neither a file nor a folder nor a link"),
        )
        .with_help(help))
    }

    /// The spec itself is no input of the image, though it may lie beside the Dockerfile.
    fn is_spec(&self, at: &Path) -> bool {
        self.spec.as_deref() == Some(at)
    }

    fn file(&mut self, at: &Path, path: String, metadata: &fs::Metadata) -> Result<(), ContextError> {
        if metadata.is_symlink() {
            return self.link(at, path);
        }
        self.bytes = self.bytes.saturating_add(metadata.len());
        if self.bytes > MOST_BYTES {
            let message =
                format!("the context has more than {MOST_BYTES} bytes (2 GiB), counted up to `{path}`");
            return Err(ContextError::new("context-too-large", message).with_help("leave large files out with .dockerignore; model weights are best fetched by the Dockerfile or read from a bucket"));
        }
        let file = fs::File::open(at).map_err(|error| ContextError::unreadable(&path, &error))?;
        let (digest, size) = digest_of(file).map_err(|error| ContextError::unreadable(&path, &error))?;
        self.push(ContextFile { path, digest, mode: mode(metadata), size, link: None })
    }

    fn link(&mut self, at: &Path, path: String) -> Result<(), ContextError> {
        let outside = |target: &str| {
            ContextError::new(
                "context-link-outside",
                format!("the link `{path}` points out of the context, to `{target}`"),
            )
            .with_help("copy the file into the context, or leave the link out with .dockerignore")
        };
        let target = fs::read_link(at).map_err(|error| ContextError::unreadable(&path, &error))?;
        let Some(target) = target.to_str() else { return Err(outside("a name that is not UTF-8")) };
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let inside = !Path::new(target).is_absolute() && normal(&format!("{parent}/{target}")).is_some();
        // Links along the way may lead elsewhere than the text says.
        let really_inside = fs::canonicalize(at).map_or(true, |real| real.starts_with(self.folder));
        if !inside || !really_inside {
            return Err(outside(target));
        }
        let mut digester = Digester::new("gemmactl link 1");
        digester.field(target);
        let link = Some(target.to_owned());
        self.push(ContextFile { path, digest: digester.hex(), mode: 0o777, size: 0, link })
    }

    fn push(&mut self, file: ContextFile) -> Result<(), ContextError> {
        self.found.files.push(file);
        if self.found.files.len() > MOST_FILES {
            let message = format!("the context has more than {MOST_FILES} files");
            return Err(ContextError::new("context-too-large", message)
                .with_help("leave out what the build does not need with .dockerignore"));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 }
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o644
}

/// A relative path without `.` and `..`; none when it leads above where it starts.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
