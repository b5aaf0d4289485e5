//! What plans come to at the shipped prices, and what is said where one is not known.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use model::{
    Action, Api, ApiRequest, Cause, Change, Effect, FieldChange, Fields, Goal, Inventory, Live, Money, Owner,
    Plan, Priced, ProjectId, Reason, Redundancy, ResourceId, Running, StackName, Step,
};
use serde_json::{Value, json};

use super::*;

fn change(id: &str, action: Action, fields: &[(&str, Value)]) -> Change {
    let id = ResourceId::parse(id).unwrap();
    Change {
        full_name: format!("projects/p/locations/europe-west1/{}s/{}", id.kind(), id.name()),
        id,
        place: None,
        action,
        reason: Reason::NotFound,
        fields: fields
            .iter()
            .map(|(path, after)| FieldChange {
                path: (*path).to_owned(),
                before: None,
                after: (!after.is_null()).then(|| after.clone()),
                cause: Cause::New,
                place: None,
                effect: Effect::InPlace,
            })
            .collect(),
        after: Vec::new(),
        steps: Vec::new(),
        commands: Vec::new(),
        applied: BTreeMap::new(),
    }
}

fn plan(goal: Goal, changes: Vec<Change>) -> Plan {
    Plan {
        project: ProjectId::parse("demo-project").unwrap(),
        stack: StackName::parse("demo").unwrap(),
        goal,
        changes,
        refusals: Vec::new(),
        unknowns: Vec::new(),
        hazards: Vec::new(),
        exposures: Vec::new(),
        others: Vec::new(),
        unread: Vec::new(),
        outputs: model::Outputs::default(),
        record: Inventory::new(ProjectId::parse("demo-project").unwrap()),
    }
}

fn tutorial() -> Vec<(&'static str, Value)> {
    vec![
        ("cpu", json!(8)),
        ("memory", json!("32Gi")),
        ("gpu.type", json!("nvidia-l4")),
        ("gpu.count", json!(1)),
        ("gpu.zonalRedundancy", json!(false)),
        ("maxInstances", json!(1)),
        ("cpuThrottling", json!(false)),
    ]
}

fn live(region: &str, fields: &[(&str, Value)]) -> Live {
    let mut found = Fields::new();
    for (path, value) in fields {
        found.found(*path, value.clone());
    }
    let name = format!("projects/p/locations/{region}/services/gemma");
    Live::new(found, Owner::ThisStack, &json!({ "name": name, "sizeBytes": "3300000000" }))
}

fn cost(goal: Goal, changes: Vec<Change>, found: Option<&Live>) -> Cost {
    let plan = plan(goal, changes);
    of_plan(&plan, |_| found, &Weights::new(), Catalogue::shipped())
}

fn rate(running: Option<&Running>) -> &model::Rate {
    running.unwrap().price.known().unwrap()
}

#[test]
fn the_tutorials_service_costs_what_its_parts_cost_and_nothing_while_nobody_asks() {
    let cost = cost(Goal::Present, vec![change("service/gemma", Action::Create, &tutorial())], None);
    let [service] = cost.services.as_slice() else { panic!("{cost:?}") };
    assert_eq!(service.before, None);
    let after = service.after.as_ref().unwrap();
    assert_eq!(after.instance, "8 CPU, 32 GiB, 1 nvidia-l4 without zonal redundancy, europe-west1");
    assert_eq!((after.least, after.most), (0, 1));
    let rate = rate(service.after.as_ref());
    assert_eq!(rate.hour.to_string(), "$1.421");
    assert_eq!(rate.month_least, Money::default());
    assert_eq!(rate.month_most.to_string(), "$1,037.27");
    let Some(Redundancy::With(other)) = rate.other_redundancy else { panic!("{rate:?}") };
    assert_eq!(other.to_string(), "$1.796");
    assert!(cost.sources[0].contains("2026-10"), "{cost:?}");
}

#[test]
fn a_change_is_told_as_before_and_after_and_fields_that_stay_count_in_both() {
    let found = live("europe-west1", &tutorial());
    let edited = change(
        "service/gemma",
        Action::Update,
        &[("maxInstances", json!(3)), ("minInstances", json!(1)), ("gpu.zonalRedundancy", json!(true))],
    );
    let cost = cost(Goal::Present, vec![edited], Some(&found));
    let service = &cost.services[0];
    assert_eq!(rate(service.before.as_ref()).month_most.to_string(), "$1,037.27");
    assert_eq!(rate(service.after.as_ref()).hour.to_string(), "$1.796");
    assert_eq!(rate(service.after.as_ref()).month_least.to_string(), "$1,311.11");
    assert_eq!(rate(service.after.as_ref()).month_most.to_string(), "$3,933.33");
}

#[test]
fn sizes_are_read_in_every_spelling_of_the_normal_form() {
    for (cpu, memory, shown) in [
        (json!(8), json!("32Gi"), "8 CPU, 32 GiB"),
        (json!("500m"), json!("512Mi"), "0.5 CPU, 0.5 GiB"),
        (json!("8"), json!("1Ti"), "8 CPU, 1024 GiB"),
        (json!("1000m"), json!("1048576Ki"), "1 CPU, 1 GiB"),
        (json!(2), json!("1073741824"), "2 CPU, 1 GiB"),
    ] {
        let fields = [("cpu", cpu), ("memory", memory)];
        let cost = cost(Goal::Present, vec![change("service/gemma", Action::Create, &fields)], None);
        let after = cost.services[0].after.as_ref().unwrap();
        assert_eq!(after.instance, format!("{shown}, europe-west1"));
    }
}

#[test]
fn instances_are_bounded_by_the_revision_the_service_and_the_servers_own_choice() {
    for (fields, bounds) in [
        (vec![], (0, 100)),
        (vec![("maxInstances", json!(5)), ("scaling.max", json!(3))], (0, 3)),
        (vec![("minInstances", json!(1)), ("scaling.min", json!(2)), ("maxInstances", json!(4))], (2, 4)),
        (vec![("scaling.mode", json!("manual")), ("scaling.manual", json!(7))], (7, 7)),
        (vec![("minInstances", json!(6)), ("maxInstances", json!(2))], (6, 6)),
    ] {
        let cost = cost(Goal::Present, vec![change("service/gemma", Action::Create, &fields)], None);
        let after = cost.services[0].after.as_ref().unwrap();
        assert_eq!((after.least, after.most), bounds, "{fields:?}");
    }
}

#[test]
fn what_has_no_price_is_unknown_with_the_reason_and_never_nothing() {
    let mut elsewhere = change("service/gemma", Action::Create, &tutorial());
    elsewhere.full_name = elsewhere.full_name.replace("europe-west1", "us-east4");
    let mut other_gpu = tutorial();
    other_gpu[2] = ("gpu.type", json!("nvidia-h100-80gb"));
    for (change, why) in [
        (elsewhere, "the catalogue has no prices of us-east4"),
        (
            change("service/gemma", Action::Create, &other_gpu),
            "the catalogue has no price of nvidia-h100-80gb in europe-west1",
        ),
        (
            change("service/gemma", Action::Create, &[("cpu", json!("500m"))]),
            "it is billed by request, for which the catalogue has no price",
        ),
    ] {
        let cost = cost(Goal::Present, vec![change], None);
        let after = cost.services[0].after.as_ref().unwrap();
        assert_eq!(after.price, Priced::Unknown(why.to_owned()));
        assert_eq!((cost.after().unknown, cost.after().most), (1, Money::default()));
    }
}

#[test]
fn what_goes_costs_nothing_more_and_what_stays_goes_on_costing() {
    let found = live("europe-west1", &tutorial());
    let changes = vec![
        change("service/gemma", Action::Delete, &[]),
        change("repository/images", Action::Keep, &[]),
        change("bucket/sources", Action::Keep, &[]),
    ];
    let cost = cost(Goal::Absent, changes, Some(&found));
    assert_eq!(cost.services[0].after, None);
    let [repository, bucket] = cost.storage.as_slice() else { panic!("{cost:?}") };
    assert_eq!(repository.after, repository.before);
    assert_eq!(repository.after.as_ref().unwrap().month, Priced::Known(Money::of_dollars(0.33)));
    assert!(matches!(bucket.after.as_ref().unwrap().month, Priced::Unknown(_)));
    assert_eq!((cost.after().most, cost.after().unknown), (Money::of_dollars(0.33), 1));
}

#[test]
fn what_is_only_forgotten_is_somebody_elses_and_costs_as_before() {
    let found = live("europe-west1", &tutorial());
    let changes = vec![
        change("service/gemma", Action::Forget, &[]),
        change("repository/images", Action::Forget, &[]),
        change("bucket/sources", Action::Forget, &[]),
    ];
    for goal in [Goal::Present, Goal::Absent] {
        let cost = cost(goal, changes.clone(), Some(&found));
        assert_eq!(cost.services[0].after, cost.services[0].before, "{goal:?}");
        assert_eq!(cost.storage[0].after, cost.storage[0].before, "{goal:?}");
        assert_eq!(cost.after(), cost.before(), "{goal:?}");
    }
    // What is gone already costs nothing, and there is nothing to tell.
    assert!(self::cost(Goal::Absent, changes, None).is_empty());
}

#[test]
fn a_build_is_priced_by_its_machine_and_its_weights_are_kept() {
    let build = |more: Value| {
        let mut body = json!({"images": ["europe-west1-docker.pkg.dev/demo-project/images/gemma:1"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let create = ApiRequest::post(Api::CloudBuild, "v1/projects/p/locations/l/builds", body);
        let mut change = change("image/gemma", Action::Create, &[]);
        change.steps = vec![Step::Build { create, builds: String::new() }];
        plan(Goal::Present, vec![change, self::change("repository/images", Action::Create, &[])])
    };
    let known = Weights::from([("gemma".to_owned(), ("gemma3:4b".to_owned(), 3.3))]);
    let asked = json!({"timeout": "2400s", "options": {"machineType": "E2_HIGHCPU_8"}});
    let cost = of_plan(&build(asked), |_| None, &known, Catalogue::shipped());
    let price = cost.builds[0].price.known().unwrap();
    assert_eq!((price.minute.to_string(), price.minutes), ("$0.016".to_owned(), 40));
    assert_eq!(price.most.to_string(), "$0.64");
    let stored = cost.storage[0].after.as_ref().unwrap();
    assert_eq!(stored.what, "3.3 GB with the weights of gemma3:4b, and the layers under them");
    assert_eq!(stored.month, Priced::Known(Money::of_dollars(0.33)));

    // A project with a domain has two parts in the address of an image.
    let image = "europe-west1-docker.pkg.dev/example.com/demo/images/gemma:1";
    let domain = of_plan(&build(json!({"images": [image]})), |_| None, &known, Catalogue::shipped());
    assert_eq!(domain.storage[0].after.as_ref(), Some(stored));

    let cost = of_plan(&build(json!({})), |_| None, &Weights::new(), Catalogue::shipped());
    let price = cost.builds[0].price.known().unwrap();
    assert_eq!((cost.builds[0].machine.as_str(), price.minutes), ("E2_STANDARD_2", 60));
    assert_eq!(
        cost.storage[0].after.as_ref().unwrap().month,
        Priced::Unknown("how large image/gemma gets is not known".to_owned())
    );
    assert!(!cost.sources.iter().any(|source| source.contains("Artifact Registry")), "{cost:?}");
    let odd = json!({"options": {"machineType": "E9_HUGE"}});
    let cost = of_plan(&build(odd), |_| None, &Weights::new(), Catalogue::shipped());
    assert_eq!(cost.builds[0].price, Priced::Unknown("the catalogue has no price of E9_HUGE".to_owned()));
}
