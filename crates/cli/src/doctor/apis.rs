//! Which APIs are on: those of the spec, and those that its resources and gemmactl itself need.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use model::{Api, ApiRequest, Cloud, Found, Json, last_part};

use super::answer::unread;
use super::permissions::{self, Held};
use super::subject::Subject;
use views::finding::check::{Check, CheckId, Level};

/// So many names one read takes. Source: Service Usage v1, `services.batchGet`.
const AT_ONCE: usize = 30;

/// Looks at the APIs.
pub(super) async fn check<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> Check {
    let asked: BTreeSet<&str> = wanted(subject).chain(needed(subject)).collect();
    let (states, held) = tokio::join!(states(subject, &asked, cloud), permissions::held(subject, cloud));
    let states = match states {
        Ok(states) => states,
        Err(check) => return check,
    };
    judge(subject, &states, &held)
}

fn wanted<'subject>(subject: &'subject Subject<'_>) -> impl Iterator<Item = &'subject str> {
    subject.spec.document.apis.iter().map(|entry| entry.name().as_str())
}

fn needed<'subject>(subject: &'subject Subject<'_>) -> impl Iterator<Item = &'subject str> {
    let own = [Api::ResourceManager, Api::ServiceUsage, Api::Storage].map(Api::host);
    own.into_iter().chain(subject.graph.iter().filter_map(|resource| resource.needs_api()))
}

async fn states<C: Cloud>(
    subject: &Subject<'_>,
    asked: &BTreeSet<&str>,
    cloud: &C,
) -> Result<BTreeMap<String, String>, Check> {
    let parent = format!("projects/{}", subject.project());
    let names: Vec<&str> = asked.iter().copied().collect();
    let requests: Vec<ApiRequest> = names
        .chunks(AT_ONCE)
        .map(|names| {
            let read = ApiRequest::get(Api::ServiceUsage, format!("v1/{parent}/services:batchGet"));
            names
                .iter()
                .fold(read, |read, name| read.with_query("names", format!("{parent}/services/{name}")))
        })
        .collect();
    let mut states = BTreeMap::new();
    for answer in join_all(requests.iter().map(|request| cloud.read(request))).await {
        match answer {
            Ok(Found::Body(body)) => states.extend(states_in(&body)),
            Ok(Found::Absent) => {}
            Ok(Found::ApiDisabled(api)) => {
                return Err(Check::new(
                    CheckId::Apis,
                    Level::Failed,
                    format!("{api} is off, and no plan goes without it"),
                )
                .run(&[
                    "gcloud",
                    "services",
                    "enable",
                    &api,
                    &format!("--project={}", subject.project()),
                ]));
            }
            Err(error) => return Err(unread(CheckId::Apis, &error)),
        }
    }
    Ok(states)
}

fn states_in(body: &Json) -> Vec<(String, String)> {
    let services = body.get("services").and_then(Json::as_array).into_iter().flatten();
    services
        .filter_map(|service| {
            let name = last_part(service.get("name")?.as_str()?);
            Some((name.to_owned(), service.get("state")?.as_str()?.to_owned()))
        })
        .collect()
}

fn judge(subject: &Subject<'_>, states: &BTreeMap<String, String>, held: &Held) -> Check {
    let wanted: BTreeSet<&str> = wanted(subject).collect();
    let is_on = |name: &&str| states.get(*name).is_some_and(|state| state == "ENABLED");
    let (on, off): (Vec<&str>, Vec<&str>) = wanted.iter().copied().partition(is_on);
    let needed: BTreeSet<&str> = needed(subject).collect();
    let missing: Vec<&str> =
        needed.into_iter().filter(|name| !wanted.contains(name) && !is_on(name)).collect();
    let mut check =
        Check::new(CheckId::Apis, Level::Ok, format!("{} of the spec's {} are on", on.len(), wanted.len()));
    if !off.is_empty() {
        let list = short(&off);
        check = match held.has("serviceusage.services.enable") {
            Some(true) => check.seeing(format!("apply enables {list}")),
            Some(false) => check
                .seeing(format!("off, and not for you to enable: {list}"))
                .at_least(Level::Failed)
                .say("let somebody with roles/serviceusage.serviceUsageAdmin run:")
                .run(&enable(subject, &off)),
            None => check
                .seeing(format!("off, and nobody tells whether you may enable them: {list}"))
                .at_least(Level::Unknown),
        };
    }
    if !missing.is_empty() {
        check = check
            .seeing(format!("off, needed, and not under `apis`: {}", short(&missing)))
            .at_least(Level::Failed)
            .say("add them under `apis`, or run:")
            .run(&enable(subject, &missing));
    }
    check
}

fn enable<'a>(subject: &'a Subject<'_>, names: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["gcloud", "services", "enable"];
    words.extend(names);
    words.extend(["--project", subject.project().as_str()]);
    words
}

/// Names without the ending that all of them share.
fn short(names: &[&str]) -> String {
    let names: Vec<&str> =
        names.iter().map(|name| name.strip_suffix(".googleapis.com").unwrap_or(name)).collect();
    names.join(", ")
}
