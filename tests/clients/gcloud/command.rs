//! gcloud as a person runs it: in a folder of its own, with the variables of the recipe and no others.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::skip;
use crate::wire_flags::words;
use crate::world::{Emulator, World, repository};

/// The address in the recipe.
const RECIPE_URL: &str = "http://127.0.0.1:8085";

/// A gcloud, the emulator that it is pointed at, and the folder it runs in.
pub(super) struct Gcloud<'world> {
    world: &'world World,
    emulator: &'world Emulator,
    recipe: String,
}

/// What gcloud printed, and its exit code.
#[derive(Debug)]
pub(super) struct Said {
    code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Whether there is a gcloud; a message where there is none.
pub(super) fn is_here(test: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let here = std::env::split_paths(&path).any(|folder| folder.join("gcloud").is_file());
    if !here {
        skip(test, "no gcloud on PATH; install the Google Cloud CLI");
    }
    here
}

impl<'world> Gcloud<'world> {
    /// gcloud in the folder of a world.
    pub(super) fn new(world: &'world World, emulator: &'world Emulator) -> Self {
        let text = fs::read_to_string(repository().join("docs/emulator.md")).unwrap();
        let recipe = recipe(&text).replace(RECIPE_URL, &emulator.url);
        assert!(recipe.contains(&emulator.url), "the recipe points to {RECIPE_URL}:\n{recipe}");
        Self { world, emulator, recipe }
    }

    /// The same with more lines after the recipe's.
    pub(super) fn with(&self, lines: &str) -> Self {
        Self { recipe: format!("{}\n{lines}", self.recipe), ..*self }
    }

    /// One step: a command, given as one line, must end well and have its effect, which `check` looks for.
    #[track_caller]
    pub(super) fn step(&self, line: &str, check: impl FnOnce(&Said)) {
        self.step_in(".", line, check);
    }

    /// A step in a folder inside the world's.
    #[track_caller]
    pub(super) fn step_in(&self, folder: &str, line: &str, check: impl FnOnce(&Said)) {
        conformance::evidence::add("gcloud steps run", 1);
        let said = self.run_in(folder, line);
        said.is_good().unwrap_or_else(|problem| panic!("gcloud {line}\n{problem}"));
        check(&said);
        conformance::evidence::add("gcloud steps passed", 1);
    }

    /// Runs a command; single quotes keep words together.
    pub(super) fn run_in(&self, folder: &str, line: &str) -> Said {
        let script = format!("{}\ncd \"$1\"; shift; exec gcloud \"$@\"", self.recipe);
        let mut arguments = vec![folder.to_owned()];
        arguments.extend(words(line));
        self.run(&script, &arguments)
    }

    fn run(&self, script: &str, arguments: &[String]) -> Said {
        let mut command = Command::new("bash");
        command.args(["-euc", script, "gcloud"]).args(arguments);
        command.current_dir(self.world.path()).env_clear().env("HOME", self.world.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let output = command.env("CLOUDSDK_CORE_DISABLE_COLOR", "1").stdin(Stdio::null()).output().unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: plain(&output.stdout),
            stderr: plain(&output.stderr),
        }
    }

    /// Runs a script of gemmactl in the world's folder, which must end well.
    #[track_caller]
    pub(super) fn script(&self, text: &str) -> Said {
        fs::write(self.world.path().join("deploy.sh"), text).unwrap();
        let said = self.run(&format!("{}\nexec sh deploy.sh", self.recipe), &[]);
        said.is_good().unwrap_or_else(|problem| panic!("{text}\n{problem}"));
        said
    }

    /// What the emulator shows at a path.
    #[track_caller]
    pub(super) fn look(&self, path: &str) -> Value {
        let (status, body) = self.emulator.call("GET", path, None);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// A service, as v2 shows it.
    #[track_caller]
    pub(super) fn service(&self, name: &str) -> Value {
        self.look(&service(name))
    }

    /// Whether a role of a service's policy has a member.
    pub(super) fn may_call(&self, name: &str, member: &str) -> bool {
        let policy = self.look(&format!("{}:getIamPolicy", service(name)));
        has_member(&policy, "roles/run.invoker", member)
    }
}

/// The path of a service in v2.
pub(super) fn service(name: &str) -> String {
    format!("/v2/projects/demo-project/locations/europe-west1/services/{name}")
}

/// Whether a role of a policy has a member.
pub(super) fn has_member(policy: &Value, role: &str, member: &str) -> bool {
    let mut bindings = policy["bindings"].as_array().into_iter().flatten();
    bindings.any(|binding| {
        let mut members = binding["members"].as_array().into_iter().flatten();
        binding["role"] == role && members.any(|found| found == member)
    })
}

impl Said {
    /// Whether it ended well.
    pub(super) fn is_good(&self) -> Result<(), String> {
        match self.code {
            0 => Ok(()),
            code => Err(format!("exit code {code}\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr)),
        }
    }

    /// Both streams must hold each of these.
    #[track_caller]
    pub(super) fn says(&self, texts: &[&str]) {
        let all = format!("{}{}", self.stdout, self.stderr);
        for text in texts {
            assert!(all.contains(text), "`{text}` was not said:\n{all}");
        }
    }
}

/// The lines that set up gcloud: those of the recipe up to its first empty line.
fn recipe(document: &str) -> String {
    let section = document.split("\n### gcloud\n").nth(1).expect("docs/emulator.md has a section on gcloud");
    let lines = section.lines().skip_while(|line| !line.starts_with("    "));
    let lines: Vec<&str> = lines.take_while(|line| line.starts_with("    ")).map(str::trim_start).collect();
    lines.join("\n")
}

/// Text without what moves and colours it on a terminal.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|letter: char| letter.is_ascii_alphabetic()).map_or(part.len(), |index| index + 1);
        plain.push_str(&part[end..]);
    }
    plain
}
