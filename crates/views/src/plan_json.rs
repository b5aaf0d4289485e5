//! The plan as JSON for programs, in the form of [`PlanFile`].

use super::escape::json_text;
use crate::document::{Plan, PlanFile};

/// The plan on one line of JSON.
pub fn render(plan: &Plan) -> String {
    // Maps of the file have text as keys and no number is out of range, so this cannot fail.
    let value = serde_json::to_value(PlanFile::from(plan)).unwrap_or_default();
    format!("{}\n", json_text(&value))
}

#[cfg(test)]
mod tests {
    use model::{Action, Goal, Json};
    use serde_json::json;

    use super::super::samples;

    fn value(plan: &model::Plan, ignored: model::Ignored) -> Json {
        serde_json::from_str(&super::render(&samples::shown_with(plan, ignored))).unwrap()
    }

    fn render(plan: &model::Plan) -> Json {
        value(plan, model::Ignored::default())
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
  "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
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
  "exposures": [],
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
      "onlyAccess": false,
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
          "decided": {
            "before": "europe-west1-docker.pkg.dev/demo-project/ollama/ollama-gemma@",
            "output": "digest",
            "behind": ""
          },
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
      "onlyAccess": false,
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
  "findings": [],
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
  "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
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
  "exposures": [],
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
          "on": "service ollama-gemma",
          "broad": null
        }
      ],
      "onlyAccess": true,
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
  "findings": [],
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
            let text = super::render(&samples::shown(&plan));
            let text = text.trim_end_matches('\n');
            assert!(!text.chars().any(char::is_control), "{text}");
            assert!(!text.contains("\\u0001"), "{text}");
        }
    }

    #[test]
    fn values_of_what_is_ignored_are_told_only_when_asked_for() {
        let plan = samples::plan(Goal::Present, vec![]);
        let counted = model::Ignored { listed: None, ..samples::ignored() };
        assert_eq!(value(&plan, counted)["ignored"], json!({"count": 4, "serverManaged": 3, "unmanaged": 1}));
        let fields = value(&plan, samples::ignored())["ignored"]["fields"].clone();
        assert_eq!((&fields[1]["value"], &fields[1]["parts"]), (&Json::Null, &json!(1)));
        assert_eq!(
            fields[2],
            json!({
                "id": "service/ollama-gemma", "path": "timeout", "value": "300s", "parts": null, "partsAre": null, "rule": "default",
                "reason": "the server's default",
            })
        );
    }
}
