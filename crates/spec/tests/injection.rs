//! Nothing of a spec leaves its place: names and references are of a strict form, so that none is a path, a flag, an option
//! of a Dockerfile or a command on the way to an API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use spec::{Colour, Variables};

/// Texts that mean something to a shell, a Dockerfile, a URL, a template, or a header.
const PAYLOADS: [&str; 24] = [
    "a;touch pwned",
    "a && touch pwned",
    "a|b",
    "$(touch pwned)",
    "`touch pwned`",
    "${PATH}",
    "a\nRUN touch pwned",
    "a\r\nHost: evil.example",
    "a\u{0}b",
    "a\tb",
    "--flag=value",
    "-rf",
    "../../etc/passwd",
    "a/../b",
    "/etc/passwd",
    "a?b=c",
    "a#b",
    "a%2fb",
    "a@evil.example",
    "http://evil.example/a",
    "a\"b",
    "a'b",
    "a\\b",
    "\u{202e}a",
];

/// Places of a spec where a name or reference stands, each with a text that is right there; `@@` is where it goes.
const PLACES: [(&str, &str); 19] = [
    ("stack: @@", "demo"),
    ("project: @@", "demo-project"),
    ("region: @@", "europe-west1"),
    ("apis: [@@]", "run.googleapis.com"),
    ("serviceAccounts: { @@: {} }", "runner-account"),
    ("iam: [{ role: @@, members: ['user:a@example.com'] }]", "roles/run.developer"),
    ("iam: [{ role: roles/run.developer, members: [@@] }]", "user:a@example.com"),
    ("repositories: { @@: { format: docker } }", "models"),
    ("repositories: { r: { format: docker, location: @@ } }", "europe-west4"),
    ("repositories: { r: { format: docker, labels: { @@: a } } }", "team"),
    ("services: { @@: { image: docker.io/a/b } }", "gemma"),
    ("services: { s: { image: @@ } }", "docker.io/a/b"),
    ("services: { s: { image: docker.io/a/b, env: { @@: a } } }", "SETTING"),
    (
        "services: { s: { image: docker.io/a/b, serviceAccount: @@ } }",
        "a@demo-project.iam.gserviceaccount.com",
    ),
    (
        "services: { s: { image: docker.io/a/b, cpu: 8, memory: 32Gi, maxInstances: 1, gpu: { type: @@ } } }",
        "nvidia-l4",
    ),
    ("services: { s: { image: docker.io/a/b, volumes: { @@: { inMemory: {} } } } }", "scratch"),
    ("services: { s: { image: docker.io/a/b, secrets: { A: { secret: @@, version: '1' } } } }", "hub-token"),
    (
        "services: { s: { image: docker.io/a/b, encryptionKey: @@ } }",
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
    ),
    ("services: { s: { image: docker.io/a/b, traffic: [{ revision: @@, percent: 100 }] } }", "s-00001-abc"),
];

#[test]
fn no_name_and_no_reference_takes_a_text_that_means_something_elsewhere() {
    let mut taken = Vec::new();
    for (place, good) in PLACES {
        assert_eq!(problems(place, good), None, "{place}");
        for payload in PAYLOADS {
            match problems(place, payload) {
                None if is_right(place, payload) => {}
                None => taken.push(format!("{place} took {payload:?}")),
                Some(shown) => {
                    assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown}");
                }
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}

/// Payloads that are right where they stand: an address of that form, and a name that Secret Manager takes.
fn is_right(place: &str, payload: &str) -> bool {
    (place.contains("serviceAccount: @@") && payload == "a@evil.example")
        || (place.contains("secret: @@") && payload == "-rf")
}

/// The problems of a spec with a text in a place; none if it is taken.
fn problems(place: &str, text: &str) -> Option<String> {
    let head = ["version: 1", "stack: demo", "project: demo-project", "region: europe-west1"];
    let key = place.split(':').next().unwrap();
    let rest: Vec<&str> = head.iter().copied().filter(|line| !line.starts_with(&format!("{key}:"))).collect();
    let quoted = serde_json::to_string(text).unwrap();
    let spec = format!("{}\n{}\n", rest.join("\n"), place.replace("@@", &quoted));
    let found = spec::parse("gemmactl.yaml", &spec, Path::new("tests/stack"), &Variables::none());
    found.err().map(|problems| problems.render(Colour::Plain))
}
