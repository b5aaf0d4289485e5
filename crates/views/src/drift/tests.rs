use crate::document::Plan;
use crate::samples;

fn drift(plan: &model::Plan) -> Plan {
    samples::shown(plan).drift()
}

#[test]
fn what_others_changed_is_told_with_who_and_when() {
    let drift = drift(&samples::drifted());
    insta::assert_snapshot!(super::text(&drift, &samples::style()), @r#"
    Stack ollama-gemma in project demo-project: 2 resources changed by others.

    − role/storage.admin/user:me@example.com  removed outside gemmactl

    ~ service/ollama-gemma  changed by ana@acme.example on 2026-11-03 14:05 UTC
        env.DEBUG  found 1, the spec says (not set)
        memory  found 16Gi, the spec says 32Gi (gemmactl.yaml:62)

    gemmactl apply puts back what the spec says; to keep what was changed, write
      it in the spec first.
    "#);
    insta::assert_snapshot!(super::markdown(&drift), @r#"
    <!-- gemmactl drift v1 stack=ollama-gemma found=2 -->
    ### gemmactl drift · ollama-gemma · 2 resources changed by others

    | | Resource | What | Who and when |
    |---|---|---|---|
    | − | `role/storage.admin/user:me@example.com` | gone | removed outside gemmactl |
    | ~ | `service/ollama-gemma` | 2 fields | `changed by ana@acme.example on 2026-11-03 14:05 UTC` |

    <details><summary><code>service/ollama-gemma</code>: 2 fields</summary>

    ```diff
    # service/ollama-gemma: - the spec says, + found
    - env.DEBUG: (not set)
    + env.DEBUG: 1
    # gemmactl.yaml:62
    - memory: 32Gi
    + memory: 16Gi
    ```

    </details>

    gemmactl apply puts back what the spec says; to keep what was changed, write it in the spec first.

    Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    "#);
}

#[test]
fn edits_of_the_spec_and_what_is_new_are_no_drift() {
    for plan in [samples::edited(), samples::create_all(), samples::rebuilt(), samples::deleted()] {
        let drift = drift(&plan);
        assert!(!drift.has_drift(), "{drift:?}");
    }
    let mut both = samples::drifted();
    both.changes.extend(samples::create_all().changes.into_iter().take(2));
    let service = both.changes.iter_mut().find(|change| change.id.kind() == "service").unwrap();
    service.reason = model::Reason::SpecEditedAndDrifted;
    service
        .fields
        .push(samples::edited().changes.iter().find_map(|change| change.fields.first()).cloned().unwrap());
    assert_eq!(drift(&both), Plan { fingerprint: drift(&both).fingerprint, ..drift(&samples::drifted()) });
}

#[test]
fn no_drift_is_one_line() {
    let drift = drift(&samples::edited());
    insta::assert_snapshot!(super::text(&drift, &samples::style()), @r#"Stack ollama-gemma in project demo-project: no drift."#);
}

#[test]
fn what_could_not_be_compared_or_read_is_told() {
    let mut plan = samples::blocked();
    let lost = "//run.googleapis.com/x has lost this stack's stamp, or was made anew by somebody else";
    let id = samples::id("service/other");
    plan.refusals.push(model::Refusal { id, place: None, problem: lost.to_owned(), ways_out: vec![] });
    let drift = drift(&plan);
    assert!(drift.has_drift());
    insta::assert_snapshot!(super::text(&drift, &samples::style()), @r#"
    Stack ollama-gemma in project demo-project: 1 not comparable, 1 not readable.

    NOT COMPARED  service/other: //run.googleapis.com/x has lost this stack's stamp,
                │ or was made anew by somebody else

    NOT READ  account/ollama-run: permission iam.serviceAccounts.get denied on
            │ projects/demo-project

    gemmactl apply puts back what the spec says; to keep what was changed, write
      it in the spec first.
    "#);
}

#[test]
fn hostile_values_stay_values() {
    let markdown = super::markdown(&drift(&samples::hostile()));
    assert!(!markdown.contains("\n::") && !markdown.contains('\u{1b}'), "{markdown}");
}

#[test]
fn an_issue_is_known_again_by_its_mark() {
    let drift = drift(&samples::drifted());
    let mark = super::Marker::of(&drift);
    assert_eq!(super::Marker::read(&super::markdown(&drift)), Some(mark.clone()));
    let prod = super::Marker { environment: Some(model::EnvironmentName::parse("prod").unwrap()), ..mark };
    assert_eq!(super::Marker::read(&prod.to_string()), Some(prod.clone()));
    for other in [" ".to_owned() + &prod.to_string(), prod.to_string().replace("v1", "v2"), String::new()] {
        assert_eq!(super::Marker::read(&other), None, "{other}");
    }
}
