//! A build context of any files, ignore rules and links.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Component, Path};

use flate2::read::GzDecoder;
use model::Content as _;
use spec::{BuildContext, Variables};

const SPEC: &str = "version: 1
stack: demo
project: demo-project
region: europe-west1
repositories: {models: {format: docker}}
images: {gemma: {repository: models, build: {context: ./context}}}
";

/// Lies beside the context, where links may point and nothing may be read.
const OUTSIDE: &str = "outside-canary-5d1e";

/// Files of one input, at most.
const MOST: usize = 24;

/// Makes the files that the input names, reads them as a build context, and unpacks the archive that would be sent.
/// A line `=== path` begins a file, `=== path -> target` is a link; a Dockerfile is always there.
pub fn context(data: &[u8]) {
    let base = tempfile::tempdir().unwrap();
    std::fs::write(base.path().join("outside.txt"), OUTSIDE).unwrap();
    let folder = base.path().join("context");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("Dockerfile"), "FROM scratch\n").unwrap();
    make(&folder, data);
    let parse = || spec::parse("gemmactl.yaml", SPEC, base.path(), &Variables::none());
    match parse() {
        Ok(spec) => {
            let context = &spec.contexts["gemma"];
            check(context);
            let again = parse().unwrap();
            assert_eq!(again.contexts["gemma"].tag(), context.tag());
        }
        Err(problems) => {
            let shown = problems.render(spec::Colour::Plain);
            assert!(!shown.contains(OUTSIDE), "{shown}");
            assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
        }
    }
}

/// Writes the files. What the system does not take, such as two files of one name, is left out.
fn make(folder: &Path, data: &[u8]) {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"=== ") {
            Some(name) => {
                files.push((String::from_utf8_lossy(name).trim_end_matches('\n').to_owned(), Vec::new()));
            }
            None => {
                if let Some((_, content)) = files.last_mut() {
                    content.extend_from_slice(line);
                }
            }
        }
    }
    for (name, content) in files.into_iter().take(MOST) {
        let (name, target) = match name.split_once(" -> ") {
            Some((name, target)) => (name, Some(target)),
            None => (name.as_str(), None),
        };
        let plain =
            name.len() < 200 && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || name.is_empty() || name.contains('\0') {
            continue;
        }
        let path = folder.join(name);
        // A link that was made before may lead out of the folder; nothing is written through it.
        let parent = path.parent().unwrap();
        drop(std::fs::create_dir_all(parent));
        if !parent.canonicalize().is_ok_and(|real| real.starts_with(folder.canonicalize().unwrap())) {
            continue;
        }
        if path.symlink_metadata().is_ok() {
            continue;
        }
        match target {
            Some(target) => drop(std::os::unix::fs::symlink(target, &path)),
            None => drop(std::fs::write(&path, content)),
        }
    }
}

/// The archive holds exactly the files that the context lists, and nothing that leads out of it.
fn check(context: &BuildContext) {
    let listed: Vec<&str> = context.files.iter().map(|file| file.path.as_str()).collect();
    assert!(listed.is_sorted() && listed.iter().collect::<BTreeSet<_>>().len() == listed.len(), "{listed:?}");
    assert!(listed.contains(&"Dockerfile"), "{listed:?}");
    let archive = context.archive().unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(archive.file).read_to_end(&mut bytes).unwrap();
    assert!(!bytes.windows(OUTSIDE.len()).any(|window| window == OUTSIDE.as_bytes()), "{listed:?}");
    let mut packed = Vec::new();
    for entry in tar::Archive::new(bytes.as_slice()).entries().unwrap() {
        let entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{}", path.display());
        let kind = entry.header().entry_type();
        assert!(kind.is_file() || kind.is_symlink(), "{} is {kind:?}", path.display());
        if let Some(target) = entry.link_name().unwrap() {
            assert!(!target.is_absolute(), "{} -> {}", path.display(), target.display());
        }
        packed.push(path.to_str().unwrap().to_owned());
    }
    assert_eq!(packed, listed);
}
