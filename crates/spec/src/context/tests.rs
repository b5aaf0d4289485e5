//! Build contexts: which files count, what changes a digest, what is refused.

use std::fs;
use std::io::Read;

use super::*;

/// A folder with a spec's folder in it, and the context `app` in that.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("Dockerfile", "FROM scratch\n");
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    fn app(&self) -> PathBuf {
        self.0.path().join("app")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.app().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read_with(&self, build: &str) -> Result<BuildContext, ContextError> {
        let build: Build = serde_json::from_str(build).unwrap();
        BuildContext::read(self.0.path(), "gemmactl.yaml", build.context.as_deref().unwrap(), &build)
    }

    fn read(&self) -> Result<BuildContext, ContextError> {
        self.read_with(r#"{"context": "app"}"#)
    }

    fn paths(&self) -> String {
        self.read().unwrap().files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn refused(&self) -> String {
        let error = self.read().unwrap_err();
        format!("{}: {error}", error.id)
    }
}

fn bytes(context: &BuildContext) -> Vec<u8> {
    let mut archive = context.archive().unwrap();
    let mut bytes = Vec::new();
    archive.file.read_to_end(&mut bytes).unwrap();
    assert_eq!(archive.length, u64::try_from(bytes.len()).unwrap());
    bytes
}

#[test]
fn equal_fields_split_differently_give_another_digest() {
    let digest = |fields: &[&str]| {
        let mut digester = Digester::new("test");
        for field in fields {
            digester.field(field);
        }
        digester.hex()
    };
    assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
}

#[test]
fn files_are_sorted_and_carry_their_sha256() {
    let project = Project::new(&[("b.txt", "b"), ("a/z.txt", ""), ("a.txt", "a")]);
    assert_eq!(project.paths(), "Dockerfile a.txt a/z.txt b.txt");
    let context = project.read().unwrap();
    assert_eq!(context.files[2].digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!((context.size(), context.tag().len(), context.digest().len()), (15, 32, 64));
    assert_eq!(context.dockerfile_text, "FROM scratch\n");
}

#[test]
fn touching_a_file_changes_nothing() {
    let project = Project::new(&[("a.txt", "a")]);
    let before = project.read().unwrap();
    let archive = bytes(&before);
    let file = fs::File::options().write(true).open(project.app().join("a.txt")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
    let after = project.read().unwrap();
    assert_eq!((before.digest(), before.tag()), (after.digest(), after.tag()));
    assert_eq!(archive, bytes(&after));
}

#[test]
fn two_folders_with_the_same_files_give_the_same_archive() {
    let files = [("run.sh", "#!/bin/sh\n"), ("data/x", "1"), ("data/y", "2")];
    let mut turned = files;
    turned.reverse();
    let (one, other) = (Project::new(&files).read().unwrap(), Project::new(&turned));
    let other_context = other.read().unwrap();
    assert_eq!(one.tag(), other_context.tag());
    assert_eq!(one.digest(), other_context.digest());
}

#[test]
fn content_name_and_arguments_change_the_tag_and_the_machine_does_not() {
    let project = Project::new(&[("a.txt", "a")]);
    let tag = |build: &str| project.read_with(build).unwrap().tag();
    let plain = tag(r#"{"context": "app"}"#);
    assert_eq!(
        plain,
        tag(r#"{"context": "./app/", "machineType": "E2_HIGHCPU_8", "diskSizeGb": 100, "timeout": "1h"}"#)
    );
    let one = tag(r#"{"context": "app", "args": {"A": "1", "B": "2"}}"#);
    assert_ne!(plain, one);
    assert_eq!(one, tag(r#"{"context": "app", "args": {"B": "2", "A": "1"}}"#));
    assert_ne!(one, tag(r#"{"context": "app", "args": {"A": "1", "B": "3"}}"#));
    project.write("a.txt", "b");
    assert_ne!(plain, tag(r#"{"context": "app"}"#));
    fs::rename(project.app().join("a.txt"), project.app().join("c.txt")).unwrap();
    project.write("Other", "FROM scratch\n");
    assert_ne!(tag(r#"{"context": "app"}"#), tag(r#"{"context": "app", "dockerfile": "Other"}"#));
}

#[cfg(unix)]
#[test]
fn only_the_executable_bit_of_a_mode_counts() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("run.sh", "#!/bin/sh\n")]);
    let mode = |bits: u32| {
        fs::set_permissions(project.app().join("run.sh"), fs::Permissions::from_mode(bits)).unwrap();
        let context = project.read().unwrap();
        (context.files[1].mode, context.tag())
    };
    assert_eq!(mode(0o600), mode(0o664));
    assert_eq!(mode(0o744).0, 0o755);
    assert_ne!(mode(0o744).1, mode(0o644).1);
}

#[test]
fn the_archive_holds_the_files_without_times_and_owners() {
    let long = format!("{}deep.txt", "folder-with-a-long-name/".repeat(8));
    let project = Project::new(&[("run.sh", "#!/bin/sh\n"), (&long, "deep")]);
    let packed = bytes(&project.read().unwrap());
    assert_eq!(packed.get(4..10), Some([0, 0, 0, 0, 0, 255].as_slice()));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
    let mut seen = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        seen.push((entry.path().unwrap().display().to_string(), text));
    }
    let paths: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["Dockerfile", long.as_str(), "run.sh"]);
    assert_eq!(seen[1].1, "deep");
}

#[test]
fn a_folder_that_changed_since_it_was_read_is_not_packed() {
    let project = Project::new(&[("a.txt", "aaaa")]);
    for change in ["aaab", "aaaaa", "aaa"] {
        let context = project.read().unwrap();
        project.write("a.txt", change);
        assert!(context.archive().unwrap_err().to_string().contains("plan again"), "{change}");
        project.write("a.txt", "aaaa");
    }
    let context = project.read().unwrap();
    fs::remove_file(project.app().join("a.txt")).unwrap();
    assert!(context.archive().unwrap_err().to_string().contains("plan again"));
}

#[test]
fn dockerignore_is_anchored_and_its_last_match_wins() {
    let project = Project::new(&[
        (".dockerignore", "# comment\n*.log\ndocs\n!docs/keep.md\n**/tmp\n./cache/\n!cache/b\ncache/b/c\n"),
        ("a.log", ""),
        ("sub/a.log", ""),
        ("docs/drop.md", ""),
        ("docs/keep.md", ""),
        ("x/tmp/y", ""),
        ("cache/a", ""),
        ("cache/b/c", ""),
        ("cache/b/d", ""),
    ]);
    assert_eq!(project.paths(), ".dockerignore Dockerfile cache/b/d docs/keep.md sub/a.log");
}

#[test]
fn a_later_rule_for_a_folder_beats_an_earlier_one_for_what_is_inside() {
    let project = Project::new(&[(".dockerignore", "!a/b\na\n"), ("a/b/c", ""), ("d", "")]);
    assert_eq!(project.paths(), ".dockerignore Dockerfile d");
}

#[test]
fn of_equal_dockerignore_rules_the_last_decides() {
    let rules = "a\n!a\nb\n!b\n./b\nc \n!/c/d\n";
    let project = Project::new(&[(".dockerignore", rules), ("a/x", ""), ("b", ""), ("c/d", ""), ("c/e", "")]);
    assert_eq!(project.paths(), ".dockerignore Dockerfile a/x c/d");
}

#[test]
fn more_ignore_rules_than_anyone_writes_are_refused() {
    let rules = |count: usize| "# comment\n\n".to_owned() + &"x\n".repeat(count);
    for name in [".dockerignore", ".gcloudignore"] {
        let project = Project::new(&[(name, &rules(2_001))]);
        let refused = project.refused();
        assert!(
            refused.starts_with(&format!("context-too-large: `{name}` has 2001 rules, at most 2000")),
            "{refused}"
        );
        project.write(name, &rules(2_000));
        assert!(project.paths().contains("Dockerfile"));
    }
}

#[test]
fn the_dockerfile_is_sent_even_where_the_rules_leave_it_out() {
    let project = Project::new(&[(".dockerignore", "*\n!src\n"), ("src/a", ""), ("b", "")]);
    assert_eq!(project.paths(), "Dockerfile src/a");
}

#[test]
fn gcloudignore_goes_by_git_rules_and_takes_in_other_files() {
    let project = Project::new(&[
        (".gcloudignore", "#!include:.gitignore\n*.md\n!readme.md\n/top\n"),
        (".gitignore", "*.log\nbuild/\n"),
        ("sub/a.log", ""),
        ("build/x", ""),
        ("notes.md", ""),
        ("readme.md", ""),
        ("top", ""),
        ("sub/top", ""),
    ]);
    assert_eq!(project.paths(), ".gitignore Dockerfile readme.md sub/top");
}

#[test]
fn without_a_gcloudignore_the_rules_of_gitignore_hold() {
    let project =
        Project::new(&[(".gitignore", "*.log\n"), ("a.log", ""), ("a.txt", ""), (".git/config", "")]);
    assert_eq!(project.paths(), "Dockerfile a.txt");
    assert!(project.read().unwrap().denied.is_empty());
}

#[test]
fn secrets_and_this_tools_state_stay_out_and_are_named() {
    let project = Project::new(&[
        (".gcloudignore", "\n"),
        (".env", ""),
        (".env.local", ""),
        (".env.example", ""),
        ("certificates/server.PEM", ""),
        ("id.key", ""),
        ("application_default_credentials.json", ""),
        (".git/config", ""),
        (".gemmactl/state.json", ""),
        (".aws/credentials", ""),
        (".git-credentials", ""),
        (".kube/config", ""),
        (".pypirc", ""),
        (".ssh/config", ""),
        ("keys/id_ed25519", ""),
        ("keys/id_ed25519.pub", ""),
        ("release.keystore", ""),
        ("keyboard.txt", ""),
    ]);
    assert_eq!(project.paths(), ".env.example Dockerfile keyboard.txt keys/id_ed25519.pub");
    let denied = project.read().unwrap().denied;
    assert_eq!(
        denied,
        [
            ".aws",
            ".env",
            ".env.local",
            ".gemmactl",
            ".git",
            ".git-credentials",
            ".kube",
            ".pypirc",
            ".ssh",
            "application_default_credentials.json",
            "certificates/server.PEM",
            "id.key",
            "keys/id_ed25519",
            "release.keystore"
        ]
    );
}

#[test]
fn the_spec_beside_the_dockerfile_is_no_input_of_the_image() {
    let project = Project::new(&[("gemmactl.yaml", "version: 1\n"), ("other.yaml", "")]);
    let build: Build = serde_json::from_str(r#"{"context": "."}"#).unwrap();
    let read = || BuildContext::read(&project.app(), "gemmactl.yaml", ".", &build).unwrap();
    let before = read();
    assert_eq!(before.files.len(), 2);
    project.write("gemmactl.yaml", "version: 1 # edited\n");
    assert_eq!(before.tag(), read().tag());
}

#[test]
fn a_rule_that_is_no_pattern_is_refused_with_its_line() {
    let project = Project::new(&[(".dockerignore", "ok\nbad[\n")]);
    assert!(
        project.refused().starts_with("ignore-rule: line 2 of .dockerignore is not a pattern"),
        "{}",
        project.refused()
    );
    let project = Project::new(&[(".gcloudignore", "#!include:../secrets\n")]);
    assert!(
        project.refused().contains("line 1 of .gcloudignore includes `../secrets`"),
        "{}",
        project.refused()
    );
}

#[cfg(unix)]
#[test]
fn links_stay_links_inside_and_are_refused_when_they_lead_out() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("data/a.txt", "a")]);
    let link = |target: &str, path: &str| symlink(target, project.app().join(path)).unwrap();
    link("data/a.txt", "inner");
    link("../data", "data/again");
    let context = project.read().unwrap();
    let links: Vec<_> = context.files.iter().filter_map(|file| file.link.as_deref()).collect();
    assert_eq!(links, ["../data", "data/a.txt"]);
    assert!(!bytes(&context).is_empty());

    for target in ["/etc/passwd", "../outside", "data/again/../../../x"] {
        link(target, "bad");
        assert!(
            project.refused().starts_with("context-link-outside: the link `bad` points out of the context"),
            "{target}"
        );
        fs::remove_file(project.app().join("bad")).unwrap();
    }
    link("missing-but-inside", "dangling");
    assert_eq!(project.read().unwrap().files.len(), 5);
}

#[cfg(unix)]
#[test]
fn what_is_neither_file_nor_folder_nor_link_is_refused() {
    let project = Project::new(&[]);
    let _listener = std::os::unix::net::UnixListener::bind(project.app().join("socket")).unwrap();
    assert_eq!(project.refused(), "context-special-file: `socket` is neither a file nor a folder nor a link");
    project.write(".dockerignore", "socket\n");
    assert!(project.read().is_ok());
}

#[test]
fn a_context_inside_by_its_text_and_outside_by_a_link_is_refused() {
    let project = Project::new(&[]);
    for context in ["..", "app/../..", "/", "../app"] {
        let build = format!(r#"{{"context": "{context}"}}"#);
        assert_eq!(project.read_with(&build).unwrap_err().id, "context-outside", "{context}");
    }
    assert_eq!(project.read_with(r#"{"context": "app/Dockerfile"}"#).unwrap_err().id, "context-missing");
    assert_eq!(project.read_with(r#"{"context": "gone"}"#).unwrap_err().id, "context-missing");
    let outside = project.read_with(r#"{"context": "app", "dockerfile": "../x"}"#).unwrap_err();
    assert_eq!((outside.id, outside.blame), ("dockerfile-outside", Blame::Dockerfile));
}
