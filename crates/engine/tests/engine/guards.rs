//! The guards: what a spec alone does not get, what the operator's leave gives, and that all of them speak at once.

use engine::{Allowed, Consent, ReplacePolicy, Watch};
use model::{Danger, ErrorKind, Others, Plan};
use serde_json::json;

use crate::toy::*;

fn problems(plan: &Plan) -> Vec<&str> {
    plan.refusals.iter().map(|refusal| refusal.problem.as_str()).collect()
}

fn allowing(edit: impl FnOnce(&mut Consent)) -> Options {
    let mut consent = Consent::default();
    edit(&mut consent);
    Options { consent, ..Options::default() }
}

fn broad(member: &str) -> Danger {
    Danger::BroadRole { member: member.to_owned() }
}

#[tokio::test(start_paused = true)]
async fn each_danger_is_refused_but_with_its_own_leave_and_noted_either_way() {
    let public = || allowing(|consent| consent.public = Allowed::Yes);
    let broad_roles = || allowing(|consent| consent.broad_roles = Allowed::Yes);
    let named = |name: &str| allowing(|consent| consent.named = [name.to_owned()].into());
    let cases = [
        (Danger::Public, Options::default(), Some("--allow-public")),
        (Danger::Public, broad_roles(), Some("--allow-public")),
        (Danger::Public, public(), None),
        (broad("user:me"), Options::default(), Some("--allow-broad-roles")),
        (broad("user:me"), public(), Some("--allow-broad-roles")),
        (broad("user:me"), named("user:you"), Some("--allow-broad-roles")),
        (broad("user:me"), named("user:ME"), None),
        (broad("user:me"), broad_roles(), None),
        (Danger::BasicRole, Options::default(), Some("--allow-broad-roles")),
        (Danger::BasicRole, named("user:me"), Some("--allow-broad-roles")),
        (Danger::BasicRole, broad_roles(), None),
    ];
    for (danger, options, flag) in cases {
        let (world, store) = (World::default(), Store::default());
        let toys = [thing("a").dangerous(danger.clone())];
        let plan = make_plan(&world, &store, &toys, &options).await;
        let ways = plan.refusals.first().map(|refusal| refusal.ways_out[1].as_str());
        let way = flag.map(|flag| format!("or allow it in this run with {flag}"));
        assert_eq!(ways, way.as_deref(), "{danger:?} with {:?}", options.consent);
        assert_eq!(plan.hazards.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_as_it_was_allowed_is_not_asked_about_again() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a").dangerous(Danger::Public).dangerous(Danger::BasicRole)];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(problems(&plan), ["thing/a is dangerous"; 2]);
    let all = allowing(|consent| (consent.public, consent.broad_roles) = (Allowed::Yes, Allowed::Yes));
    converge(&world, &store, &toys, &all).await;
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert!(plan.is_empty() && plan.hazards.is_empty() && plan.refusals.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_guarded_goes_with_its_line_only_by_leave_and_with_the_stack_without() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a").guarded(Guard::Guarded), thing("b")];
    converge(&world, &store, &toys, &Options::default()).await;
    let plan = make_plan(&world, &store, &toys[1..], &Options::default()).await;
    let problem = "//toy/things/here/a would be deleted, because the spec no longer asks for it";
    assert_eq!(problems(&plan), [problem]);
    assert_eq!(plan.refusals[0].ways_out[1], "or allow it with --allow-delete");
    assert_eq!(problems(&make_plan(&world, &store, &toys, &destroy()).await), [""; 0]);
    let leave = allowing(|consent| consent.deletion = Allowed::Yes);
    let plan = converge(&world, &store, &toys[1..], &leave).await;
    assert_eq!(shown(&plan), ["NoOp thing/b InSync", "Delete thing/a RemovedFromSpec"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_protected_goes_by_no_leave_but_that_of_the_spec() {
    let all = Consent {
        public: Allowed::Yes,
        broad_roles: Allowed::Yes,
        deletion: Allowed::Yes,
        foreign_content: Allowed::Yes,
        ..Consent::default()
    };
    let present = Options { consent: all, replace: ReplacePolicy::Allow, ..Options::default() };
    let absent = Options { goal: model::Goal::Absent, ..present.clone() };
    let (world, store) = (World::default(), Store::default());
    let protected = thing("a").with("shape", "round").guarded(Guard::Protected);
    converge(&world, &store, std::slice::from_ref(&protected), &Options::default()).await;
    let put_back = "put it back into the spec with `protect: false`, apply, and take it out again";
    let write = "write `protect: false` on the item";
    let square = protected.clone().with("shape", "square");
    for (toys, options, way) in [
        (vec![], &present, put_back),
        (vec![], &absent, put_back),
        (vec![protected], &absent, write),
        (vec![square], &present, write),
    ] {
        let plan = make_plan(&world, &store, &toys, options).await;
        assert_eq!(
            problems(&plan),
            ["//toy/things/here/a would be deleted, and the spec protects it (`protect: true`)"]
        );
        assert_eq!(plan.refusals[0].ways_out[0], way);
    }
    // The word of the spec is newer than that of the record.
    let free = [thing("a").with("shape", "round")];
    assert_eq!(problems(&make_plan(&world, &store, &free, &absent).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_holds_something_of_somebody_else_goes_only_by_leave() {
    let (world, store) = (World::default(), Store::default());
    let round = [thing("a").with("shape", "round").holding()];
    let square = [thing("a").with("shape", "square").holding()];
    converge(&world, &store, &round, &Options::default()).await;
    let replacing = Options { replace: ReplacePolicy::Allow, ..Options::default() };
    let held = [
        (json!(["ours"]), None),
        (json!(["ours", "x"]), Some("x")),
        (json!(["1", "2", "3", "4", "5"]), Some("1, 2, 3, 4, 5")),
        (json!(["1", "2", "3", "4", "5", "6", "7"]), Some("1, 2, 3, 4, 5 and 2 more")),
    ];
    for (contents, foreign) in held {
        world.put("contents/a", contents);
        let text = foreign.map(|names| {
            format!("//toy/things/here/a would be deleted with what this stack did not put there: {names}")
        });
        for (toys, options) in [(&round, destroy()), (&square, replacing.clone())] {
            let plan = make_plan(&world, &store, toys, &options).await;
            assert_eq!(problems(&plan), Vec::from_iter(text.as_deref()));
            let force = Consent { foreign_content: Allowed::Yes, ..Consent::default() };
            let plan = make_plan(&world, &store, toys, &Options { consent: force, ..options }).await;
            assert_eq!(problems(&plan), [""; 0]);
        }
    }
    // What cannot be read is not taken for empty.
    world.fail("contents/a", ErrorKind::Denied);
    let plan = make_plan(&world, &store, &round, &destroy()).await;
    assert_eq!(plan.unknowns[0].problem, "what it holds could not be read: contents/a fails");
    world.heal();
    world.remove("contents/a");
    let plan = converge(&world, &store, &round, &destroy()).await;
    assert_eq!(shown(&plan), ["Delete thing/a Destroying"]);
}

#[tokio::test(start_paused = true)]
async fn without_connection_or_credentials_nobody_knows_what_anything_holds() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a").holding()];
    converge(&world, &store, &toys, &Options::default()).await;
    let unread =
        [model::Unread { id: id("thing/a"), request: model::ApiRequest::get(model::Api::Run, "contents/a") }];
    for (kind, fails) in
        [(ErrorKind::Unreachable, true), (ErrorKind::Credentials, true), (ErrorKind::Denied, false)]
    {
        world.fail("contents/a", kind);
        assert_eq!(engine::contents(&unread, &world).await.is_err(), fails, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn grants_of_others_are_counted_where_a_policy_is_edited() {
    let (world, store) = (World::default(), Store::default());
    let members = |members: &[&str]| {
        world.state.lock().unwrap().policy =
            json!({"bindings": [{"role": "roles/user", "members": members}]});
    };
    let toys = [grant("user:a"), grant("user:b"), thing("c")];
    let others = |grants| Others { on: "project".to_owned(), grants };
    for (there, expected) in [
        (vec![], vec![]),
        (vec!["user:a"], vec![]),
        (vec!["user:a", "user:x"], vec![others(1)]),
        (vec!["user:x", "user:y"], vec![others(2)]),
        // Nothing is edited.
        (vec!["user:a", "user:b", "user:x"], vec![]),
    ] {
        members(&there);
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        assert_eq!(plan.others, expected, "{there:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_of_everybody_gets_in_is_seen_in_the_same_round_if_it_is_watched_for() {
    let world = World::default();
    let toys = [thing("a").watched_for("allUsers"), thing("b"), grant("user:me")];
    let watched = async |watch| {
        let seen = engine::snapshot_watching(&graph("one", &toys), &world, watch).await.unwrap();
        assert!(seen.get(&id("thing/a")).is_some());
        seen.exposures().iter().map(|exposure| exposure.what.clone()).collect::<Vec<_>>()
    };
    assert_eq!(watched(Watch::Access).await, [""; 0]);
    world.state.lock().unwrap().policy =
        json!({"bindings": [{"role": "roles/user", "members": ["allUsers", "user:me"]}]});
    assert_eq!(watched(Watch::Nothing).await, [""; 0]);
    world.calls();
    assert_eq!(
        watched(Watch::Access).await,
        ["anyone on the internet gets into thing/a now (allUsers), and the spec does not ask for it"]
    );
    assert_eq!(world.calls().len(), 3);
    world.fail("policy", ErrorKind::Denied);
    assert_eq!(watched(Watch::Access).await, ["who gets into thing/a could not be read: policy fails"]);
}
