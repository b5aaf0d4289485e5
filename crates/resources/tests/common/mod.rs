//! What the tests of this crate share: specs from text, resources by id, and steps as people read them.
#![allow(dead_code, unreachable_pub, reason = "every test file uses another part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

pub mod checked;
pub mod server;

use std::fmt::Write as _;

use model::fields::rule_for;
use model::{ApiRequest, Body, Fields, Json, Live, Resource, Step, Unset};
use spec::{Spec, Variables};

/// What every spec of the tests begins with.
pub const HEAD: &str = "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\n";

/// A checked spec; `backend` is a folder with a Dockerfile.
pub fn spec(text: &str) -> Spec {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("backend")).unwrap();
    std::fs::write(folder.path().join("backend/Dockerfile"), "FROM scratch\nCOPY start.sh /\n").unwrap();
    std::fs::write(folder.path().join("backend/start.sh"), "#!/bin/sh\n").unwrap();
    match spec::parse("gemmactl.yaml", &format!("{HEAD}{text}"), folder.path(), &Variables::none()) {
        Ok(spec) => spec,
        Err(problems) => panic!("{}", problems.render(spec::Colour::Plain)),
    }
}

/// The resources of a spec. Every request that they describe is held against Google's documents.
pub fn resources(text: &str) -> Vec<Box<dyn Resource>> {
    checked::all(resources::resolve(&spec(text)))
}

/// The resource of an id.
pub fn resource(text: &str, id: &str) -> Box<dyn Resource> {
    checked::one(unchecked(text, id))
}

/// The same for a test that sends what Google's documents do not know.
pub fn unchecked(text: &str, id: &str) -> Box<dyn Resource> {
    let all = resources::resolve(&spec(text));
    let ids: Vec<String> = all.iter().map(|resource| resource.id().to_string()).collect();
    all.into_iter()
        .find(|resource| resource.id().to_string() == id)
        .unwrap_or_else(|| panic!("there is no {id} in {ids:?}"))
}

/// A found object.
pub fn live(resource: &dyn Resource, found: &Json) -> Live {
    resource.observe(found).unwrap().unwrap()
}

/// Fields, one a line.
pub fn shown_fields(fields: &Fields) -> String {
    fields.iter().fold(String::new(), |mut text, (path, field)| {
        writeln!(text, "{path}: {}", visible(&field.value.to_string())).unwrap();
        text
    })
}

/// Steps with their bodies; references are shown as `<kind/name#output>`.
pub fn shown_steps(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        writeln!(text, "{}", visible(&step.shown())).unwrap();
        match step {
            Step::Call { request, wait } => {
                shown_request(&mut text, request);
                writeln!(text, "  wait: {wait:?}").unwrap();
            }
            Step::Gathered(gathered) => {
                let request = (gathered.gather)(&gathered.parent, &[&gathered.key, "other"]);
                shown_request(&mut text, &request);
                writeln!(
                    text,
                    "  at most {} of {}, wait: {:?}",
                    gathered.at_most, gathered.family, gathered.wait
                )
                .unwrap();
            }
            Step::EditPolicy(edit) => {
                writeln!(text, "  read: {}", edit.policy.read.shown()).unwrap();
                writeln!(text, "  write: {}", edit.policy.write.shown()).unwrap();
                for (sign, grants) in [("+", &edit.add), ("-", &edit.remove)] {
                    for grant in grants {
                        writeln!(text, "  {sign} {}", serde_json::to_string(grant).unwrap()).unwrap();
                    }
                }
            }
            Step::Upload(upload) => writeln!(text, "  {}", upload.content_type).unwrap(),
            Step::Build { create, builds } => {
                shown_request(&mut text, create);
                writeln!(text, "  builds: {builds}").unwrap();
            }
            Step::EmptyBucket { .. } => {}
            Step::Check(check) => {
                writeln!(text, "  otherwise: {}", check.otherwise.shown()).unwrap();
                shown_request(&mut text, &check.otherwise);
            }
        }
    }
    text
}

fn shown_request(text: &mut String, request: &model::ApiRequest) {
    for (name, value) in &request.query {
        writeln!(text, "  ?{name}={}", visible(value)).unwrap();
    }
    match &request.body {
        Body::Json(body) => {
            writeln!(text, "{}", visible(&serde_json::to_string_pretty(body).unwrap())).unwrap();
        }
        Body::Empty | Body::Bytes { .. } => {}
    }
}

/// Makes references readable.
pub fn visible(text: &str) -> String {
    text.replace("\\u0001ref:", "<").replace("\\u0002", ">").replace("\u{1}ref:", "<").replace('\u{2}', ">")
}

/// The body of the request of the only step that writes; a read-back may follow it.
pub fn body(steps: &[Step]) -> Json {
    match steps {
        [Step::Call { request, .. }]
        | [Step::Call { request, .. }, Step::Call { request: ApiRequest { body: Body::Empty, .. }, .. }] => {
            match &request.body {
                Body::Json(body) => body.clone(),
                Body::Empty | Body::Bytes { .. } => panic!("no body in {request:?}"),
            }
        }
        other => panic!("not one call: {other:?}"),
    }
}

/// The fields that differ by the rules of the kind; empty is what a plan calls "no changes".
pub fn differences(resource: &dyn Resource, live: &Live) -> Vec<String> {
    let (desired, rules) = (resource.desired(), resource.rules());
    let default = |path: &str| match rule_for(rules, path).map(|rule| rule.unset) {
        Some(Unset::Default(text)) => Some(serde_json::from_str::<Json>(text).unwrap()),
        Some(Unset::Ignored | Unset::Absent | Unset::Foreign) | None => None,
    };
    let asked = desired.iter().filter_map(|(path, field)| {
        let found = live.fields.value(path).cloned().or_else(|| default(path));
        (found.as_ref() != Some(&field.value)).then(|| format!("{path}: {found:?} is not {}", field.value))
    });
    let unasked =
        live.fields.iter().filter(|(path, _)| desired.value(path).is_none()).filter_map(|(path, field)| {
            match rule_for(rules, path).map(|rule| rule.unset) {
                Some(Unset::Default(_)) if default(path).as_ref() == Some(&field.value) => None,
                Some(Unset::Default(_) | Unset::Absent) => {
                    Some(format!("{path}: {} is not asked for", field.value))
                }
                Some(Unset::Ignored | Unset::Foreign) => None,
                None => Some(format!("{path}: no rule")),
            }
        });
    asked.chain(unasked).collect()
}
