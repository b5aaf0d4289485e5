//! The plan as JSON for programs. Version 1, converted by hand, so that inner types may change and this may not.
//!
//! - `version` (1), `goal` (`present` or `absent`), `stack`, `project`, `empty` (nothing to do and nothing in the way),
//!   `blocked` (something is refused or unknown, so apply would do nothing)
//! - `counts`: number of changes by action
//! - `publicAccess`: sentences, one for each way in which the plan opens something to everybody
//! - `changes`, in running order, every resource of the stack and of its record once:
//!   - `id`, `kind`, `name`, `fullName`, `place` (`file`, `line`, `column`; null when no line asks for it)
//!   - `action`: `no-op`, `create`, `adopt`, `update`, `replace`, `repair`, `delete`, `detach`, `keep`, `forget`
//!   - `reason`: `code`, and by it `by` and `at`, `message`, `parent` or `holders`
//!   - `fields`: `path`, `before`, `after` (null when there is none), `beforeSet`, `afterSet`, `decidedAfter` (the
//!     resource that decides the value of `after`, which is null until then), `cause` (`code`, and by it `by` and
//!     `at`, or `from`), `place`, `forcesReplacement`
//!   - `access`: grants that come or go: `way` (`given` or `taken`), `role`, `member`, `condition`, `on`
//!   - `after`: ids of the changes that must be done before
//!   - `calls`: what is sent or done, one line each
//! - `refusals`: `id`, `place`, `problem`, `waysOut`; `unknowns`: `id`, `place`, `problem`, `help`
//! - `ignored`: fields of live objects that are no difference: `count`, of them `serverManaged` and `unmanaged`; with
//!   `--show-ignored` also `fields`: `id`, `path`, `value` (null if it has parts), `parts` (how many), `rule` (`serverManaged`, `default`, `serverChoice`, `foreign`,
//!   `notSupported`), `reason`. Their values may differ from plan to plan of an unchanged world
//!
//! A new field, code or action may appear in version 1; what is there keeps its name and meaning. Print it through
//! [`super::escape::json_text`].

use model::outputs::is_reference;
use model::{
    Action, Cause, Change, Effect, FieldChange, Goal, IgnoreRule, Ignored, Json, Place, Plan, Reason, Touched,
};
use serde_json::{Map, json};

use super::access::{self, Way};
use super::ignored::parts;
use super::value::references_named;
use super::{causes, words};

/// The version of this form.
const VERSION: u32 = 1;

/// The plan as a JSON value.
pub(crate) fn render(plan: &Plan, ignored: &Ignored) -> Json {
    let blocked = !plan.refusals.is_empty() || !plan.unknowns.is_empty();
    json!({
        "version": VERSION,
        "goal": match plan.goal {
            Goal::Present => "present",
            Goal::Absent => "absent",
        },
        "stack": plan.stack.as_str(),
        "project": plan.project.as_str(),
        "empty": plan.is_empty() && !blocked,
        "blocked": blocked,
        "counts": counts(plan),
        "publicAccess": access::public(plan).into_iter().map(|public| public.what).collect::<Vec<_>>(),
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "refusals": plan.refusals.iter().map(|refusal| json!({
            "id": refusal.id.to_string(),
            "place": place(refusal.place.as_ref()),
            "problem": refusal.problem,
            "waysOut": refusal.ways_out,
        })).collect::<Vec<_>>(),
        "unknowns": plan.unknowns.iter().map(|unknown| json!({
            "id": unknown.id.to_string(),
            "place": place(unknown.place.as_ref()),
            "problem": unknown.problem,
            "help": unknown.help,
        })).collect::<Vec<_>>(),
        "ignored": self::ignored(ignored),
    })
}

fn ignored(ignored: &Ignored) -> Json {
    let mut value = json!({
        "count": ignored.count(),
        "serverManaged": ignored.server_managed,
        "unmanaged": ignored.unmanaged,
    });
    if let (Some(listed), Json::Object(value)) = (&ignored.listed, &mut value) {
        let fields = listed.iter().flat_map(|(id, fields)| {
            fields.iter().map(move |field| {
                json!({
                    "id": id.to_string(),
                    "path": field.path,
                    "value": parts(&field.value).is_none().then_some(&field.value),
                    "parts": parts(&field.value),
                    "rule": rule(field.rule),
                    "reason": field.reason,
                })
            })
        });
        value.insert("fields".to_owned(), fields.collect());
    }
    value
}

/// The published word for a rule.
fn rule(rule: IgnoreRule) -> &'static str {
    match rule {
        IgnoreRule::ServerManaged => "serverManaged",
        IgnoreRule::Default => "default",
        IgnoreRule::ServerChoice => "serverChoice",
        IgnoreRule::Foreign => "foreign",
        IgnoreRule::NotSupported => "notSupported",
    }
}

fn counts(plan: &Plan) -> Json {
    let counts = words::ACTIONS.map(|each| (action(each).to_owned(), Json::from(plan.count(each))));
    Json::Object(counts.into_iter().collect())
}

/// The published word for an action.
fn action(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Adopt => "adopt",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Repair => "repair",
        Action::Delete => "delete",
        Action::Detach => "detach",
        Action::Keep => "keep",
        Action::Forget => "forget",
    }
}

fn change(change: &Change) -> Json {
    json!({
        "id": change.id.to_string(),
        "kind": change.id.kind(),
        "name": change.id.name(),
        "fullName": change.full_name,
        "place": place(change.place.as_ref()),
        "action": action(change.action),
        "reason": reason(&change.reason),
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
        "access": access::of_change(change).iter().map(|access| json!({
            "way": match access.way {
                Way::Given => "given",
                Way::Taken => "taken",
            },
            "role": access.grant.role,
            "member": access.grant.member,
            "condition": access.grant.condition,
            "on": access.on,
        })).collect::<Vec<_>>(),
        "after": change.after.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "calls": change.steps.iter().map(|step| references_named(&step.shown())).collect::<Vec<_>>(),
    })
}

fn field(field: &FieldChange) -> Json {
    let decided = causes::decided_after(field);
    json!({
        "path": field.path,
        "before": field.before,
        "after": field.after.as_ref().filter(|value| !value.as_str().is_some_and(is_reference)),
        "beforeSet": field.before.is_some(),
        "afterSet": field.after.is_some(),
        "decidedAfter": decided.map(|id| id.to_string()),
        "cause": cause(&field.cause),
        "place": place(field.place.as_ref()),
        "forcesReplacement": match field.effect {
            Effect::InPlace => false,
            Effect::Replace => true,
        },
    })
}

fn place(place: Option<&Place>) -> Json {
    place.map_or(
        Json::Null,
        |place| json!({"file": place.file.as_ref(), "line": place.line, "column": place.column}),
    )
}

fn coded(code: &str, more: Json) -> Json {
    let mut object = Map::new();
    object.insert("code".to_owned(), code.into());
    if let Json::Object(more) = more {
        object.extend(more);
    }
    Json::Object(object)
}

fn touched(touched: Option<&Touched>) -> Json {
    json!({
        "by": touched.and_then(|touched| touched.by.as_deref()),
        "at": touched.and_then(|touched| touched.at.as_deref()),
    })
}

fn reason(reason: &Reason) -> Json {
    match reason {
        Reason::NotFound => coded("notFound", Json::Null),
        Reason::SpecEdited => coded("specEdited", Json::Null),
        Reason::Drifted(by) => coded("drifted", touched(by.as_ref())),
        Reason::SpecEditedAndDrifted => coded("specEditedAndDrifted", Json::Null),
        Reason::Unhealthy { message } => coded("unhealthy", json!({"message": message})),
        Reason::ParentReplaced { parent } => coded("parentReplaced", json!({"parent": parent.to_string()})),
        Reason::InputsChanged => coded("inputsChanged", Json::Null),
        Reason::FoundUnmarked => coded("foundUnmarked", Json::Null),
        Reason::ThereBefore => coded("thereBefore", Json::Null),
        Reason::RemovedFromSpec => coded("removedFromSpec", Json::Null),
        Reason::Destroying => coded("destroying", Json::Null),
        Reason::SharedSwitch { holders } => coded("sharedSwitch", json!({"holders": holders})),
        Reason::KeptByRule => coded("keptByRule", Json::Null),
        Reason::InSync => coded("inSync", Json::Null),
        Reason::Gone => coded("gone", Json::Null),
        Reason::NotOurs => coded("notOurs", Json::Null),
    }
}

fn cause(cause: &Cause) -> Json {
    match cause {
        Cause::New => coded("new", Json::Null),
        Cause::SpecEdited => coded("specEdited", Json::Null),
        Cause::RemovedFromSpec => coded("removedFromSpec", Json::Null),
        Cause::Drifted(by) => coded("drifted", touched(by.as_ref())),
        Cause::Follows { from } => coded("follows", json!({"from": from.to_string()})),
        Cause::InputChanged => coded("inputChanged", Json::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::super::escape::json_text;
    use super::super::samples;
    use super::*;

    fn render(plan: &Plan) -> Json {
        super::render(plan, &Ignored::default())
    }

    #[test]
    fn the_json_of_a_plan_is_stable() {
        let mut plan = samples::with_calls(samples::rebuilt());
        plan.changes.retain(|change| change.action != Action::NoOp);
        for change in &mut plan.changes {
            change.fields.retain(|field| field.path != "dockerfile");
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&render(&plan)).unwrap(), @r#"
        {
          "version": 1,
          "goal": "present",
          "stack": "ollama-gemma",
          "project": "demo-project",
          "empty": false,
          "blocked": false,
          "counts": {
            "create": 1,
            "adopt": 0,
            "update": 1,
            "replace": 0,
            "repair": 0,
            "delete": 0,
            "detach": 0,
            "forget": 0,
            "keep": 0,
            "no-op": 0
          },
          "publicAccess": [],
          "changes": [
            {
              "id": "image/ollama-gemma",
              "kind": "image",
              "name": "ollama-gemma",
              "fullName": "projects/demo-project/ollama-gemma",
              "place": {
                "file": "gemmactl.yaml",
                "line": 46,
                "column": 5
              },
              "action": "create",
              "reason": {
                "code": "inputsChanged"
              },
              "fields": [
                {
                  "path": "context.Dockerfile",
                  "before": "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b",
                  "after": "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
                  "beforeSet": true,
                  "afterSet": true,
                  "decidedAfter": null,
                  "cause": {
                    "code": "inputChanged"
                  },
                  "place": {
                    "file": "gemmactl.yaml",
                    "line": 48,
                    "column": 5
                  },
                  "forcesReplacement": false
                },
                {
                  "path": "context.prompts/system.txt",
                  "before": null,
                  "after": "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
                  "beforeSet": false,
                  "afterSet": true,
                  "decidedAfter": null,
                  "cause": {
                    "code": "inputChanged"
                  },
                  "place": {
                    "file": "gemmactl.yaml",
                    "line": 48,
                    "column": 5
                  },
                  "forcesReplacement": false
                },
                {
                  "path": "tag",
                  "before": "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f",
                  "after": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
                  "beforeSet": true,
                  "afterSet": true,
                  "decidedAfter": null,
                  "cause": {
                    "code": "inputChanged"
                  },
                  "place": {
                    "file": "gemmactl.yaml",
                    "line": 48,
                    "column": 5
                  },
                  "forcesReplacement": false
                }
              ],
              "access": [],
              "after": [],
              "calls": []
            },
            {
              "id": "service/ollama-gemma",
              "kind": "service",
              "name": "ollama-gemma",
              "fullName": "//run.googleapis.com/projects/demo-project/locations/europe-west1/services/ollama-gemma",
              "place": {
                "file": "gemmactl.yaml",
                "line": 55,
                "column": 5
              },
              "action": "update",
              "reason": {
                "code": "parentReplaced",
                "parent": "image/ollama-gemma"
              },
              "fields": [
                {
                  "path": "image",
                  "before": "europe-west1-docker.pkg.dev/demo-project/ollama/ollama-gemma@sha256:1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b",
                  "after": null,
                  "beforeSet": true,
                  "afterSet": true,
                  "decidedAfter": "image/ollama-gemma",
                  "cause": {
                    "code": "follows",
                    "from": "image/ollama-gemma"
                  },
                  "place": {
                    "file": "gemmactl.yaml",
                    "line": 56,
                    "column": 5
                  },
                  "forcesReplacement": false
                }
              ],
              "access": [],
              "after": [
                "image/ollama-gemma"
              ],
              "calls": [
                "PATCH run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma"
              ]
            }
          ],
          "refusals": [],
          "unknowns": [],
          "ignored": {
            "count": 0,
            "serverManaged": 0,
            "unmanaged": 0
          }
        }
        "#);
    }

    #[test]
    fn access_and_what_is_in_the_way_are_told() {
        let mut plan = samples::blocked();
        plan.changes.retain(|change| change.id.kind() == "invoker");
        insta::assert_snapshot!(serde_json::to_string_pretty(&render(&plan)).unwrap(), @r#"
        {
          "version": 1,
          "goal": "present",
          "stack": "ollama-gemma",
          "project": "demo-project",
          "empty": false,
          "blocked": true,
          "counts": {
            "create": 0,
            "adopt": 0,
            "update": 0,
            "replace": 0,
            "repair": 0,
            "delete": 1,
            "detach": 0,
            "forget": 0,
            "keep": 0,
            "no-op": 0
          },
          "publicAccess": [],
          "changes": [
            {
              "id": "invoker/ollama-gemma/user:ana@acme.example",
              "kind": "invoker",
              "name": "ollama-gemma/user:ana@acme.example",
              "fullName": "projects/demo-project/ollama-gemma/user:ana@acme.example",
              "place": null,
              "action": "delete",
              "reason": {
                "code": "removedFromSpec"
              },
              "fields": [],
              "access": [
                {
                  "way": "taken",
                  "role": "roles/run.invoker",
                  "member": "user:ana@acme.example",
                  "condition": null,
                  "on": "service ollama-gemma"
                }
              ],
              "after": [],
              "calls": [
                "edit the policy of service ollama-gemma"
              ]
            }
          ],
          "refusals": [
            {
              "id": "repository/ollama",
              "place": {
                "file": "gemmactl.yaml",
                "line": 42,
                "column": 5
              },
              "problem": "it exists in europe-west1 and carries no mark of a stack, so somebody else may depend on it",
              "waysOut": [
                "rename the item in the spec",
                "set `adopt: true` on it, and the stack takes it over"
              ]
            }
          ],
          "unknowns": [
            {
              "id": "account/ollama-run",
              "place": {
                "file": "gemmactl.yaml",
                "line": 24,
                "column": 5
              },
              "problem": "permission iam.serviceAccounts.get denied on projects/demo-project",
              "help": "grant roles/iam.serviceAccountViewer to whoever plans"
            }
          ],
          "ignored": {
            "count": 0,
            "serverManaged": 0,
            "unmanaged": 0
          }
        }
        "#);
    }

    #[test]
    fn no_mark_of_a_reference_and_no_hidden_character_is_printed() {
        for plan in [samples::create_all(), samples::with_calls(samples::rebuilt()), samples::hostile()] {
            let text = json_text(&render(&plan));
            assert!(!text.chars().any(char::is_control), "{text}");
            assert!(!text.contains("\\u0001"), "{text}");
        }
    }

    #[test]
    fn values_of_what_is_ignored_are_told_only_when_asked_for() {
        let plan = samples::plan(Goal::Present, vec![]);
        let counted = Ignored { listed: None, ..samples::ignored() };
        assert_eq!(
            super::render(&plan, &counted)["ignored"],
            json!({"count": 4, "serverManaged": 3, "unmanaged": 1})
        );
        let fields = super::render(&plan, &samples::ignored())["ignored"]["fields"].clone();
        assert_eq!((&fields[1]["value"], &fields[1]["parts"]), (&Json::Null, &json!(1)));
        assert_eq!(
            fields[2],
            json!({
                "id": "service/ollama-gemma", "path": "timeout", "value": "300s", "parts": null, "rule": "default",
                "reason": "the server's default",
            })
        );
    }
}
