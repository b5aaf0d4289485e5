//! What gemmactl does not manage is written back as it was: for every kind that is changed in place, every field of its
//! API object that Google's documents know and the spec has no word for, alone and many at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::server::answered;
use common::{live, unchecked};
use conformance::table::{self, Access, Api, Kind};
use model::{Action, ApiRequest, Body, Json, Method, Resource, Step};
use proptest::prelude::*;
use proptest::sample::Index;
use resources::{ApiField, ApiObject, KINDS, Reading, Standing};
use serde_json::json;

/// A kind that is changed in place: how it was asked for, how it is now, and the schema of its object.
struct Subject {
    id: &'static str,
    schema: &'static str,
    before: &'static str,
    now: &'static str,
    made: fn(&dyn Resource) -> Json,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        id: "service/gemma",
        schema: "GoogleCloudRunV2Service",
        before: "services: {gemma: {image: example.com/a/b:1, concurrency: 4, env: {A: a}}}\n",
        now: "services: {gemma: {image: example.com/a/b:1, concurrency: 8, env: {B: b}}}\n",
        made: |service| answered(&sent(service)),
    },
    Subject {
        id: "repository/models",
        schema: "Repository",
        before: "repositories: {models: {format: docker, description: Before, labels: {a: b}}}\n",
        now: "repositories: {models: {format: docker, description: Now, labels: {a: c}}}\n",
        made: |repository| {
            let mut found = sent(repository);
            found["name"] = json!("projects/demo-project/locations/europe-west1/repositories/models");
            found
        },
    },
    Subject {
        id: "bucket/sources-europe-west1",
        schema: "Bucket",
        before: IMAGE,
        now: IMAGE,
        made: |bucket| {
            let mut found = sent(bucket);
            found["location"] = json!("EUROPE-WEST1");
            found["metageneration"] = json!("3");
            // Somebody else made it keep what is deleted, which is to be undone.
            found["softDeletePolicy"]["retentionDurationSeconds"] = json!("604800");
            found
        },
    },
    Subject {
        id: "account/runtime",
        schema: "ServiceAccount",
        before: "serviceAccounts: {runtime: {displayName: Before}}\n",
        now: "serviceAccounts: {runtime: {displayName: Now}}\n",
        made: |account| {
            let mut found = sent(account)["serviceAccount"].clone();
            found["email"] = json!("runtime@demo-project.iam.gserviceaccount.com");
            found["uniqueId"] = json!("1234");
            found
        },
    },
];

const IMAGE: &str = "
repositories: {models: {format: docker}}
images: {gemma: {repository: models, build: {context: ./backend}}}
";

fn request(steps: &[Step]) -> ApiRequest {
    let mut requests = steps.iter().rev().filter_map(|step| match step {
        Step::Call { request, .. } => Some(request.clone()).filter(|request| request.method != Method::Get),
        Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Upload(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. }
        | Step::Check(_) => None,
    });
    requests.next().unwrap_or_else(|| panic!("no call that writes in {steps:?}"))
}

/// The body that makes it.
fn sent(resource: &dyn Resource) -> Json {
    json_of(&request(&resource.steps(&Action::Create, None)))
}

fn json_of(request: &ApiRequest) -> Json {
    match &request.body {
        Body::Json(body) => body.clone(),
        Body::Empty | Body::Bytes { .. } => panic!("no body in {request:?}"),
    }
}

/// What an API holds after a change of what it held. Sources: AIP-134 (`updateMask`), "Patching" of Cloud Storage.
fn after(request: &ApiRequest, found: &Json) -> Json {
    let body = json_of(request);
    let (body, own_mask) = match body.get("serviceAccount") {
        Some(inner) => (inner.clone(), body["updateMask"].as_str().map(str::to_owned)),
        None => (body, None),
    };
    if request.path.starts_with("storage/") {
        let mut merged = found.clone();
        merge(&mut merged, &body);
        return merged;
    }
    let query = request.query.iter().find(|(name, _)| name == "updateMask").map(|(_, value)| value.clone());
    let Some(mask) = own_mask.or(query) else { return body };
    let mut changed = found.clone();
    for path in mask.split(',') {
        let keys: Vec<&str> = path.split('.').collect();
        let value = keys.iter().try_fold(&body, |value, key| value.get(key)).cloned();
        let (last, parents) = keys.split_last().unwrap();
        let place = parents.iter().fold(&mut changed, |place, key| &mut place[*key]);
        match value {
            Some(value) => place[*last] = value,
            None => drop(place.as_object_mut().map(|map| map.shift_remove(*last))),
        }
    }
    changed
}

fn merge(place: &mut Json, patch: &Json) {
    match (place, patch) {
        (Json::Object(place), Json::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    place.shift_remove(key);
                } else {
                    merge(place.entry(key.clone()).or_insert(Json::Null), value);
                }
            }
        }
        (place, patch) => *place = patch.clone(),
    }
}

/// The objects of a subject, and the API that describes it.
fn described(subject: &Subject) -> (&'static ApiObject, &'static Api) {
    let object = KINDS
        .iter()
        .flat_map(|kind| kind.objects)
        .find(|object| object.schema == subject.schema && object.reading == Reading::Whole)
        .unwrap_or_else(|| panic!("{} is read as a whole by no kind", subject.schema));
    (object, table::apis().iter().find(|api| api.name == object.api).unwrap())
}

/// Fields that the spec has no word for and that a caller may set, each with a value of its type.
fn foreign(subject: &Subject) -> Vec<(&'static ApiField, Json)> {
    let (object, api) = described(subject);
    object
        .fields
        .iter()
        .filter(|field| matches!(field.standing, Standing::NotSupported | Standing::Defaulted(_)))
        .filter_map(|field| {
            let mut kind = Kind::Object(object.schema.to_owned());
            for step in field.steps() {
                kind = match kind {
                    Kind::Object(schema) => {
                        let found = &api.schemas[&schema].fields[step];
                        if found.access == Access::Output {
                            return None;
                        }
                        found.kind.clone()
                    }
                    Kind::List(inner) | Kind::Map(inner) => *inner,
                    Kind::Any
                    | Kind::Boolean
                    | Kind::Integer(_)
                    | Kind::Number
                    | Kind::Text(_)
                    | Kind::Enum(_) => panic!("{} leads to no field at {step}", field.path),
                };
            }
            Some((field, value(api, &kind, 0)))
        })
        .collect()
}

/// A value of a type that no default is.
fn value(api: &Api, kind: &Kind, depth: usize) -> Json {
    match kind {
        Kind::Any => json!({"foreign": "x"}),
        Kind::Boolean => json!(true),
        Kind::Integer(_) => json!(77),
        Kind::Number => json!(0.5),
        Kind::Text(format) => match format.as_str() {
            "int64" | "uint64" => json!("77"),
            "google-duration" => json!("77s"),
            "date-time" | "google-datetime" => json!("2031-01-01T00:00:00Z"),
            _ => json!("foreign"),
        },
        Kind::Enum(words) => json!(words.last().unwrap()),
        Kind::List(inner) => json!([value(api, inner, depth + 1)]),
        Kind::Map(inner) => json!({"foreign": value(api, inner, depth + 1)}),
        Kind::Object(schema) => {
            let fields = api.schemas[schema].fields.iter();
            let set = fields.filter(|(_, field)| field.access == Access::Input && depth < 3);
            Json::Object(
                set.map(|(name, field)| (name.clone(), value(api, &field.kind, depth + 1))).collect(),
            )
        }
    }
}

/// Puts a value where a field is, in the first element of every list on the way.
fn put(place: &mut Json, field: &ApiField, value: &Json) {
    let mut place = place;
    for step in field.steps() {
        place = match step {
            "[]" => {
                if place.as_array().is_none_or(Vec::is_empty) {
                    *place = json!([{"name": "foreign"}]);
                }
                &mut place[0]
            }
            "*" => &mut place["foreign"],
            key => &mut place[key],
        };
    }
    *place = value.clone();
}

/// Every value that stands at a field, in any element of the lists on the way.
fn standing_at<'json>(found: &'json Json, field: &ApiField) -> Vec<&'json Json> {
    let mut places = vec![found];
    for step in field.steps() {
        places = places
            .into_iter()
            .flat_map(|place| match step {
                "[]" => place.as_array().map(|items| items.iter().collect()).unwrap_or_default(),
                "*" => place.get("foreign").into_iter().collect(),
                key => place.get(key).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    places
}

/// Fields of which the values were lost by an update, as `FIELD of SUBJECT`.
fn lost(subject: &Subject, set: &[&(&'static ApiField, Json)]) -> Vec<String> {
    let mut found = (subject.made)(&*unchecked(subject.before, subject.id));
    for (field, value) in set {
        put(&mut found, field, value);
    }
    let now = unchecked(subject.now, subject.id);
    let seen = live(&*now, &found);
    let written = after(&request(&now.steps(&Action::Update, Some(&seen))), &found);
    let is_lost = |(field, value): &&&(&'static ApiField, Json)| {
        !standing_at(&written, field).contains(&&value.clone())
    };
    set.iter().filter(is_lost).map(|(field, _)| format!("{} of {}", field.path, subject.id)).collect()
}

/// Not written back, each for its reason.
const EXCUSED: &[(&str, &str)] = &[];

fn is_excused(lost: &str) -> bool {
    EXCUSED.iter().any(|(path, _)| *path == lost)
}

#[test]
fn every_field_that_the_spec_has_no_word_for_is_written_back_as_it_was() {
    let mut all = Vec::new();
    let mut count = 0;
    for subject in SUBJECTS {
        for field in &foreign(subject) {
            count += 1;
            all.extend(lost(subject, &[field]));
        }
    }
    let expected: Vec<String> = EXCUSED.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(all, expected);
    assert!(count > 60, "{count}");
    conformance::evidence::add("fields of others that an update writes back", count - expected.len());
}

proptest! {
    #![proptest_config(conformance::config(300))]

    #[test]
    fn any_of_them_together_are_written_back_too(
        subject in 0..SUBJECTS.len(), picks in prop::collection::vec(any::<Index>(), 1..12),
    ) {
        let subject = &SUBJECTS[subject];
        let fields: Vec<_> = foreign(subject)
            .into_iter()
            .filter(|(field, _)| !is_excused(&format!("{} of {}", field.path, subject.id)))
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let mut set: Vec<_> = picks.iter().map(|pick| pick.get(&fields)).collect();
        set.sort_by_key(|(field, _)| field.path);
        set.dedup_by_key(|(field, _)| field.path);
        prop_assert_eq!(lost(subject, &set), Vec::<String>::new());
    }
}
