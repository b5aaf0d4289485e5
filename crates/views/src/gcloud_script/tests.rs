use std::process::Command as Process;

use model::command::{Command, Run, Word, Written};
use model::{Action, Goal, Reason, reference};
use proptest::prelude::*;
use serde_json::json;

use super::quote::quoted;
use super::render;
use crate::samples;

fn script(changes: Vec<model::Change>) -> String {
    let plan = samples::plan(Goal::Present, changes);
    render(&plan, &samples::shown(&plan))
}

fn change(name: &str, commands: Vec<Command>) -> model::Change {
    model::Change { commands, ..samples::change(name, Action::Create, Reason::NotFound, 1) }
}

fn enable(name: &str) -> model::Change {
    let run = Run::gcloud(&["services", "enable"]).flag("project", "demo-project").with(name).joined();
    change(&format!("api/{name}"), vec![run.into()])
}

#[test]
fn commands_that_differ_in_their_last_word_are_one() {
    let image = change("image/gemma-1", vec![]).id;
    let submit = Run::gcloud(&["builds", "submit"])
        .with(Word::file("", "source.tar.gz"))
        .with(Word::file("--config=", "build.json"))
        .flag("gcs-source-staging-dir", "gs://gemmactl-src-demo-0123456789ab/gemma")
        .giving(&image, "digest");
    let build = Command::Write { name: "build.json", content: Written::Json(json!({"images": ["a\u{1b}"]})) };
    let deploy = Run::gcloud(&["run", "deploy", "gemma"])
        .flag("image", format!("host/gemma@{}", reference(&image, "digest")))
        .flag("set-env-vars", "TEXT=it's\ntwo");
    let script = script(vec![
        enable("run.googleapis.com"),
        enable("storage.googleapis.com"),
        change("image/gemma-1", vec![build, submit.into()]),
        change("service/gemma", vec![Command::Missing("annotation a=b".to_owned()), deploy.into()]),
    ]);
    insta::assert_snapshot!(script, @r#"
#!/bin/sh
# The plan 0123456789abcdef of stack ollama-gemma in project demo-project, as commands of gcloud: 4 create.
# Run it in the folder of the spec, while the project is as the plan saw it.
# gcloud does not write the ownership record. What it makes bears the mark of the stack, so the next `gemmactl apply`
# notes it there; whether it was there before any stack is then not known, and `gemmactl destroy` asks about it.
set -eu
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
newline='
'

# create api/run.googleapis.com (gemmactl.yaml:1): it is not there
# create api/storage.googleapis.com (gemmactl.yaml:1): it is not there
gcloud services enable --project=demo-project run.googleapis.com storage.googleapis.com

# create image/gemma-1 (gemmactl.yaml:1): it is not there
cat > "$files"/build.json <<'END'
{
  "images": [
    "a\u001b"
  ]
}
END
image_gemma_1_digest=$(gcloud builds submit "$files"/source.tar.gz --config="$files"/build.json \
  --gcs-source-staging-dir=gs://gemmactl-src-demo-0123456789ab/gemma)

# create service/gemma (gemmactl.yaml:1): it is not there
# not done: annotation a=b
gcloud run deploy gemma --image=host/gemma@"$image_gemma_1_digest" \
  '--set-env-vars=TEXT=it'\''s'"$newline"'two'
"#);
}

#[test]
fn a_text_that_ends_like_its_file_ends_elsewhere() {
    let write = |text: &str| Command::Write { name: "Dockerfile", content: Written::Text(text.to_owned()) };
    let script = script(vec![change("image/gemma", vec![write("FROM scratch\nEND\nEND_\n")])]);
    assert!(script.ends_with("<<'END__'\nFROM scratch\nEND\nEND_\nEND__\n"), "{script}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_shell_reads_every_word_as_it_was(words in prop::collection::vec("[^\0]{0,12}|[-'\"$`\\\\ \n#:;&|*?~!]{0,8}", 1..8)) {
        let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        prop_assert!(!line.chars().any(model::unseen::is_unseen), "{line:?}");
        prop_assert!(!line.contains("##["), "{line:?}");
        let script = format!("newline='\n'\nprintf '%s\\0' {line}");
        let output = Process::new("sh").args(["-c", &script]).output().unwrap();
        let expected = format!("{}\0", words.join("\0"));
        prop_assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", script);
    }
}
