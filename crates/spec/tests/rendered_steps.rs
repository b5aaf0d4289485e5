//! The steps of a rendered Dockerfile do what they say: a shell runs them with a program that stands for Ollama.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use spec::{Variables, parse};

/// Answers as Ollama does: `serve` opens a port, which here is a file; `list` asks for it; `pull` and `run` note what they did.
const OLLAMA: &str = r#"#!/bin/sh
port="${OLLAMA_HOST##*:}"
case "$1" in
  serve)
    echo "serve $port" >> "$STAGE/said"
    [ ! -e "$STAGE/cannot-serve" ] || exit 3
    trap 'rm -f "$STAGE/open-$port"; exit 0' TERM
    : > "$STAGE/open-$port"
    while [ -d "$STAGE" ]; do sleep 0.05; done ;;
  list) [ -e "$STAGE/open-$port" ] ;;
  pull)
    [ -e "$STAGE/open-$port" ] || exit 1
    echo "pull $2" >> "$STAGE/said"
    mkdir -p "$STAGE/models/manifests/registry.ollama.ai/library/gemma3"
    printf abc > "$STAGE/models/manifests/registry.ollama.ai/library/gemma3/4b" ;;
  run)
    [ ! -e "$STAGE/cannot-load" ] || exit 1
    [ ! -e "$STAGE/open-8081" ] || exit 1
    echo "run $2 [$3]" >> "$STAGE/said" ;;
esac
"#;

/// SHA-256 of `abc`. Source: FIPS 180-4.
const ABC: &str = "ba7816bf8f01";

struct Stage {
    folder: tempfile::TempDir,
    steps: Vec<String>,
}

impl Stage {
    fn new(digest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("ollama");
        fs::write(&program, OLLAMA).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let text = format!(
            "{{ version: 1, stack: demo, project: demo-project, region: europe-west1, repositories: {{ models: {{ format: docker }} }},\n\
             images: {{ gemma: {{ repository: models, ollama: {{ model: gemma3:4b, digest: '{digest}' }} }} }} }}"
        );
        let spec = parse("gemmactl.yaml", &text, Path::new("."), &Variables::none()).unwrap();
        let dockerfile = spec.contexts["gemma"].dockerfile_text.replace("\\\n", " ");
        let inside = |step: &str| {
            let at = |name: &str| folder.path().join(name).display().to_string();
            step.replace("/usr/local/bin/serve-model", &at("serve-model"))
                .replace("/models/", &format!("{}/", at("models")))
        };
        let steps = dockerfile.lines().filter_map(|line| line.strip_prefix("RUN ")).map(inside).collect();
        Self { folder, steps }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn shell(&self, command: &str, port: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        let path = format!("{}:{}", self.folder.path().display(), "/usr/bin:/bin");
        shell.args(["-c", command]).env_clear().env("PATH", path).env("STAGE", self.folder.path());
        shell
            .env("OLLAMA_HOST", "0.0.0.0:8080")
            .env("MODEL", "gemma3:4b")
            .env("PORT", port)
            .stdin(Stdio::null());
        shell
    }

    fn run(&self, step: usize) -> Output {
        self.shell(&self.steps[step], "8080").output().unwrap()
    }

    fn said(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("said")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

#[test]
fn the_model_is_pulled_from_a_server_that_answers_and_then_ended() {
    let stage = Stage::new(ABC);
    let done = stage.run(0);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(stage.said(), ["serve 8080", "pull gemma3:4b"]);
    assert!(!stage.path("open-8080").exists(), "the server of the step has ended");
}

#[test]
fn another_digest_than_the_expected_fails_the_build_and_says_which() {
    let stage = Stage::new("0123456789ab");
    let done = stage.run(0);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("gemma3:4b is now ba7816bf8f01 and no longer 0123456789ab"), "{said}");
}

#[test]
fn the_ready_port_opens_only_after_the_model_is_loaded_and_all_ends_with_a_signal() {
    let stage = Stage::new(ABC);
    assert!(stage.run(1).status.success());
    let mut server =
        stage.shell(&format!("exec {}", stage.path("serve-model").display()), "9000").spawn().unwrap();
    while !stage.path("open-8081").exists() {
        assert!(server.try_wait().unwrap().is_none(), "it runs");
        std::thread::yield_now();
    }
    // The stand-in would not load a model beside an open port for the probe.
    assert_eq!(stage.said(), ["serve 9000", "run gemma3:4b []", "serve 8081"]);
    let signalled = Command::new("/bin/kill").args(["-TERM", &server.id().to_string()]).status();
    let signalled = signalled
        .or_else(|_| Command::new("/bin/sh").args(["-c", &format!("kill -TERM {}", server.id())]).status());
    assert!(signalled.unwrap().success());
    assert!(server.wait().unwrap().success());
    assert!(!stage.path("open-9000").exists(), "the server was ended before the container");
}

#[test]
fn a_server_that_ends_and_a_model_that_cannot_be_loaded_end_the_container() {
    for (trouble, said) in [
        ("cannot-serve", "ollama ended before it answered"),
        ("cannot-load", "gemma3:4b could not be loaded"),
    ] {
        let stage = Stage::new(ABC);
        assert!(stage.run(1).status.success());
        fs::write(stage.path(trouble), "").unwrap();
        let command = format!("exec {}", stage.path("serve-model").display());
        let log = stage.path("log");
        let status = stage.shell(&command, "8080").stderr(fs::File::create(&log).unwrap()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{trouble}");
        let text = fs::read_to_string(log).unwrap();
        assert!(text.contains(said), "{trouble}: {text}");
        assert!(!stage.path("open-8081").exists(), "{trouble}");
    }
}
