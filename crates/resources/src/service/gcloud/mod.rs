//! The commands of gcloud for a service: its fields before and after, told apart by flags. Source: the help of
//! `gcloud run deploy`, `gcloud run services update` and `update-traffic`. Makes no calls.

mod flags;
mod parts;
mod settings;
mod traffic;

use model::{Action, Command, FieldPath, Fields, Json, Live, Run};
use spec::{Rollout, RolloutCheck};

use super::Service;
use super::rules::RULES;
use crate::item::writes;
use crate::{json, stamp};
use flags::{Flags, Stamp, Track};

/// The commands of an action.
pub(super) fn commands(service: &Service, action: Action, live: Option<&Live>) -> Vec<Command> {
    match (action, live) {
        (Action::Create, _) => create(service),
        (Action::Replace, _) => std::iter::once(delete(service)).chain(create(service)).collect(),
        (Action::Delete, _) => vec![delete(service)],
        (Action::Adopt | Action::Update, Some(live)) => {
            not_rolled_out(service, action, live).chain(update(service, live)).collect()
        }
        (Action::Repair, Some(live)) => {
            let deployed = deploy(service, live, &updated(service, live), Stamp::Put);
            not_rolled_out(service, action, live).chain(deployed).collect()
        }
        (Action::Detach, Some(live)) => {
            let before = service.item.before.iter();
            let changes = before
                .map(|(path, value)| (path.clone(), Some(value.clone()).filter(|value| !value.is_null())));
            change(service, live, &after(&live.fields, changes), Stamp::TakeOff)
        }
        (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
        | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
    }
}

fn gcloud(service: &Service, track: Track, words: &[&str]) -> Run {
    let mut all: Vec<&str> = track.word().into_iter().collect();
    all.extend_from_slice(words);
    Run::gcloud(&all).flag("project", &service.item.project).flag("region", &service.region)
}

fn delete(service: &Service) -> Command {
    gcloud(service, Track::General, &["run", "services", "delete", service.item.id.name()])
        .with("--quiet")
        .into()
}

fn create(service: &Service) -> Vec<Command> {
    let mut wanted = service.item.desired.clone();
    // gcloud switches it on for new services, where the API does not.
    if wanted.value("cpuBoost").is_none() {
        wanted.found("cpuBoost", false);
    }
    let stack = service.item.stack.as_str();
    let flags = Flags::of(&Fields::new(), &wanted, Stamp::Put, stack);
    let run = gcloud(service, flags.track, &["run", "deploy", service.item.id.name()]);
    // Who may call it is a matter of its own; without this flag gcloud would ask.
    let run = run.with("--no-allow-unauthenticated").with_all(flags.words);
    let traffic = traffic::commands(service, &Fields::new(), &wanted);
    missing(flags.missing).chain([run.into()]).chain(traffic).collect()
}

fn update(service: &Service, live: &Live) -> Vec<Command> {
    let wanted = updated(service, live);
    let label = json::text(&live.raw, &["labels", stamp::LABEL]);
    let stamp = if label == Some(service.item.stack.as_str()) { Stamp::Leave } else { Stamp::Put };
    change(service, live, &wanted, stamp)
}

/// What is said of a rollout, if one is made: gcloud gives the newest revision all requests at once.
fn not_rolled_out(service: &Service, action: Action, live: &Live) -> impl Iterator<Item = Command> {
    let text =
        match service.rollout.as_ref().filter(|_| service.is_rolled_out(action, live)).map(Rollout::check) {
            Some(RolloutCheck::SmokeTest) => Some("the rollout share by share, with a check before each"),
            Some(RolloutCheck::None) => Some("the rollout share by share"),
            None => None,
        };
    let missing = |text| Command::Missing(format!("{text}: the newest revision gets all requests"));
    text.map(missing).into_iter()
}

/// The fields as they are after an update.
fn updated(service: &Service, live: &Live) -> Fields {
    after(&live.fields, writes(&service.item.desired, live, RULES))
}

/// Fields with changes written over them.
fn after(fields: &Fields, changes: impl IntoIterator<Item = (FieldPath, Option<Json>)>) -> Fields {
    let mut fields = fields.clone();
    for (path, value) in changes {
        match value {
            Some(value) => fields.found(path, value),
            None => drop(fields.0.remove(&path)),
        }
    }
    fields
}

/// An update of the flags that differ.
fn change(service: &Service, live: &Live, wanted: &Fields, stamp: Stamp) -> Vec<Command> {
    let flags = Flags::of(&live.fields, wanted, stamp, service.item.stack.as_str());
    let shares = traffic::commands(service, &live.fields, wanted);
    let is_described = live.fields.value("description") != wanted.value("description");
    let is_silent = flags.words.is_empty() && flags.missing.is_empty() && shares.is_empty();
    // `services update` has no flag for a description, and does nothing without flags.
    if is_described || is_silent {
        return deploy(service, live, wanted, stamp);
    }
    let run = gcloud(service, flags.track, &["run", "services", "update", service.item.id.name()]);
    let run = (!flags.words.is_empty()).then(|| run.with_all(flags.words).into());
    missing(flags.missing).chain(run).chain(shares).collect()
}

/// A new revision of what is there, with the flags that differ.
fn deploy(service: &Service, live: &Live, wanted: &Fields, stamp: Stamp) -> Vec<Command> {
    let flags = Flags::of(&live.fields, wanted, stamp, service.item.stack.as_str());
    let run = gcloud(service, flags.track, &["run", "deploy", service.item.id.name()]);
    let is_said = flags.words.iter().any(|word| word.starts_with("--image="));
    let image = wanted.value("image").and_then(Json::as_str).filter(|_| !is_said);
    let run = run.with_all(image.map(|image| format!("--image={image}"))).with_all(flags.words);
    let shares = traffic::commands(service, &live.fields, wanted);
    missing(flags.missing).chain([run.into()]).chain(shares).collect()
}

fn missing(texts: Vec<String>) -> impl Iterator<Item = Command> {
    texts.into_iter().map(Command::Missing)
}
