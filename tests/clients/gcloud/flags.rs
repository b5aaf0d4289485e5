//! The table of flags that `tests/wire` holds, against a gcloud that runs: what it sends, what becomes of it, and that no
//! flag is forgotten.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::command::{Gcloud, is_here};
use crate::compare::lacks;
use crate::wire_flags::{Flag, Live, flags};
use crate::wire_unoffered::UNOFFERED;
use crate::world::World;

/// A deployment, how it begins, and what is needed beside its flags.
const DEPLOYMENTS: &[(Live, &str, &str)] = &[
    (Live::Gpu, "run deploy gpu --image docker.io/ollama/ollama", ""),
    (
        Live::Plain,
        "run deploy plain --image docker.io/ollama/ollama",
        "--add-volume-mount volume=m,mount-path=/cache",
    ),
    (Live::Beta, "beta run deploy beta --image docker.io/ollama/ollama", ""),
];

#[test]
fn gcloud_sends_what_the_table_of_flags_says_and_v2_shows_it() {
    if !is_here("the flags of gcloud") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let apis = ["run", "secretmanager", "vpcaccess", "compute"].map(|name| format!("{name}.googleapis.com"));
    assert_eq!(emulator.call("POST", "/emulator/project", Some(&json!({"enable": apis}))).0, 200);
    let all = flags();
    for (live, begins, beside) in DEPLOYMENTS {
        let carried: Vec<&Flag> = all.iter().filter(|flag| flag.live == Some(*live)).collect();
        let typed: Vec<&str> = carried.iter().map(|flag| flag.typed).collect();
        let name = begins.split_whitespace().skip_while(|word| *word != "deploy").nth(1).unwrap();
        gcloud.step(&format!("{begins} {beside} --no-allow-unauthenticated {}", typed.join(" ")), |_| {
            let sent = created(&world.journal(), name);
            let shown = gcloud.service(name);
            for flag in carried {
                assert_eq!(
                    lacks(&sent, &flag.v1),
                    Vec::<String>::new(),
                    "{}: gcloud sent {sent}",
                    flag.typed
                );
                let (mut shown, mut v2) = (shown.clone(), flag.v2.clone());
                leave_out_what_is_nothing(&mut v2);
                leave_out_what_is_nothing(&mut shown);
                assert_eq!(lacks(&shown, &v2), Vec::<String>::new(), "{}: v2 shows {shown}", flag.typed);
            }
        });
    }
}

#[test]
fn every_flag_of_gcloud_run_deploy_is_held_or_has_its_reason() {
    if !is_here("every flag of gcloud run deploy") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let mut offered = BTreeSet::new();
    gcloud.step("run deploy --help", |said| offered = options(&said.stdout));
    assert!(offered.len() > 60, "{offered:?}");
    let held: BTreeSet<String> = flags()
        .iter()
        .flat_map(Flag::arguments)
        .filter(|word| word.starts_with("--"))
        .map(|word| word.split('=').next().unwrap_or_default().to_owned())
        .collect();
    let forgotten: Vec<&Vec<String>> = offered
        .iter()
        .filter(|names| {
            !names.iter().any(|name| held.contains(name) || UNOFFERED.iter().any(|one| one.is_of(name)))
        })
        .collect();
    assert!(forgotten.is_empty(), "neither held nor listed: {forgotten:?}");
    for one in UNOFFERED {
        let is_offered = offered.iter().flatten().any(|name| one.is_of(name));
        assert!(is_offered, "{} is listed, and gcloud has no such flag", one.flag);
    }
}

/// The service of v1 that was sent to be created.
fn created(journal: &[Value], name: &str) -> Value {
    let mut creations = journal.iter().filter(|line| {
        let path = line["path"].as_str().unwrap_or_default();
        line["method"] == "POST" && path.ends_with("/services") && line["request"]["metadata"]["name"] == name
    });
    creations.next_back().expect("gcloud creates by v1")["request"].clone()
}

/// Answers leave out what is false or zero.
fn leave_out_what_is_nothing(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| *value != json!(false) && *value != json!(0));
            fields.values_mut().for_each(leave_out_what_is_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_what_is_nothing),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The options in a synopsis, each with its negative form where it has one.
fn options(help: &str) -> BTreeSet<Vec<String>> {
    let synopsis = help.split("\nDESCRIPTION").next().unwrap();
    let parts = synopsis.split("--").skip(1);
    let names = parts.map(|part| {
        let end = |text: &str| {
            text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(text.len())
        };
        match part.strip_prefix("[no-]") {
            Some(rest) => {
                let name = &rest[..end(rest)];
                vec![format!("--{name}"), format!("--no-{name}")]
            }
            None => vec![format!("--{}", &part[..end(part)])],
        }
    });
    names.collect()
}
