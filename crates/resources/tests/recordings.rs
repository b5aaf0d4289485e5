//! Real answers of Google Cloud, if a folder of them is at hand (`GEMMACTL_RECORDINGS`): each can be read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may stop at the first surprise, and this one reads a folder that is named from outside"
)]

mod common;

use std::path::Path;

use common::{body, differences, live, resource};
use model::{Action, Json};

/// Bodies of good answers to GETs whose address fits.
fn answers(folder: &Path, file: &str, fits: impl Fn(&str) -> bool) -> Vec<Json> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .filter(|exchange| exchange["method"] == "GET" && exchange["status"] == 200)
        .filter(|exchange| fits(exchange["url"].as_str().unwrap().split('?').next().unwrap()))
        .map(|exchange| exchange["response_body"].clone())
        .filter(Json::is_object)
        .collect()
}

#[test]
fn every_recorded_answer_can_be_read() {
    let Some(folder) = std::env::var_os("GEMMACTL_RECORDINGS") else {
        eprintln!("skipped: GEMMACTL_RECORDINGS names no folder of recorded answers");
        return;
    };
    let folder = Path::new(&folder);
    let last_but_one = |url: &str, word: &str| url.rsplit('/').nth(1) == Some(word);

    let mut services = 0;
    let wanted = "services: {gemma: {image: gcr.io/cloudrun/hello}}";
    for answer in answers(folder, "run.v2.services.jsonl", |url| last_but_one(url, "services")) {
        services += 1;
        let service = resource(wanted, "service/gemma");
        let found = live(&*service, &answer);
        assert_eq!(found.health, model::Health::Ready);
        // Nothing differs but what was really asked for in the recorded run.
        let asked = ["env.FOO", "maxInstances"];
        let other: Vec<String> = differences(&*service, &found)
            .into_iter()
            .filter(|difference| !asked.iter().any(|path| difference.starts_with(path)))
            .collect();
        assert_eq!(other, Vec::<String>::new());
        let sent = body(&service.steps(&Action::Update, Some(&found)));
        assert!(sent.get("uid").is_none() && sent.get("terminalCondition").is_none());
    }
    let mut others = 0;
    for (file, word, text, id) in [
        (
            "artifactregistry.v1.jsonl",
            "repositories",
            "repositories: {ollama: {format: docker}}",
            "repository/ollama",
        ),
        (
            "iam.v1.serviceaccounts.jsonl",
            "serviceAccounts",
            "serviceAccounts: {ollama-run: {}}",
            "account/ollama-run",
        ),
        ("serviceusage.jsonl", "services", "apis: [run.googleapis.com]", "api/run.googleapis.com"),
        (
            "storage.v1.jsonl",
            "b",
            "repositories: {r: {format: docker}}\nimages: {g: {repository: r, build: {context: backend}}}",
            "bucket/sources-europe-west1",
        ),
    ] {
        let resource = resource(text, id);
        for answer in answers(folder, file, |url| last_but_one(url, word)) {
            others += 1;
            resource.observe(&answer).unwrap_or_else(|error| panic!("{file}: {error}: {answer}"));
        }
    }
    assert!(services > 5 && others > 20, "{services} services and {others} others");
}
