use crate::document::Plan;
use crate::hostile;
use crate::plan_markdown::{Form, LEAST_BYTES, Options};
use crate::samples;

fn markdown(plan: &Plan) -> String {
    super::markdown(plan, &Options::of(Form::Comment))
}

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
    insta::assert_snapshot!(markdown(&drift), @r#"
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
    let markdown = markdown(&drift(&samples::hostile()));
    assert!(!markdown.contains("\n::") && !markdown.contains('\u{1b}'), "{markdown}");
}

#[test]
fn an_issue_is_known_again_by_its_mark() {
    let drift = drift(&samples::drifted());
    let mark = super::Marker::of(&drift);
    assert_eq!(super::Marker::read(&markdown(&drift)), Some(mark.clone()));
    let prod = super::Marker { environment: Some(model::EnvironmentName::parse("prod").unwrap()), ..mark };
    assert_eq!(super::Marker::read(&prod.to_string()), Some(prod.clone()));
    for other in [" ".to_owned() + &prod.to_string(), prod.to_string().replace("v1", "v2"), String::new()] {
        assert_eq!(super::Marker::read(&other), None, "{other}");
    }
}

#[test]
fn who_gets_in_that_could_not_be_read_is_no_alarm_and_no_all_clear() {
    let mut plan = samples::plan(model::Goal::Present, samples::unchanged(&["service/ollama-gemma"]));
    plan.exposures.push(model::Exposure {
        id: samples::id("service/ollama-gemma"),
        place: samples::at(55),
        member: String::new(),
        on: String::new(),
        what: "who gets into service/ollama-gemma could not be read: denied".to_owned(),
    });
    let drift = drift(&plan);
    assert!(!drift.has_drift());
    insta::assert_snapshot!(super::text(&drift, &samples::style()), @r"
    Stack ollama-gemma in project demo-project: 1 not readable.

    NOT READ  who gets into service/ollama-gemma could not be read: denied
    ");
    let markdown = markdown(&drift);
    assert!(markdown.contains("> - **Access not read**: who gets into service/ollama-gemma"), "{markdown}");
    assert!(!markdown.contains("open to everybody"), "{markdown}");
    assert_eq!(super::Marker::of(&drift).found, 1, "the issue stays open");
}

/// So many resources that others changed, in names and values that hurt.
fn many(count: usize) -> Plan {
    let texts: Vec<String> = hostile::PARTS.iter().map(|part| part.repeat(6)).collect();
    let mut plan = samples::drifted();
    let service = plan.changes.iter().find(|change| !change.fields.is_empty()).unwrap().clone();
    for (number, text) in (0..count).zip(texts.iter().cycle()) {
        let mut next = service.clone();
        next.id = samples::id(&format!("service/n{number}{text}"));
        next.fields[0].path = format!("env.{text}");
        plan.changes.push(next);
        plan.exposures.push(model::Exposure {
            id: samples::id("service/ollama-gemma"),
            place: None,
            member: text.clone(),
            on: text.clone(),
            what: text.clone(),
        });
    }
    drift(&plan)
}

#[test]
fn any_budget_is_kept_and_what_is_left_out_is_counted() {
    for (count, max_bytes) in
        [(0, LEAST_BYTES), (40, LEAST_BYTES), (500, LEAST_BYTES), (500, 30_000), (60, 20_000)]
    {
        let plan = many(count);
        let text = super::markdown(&plan, &Options { max_bytes, ..Options::of(Form::Comment) });
        assert!(text.len() <= max_bytes, "{} of {max_bytes}", text.len());
        assert_eq!(super::Marker::read(&text), Some(super::Marker::of(&plan)));
        let rows = text.lines().filter(|line| line.starts_with("| ~ ") || line.starts_with("| − ")).count();
        let more = text.lines().find_map(|line| {
            line.strip_prefix("**")?.strip_suffix("** not shown here")?.split_once(" more resource")
        });
        let more = more.map_or(0, |(number, _)| number.parse().unwrap());
        assert_eq!(rows + more, plan.changes.len(), "{text}");
    }
    let whole = markdown(&many(1));
    assert!(whole.contains("<details>") && !whole.contains("Not all of it"), "{whole}");
    let short =
        super::markdown(&many(500), &Options { max_bytes: LEAST_BYTES, ..Options::of(Form::Comment) });
    assert!(short.contains("**Not all of it**: one line a resource, with short names, to keep within 4000 bytes. The whole: `gemmactl plan --drift-only`"), "{short}");
}

#[test]
fn where_the_whole_is_said_to_be_counts_within_the_budget() {
    let options =
        Options { max_bytes: LEAST_BYTES, whole: Some(&"x".repeat(9000)), ..Options::of(Form::Comment) };
    let text = super::markdown(&many(500), &options);
    assert!(text.len() <= LEAST_BYTES, "{} bytes: {text}", text.len());
    assert!(text.contains("The whole: `xxx"), "{text}");
}
