//! `gemmactl plan --as-gcloud` and `init --from-command` are each other's inverse: the command of a service, read back, sends what
//! the service sends.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command as Process;

use model::Action;
use model::command::{Command, Part, Word};
use serde_json::Value;

use crate::compare::leaves;
use crate::flags::flags;
use crate::sent;

/// The commands of a spec's service that is not there yet.
fn commands(spec: &str, folder: &Path) -> Vec<Command> {
    let resources = sent::resources(spec, folder).unwrap_or_else(|problem| panic!("{spec}\n{problem}"));
    let service = resources.iter().find(|resource| resource.id().kind() == "service").unwrap();
    service.commands(&Action::Create, None)
}

/// A word in the quotes of a shell. The mark is no label that a spec may hold.
fn quoted(word: &Word) -> String {
    let text: String = word
        .0
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Output(..) | Part::Folder => panic!("{word:?} is not known yet"),
        })
        .collect();
    let text = text.replace(",gemmactl-stack=wire", "").replace("gemmactl-stack=wire", "");
    if text == "--labels=" { String::new() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The spec that `init` makes of a command.
fn read_back(command: &str, folder: &Path) -> String {
    let mut init = Process::new(env!("CARGO_BIN_EXE_gemmactl"));
    init.args(["init", "--print", "--from-command", command]).current_dir(folder).env_clear();
    let output = init.output().unwrap();
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a spec sends, without what says nothing: that the CPU is not boosted.
fn said(spec: &str, folder: &Path) -> BTreeMap<String, Value> {
    let body = sent::body(spec, folder).unwrap_or_else(|problem| panic!("{spec}\n{problem}"));
    let is_silence = |path: &str, value: &Value| {
        (path.ends_with("startupCpuBoost") && value == &Value::Bool(false)) || path == "labels.gemmactl-stack"
    };
    leaves(&body).into_iter().filter(|(path, value)| !is_silence(path, value)).collect()
}

#[test]
fn the_command_of_a_service_read_back_sends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = [
        "env: { A: \"it's, a; list | of 'signs'\", B: \"^;^x\", C: \"a b\\\"c$d`e\\\\\", D: \"\" }",
        "args: [\"--one, two\", \"^x\", \"$(id)\"]",
        "labels: { team: search, tier: gold }",
        "startupProbe: { tcp: { port: 9000 }, period: 5s }\nlivenessProbe: { grpc: { port: 9000, service: health } }",
        "scaling: { mode: manual, manual: 2 }",
    ];
    let table = flags();
    let settings = table.iter().map(|flag| flag.spec).filter(|settings| !settings.contains("traffic:"));
    let (mut same, mut without) = (0, Vec::new());
    for settings in settings.chain(hostile) {
        let spec = sent::spec_of(settings);
        let commands = commands(&spec, folder.path());
        let missing = commands.iter().any(|command| matches!(command, Command::Missing(_)));
        let Some(Command::Run(run)) = commands.iter().find(|command| matches!(command, Command::Run(_)))
        else {
            panic!("{settings}: {commands:?}")
        };
        let words: Vec<String> = run.words.iter().map(quoted).collect();
        let back = read_back(&words.join(" "), folder.path());
        if missing {
            without.push(settings);
            continue;
        }
        assert_eq!(said(&spec, folder.path()), said(&back, folder.path()), "{settings}\n{words:?}\n{back}");
        same += 1;
    }
    assert!(same > 40, "{same}");
    assert!(without.iter().all(|settings| settings.contains("secret:")), "{without:?}");
}
