//! Whatever a spec or a cloud says, no view obeys it: arbitrary texts in every place of a plan that takes a text.

use model::{
    Action, Cause, Goal, IgnoreRule, Ignored, IgnoredField, Json, Plan, Reason, Refusal, Touched, Unknown,
};
use proptest::prelude::*;

use crate::document;

use super::{Colour, Detail, Style, Symbols, plan_json, plan_markdown, plan_text, samples};

/// Texts that are made of what hurts, in any order.
fn text() -> impl Strategy<Value = String> {
    let parts = [
        "`",
        "```",
        "~~~",
        "\n",
        "\r\n",
        "\u{1b}[31m",
        "\u{9b}2J",
        "::error::",
        "##[group]",
        "##vso[",
        "@octocat",
        "<b>",
        "</details>",
        "<!--",
        "-->",
        "|",
        "\\",
        "[x](http://x)",
        "https://x.example",
        "\u{202e}",
        "\u{200b}",
        "\u{1}ref:image/x#digest\u{2}",
        "(not set)",
        "→",
        "日本語",
        "*",
        "_",
        "#1",
        " ",
        "\"",
        "sha256:",
        "a",
        "0",
    ];
    let part = prop_oneof![proptest::sample::select(parts.to_vec()).prop_map(str::to_owned), any::<String>()];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn plan(texts: &[String]) -> Plan {
    let text = |at: usize| texts[at % texts.len()].clone();
    let name = |at: usize| format!("x{}", text(at));
    let value = |at: usize| Some(Json::from(text(at)));
    let touched = Touched { by: Some(text(0)), at: Some(text(1)) };
    let service = samples::service(
        Reason::Drifted(Some(touched.clone())),
        vec![
            samples::field(
                &format!("env.{}", text(2)),
                value(3),
                value(4),
                Cause::Drifted(Some(touched)),
                samples::at(1),
            ),
            samples::field("args", Some(Json::from(vec![text(5)])), value(6), Cause::SpecEdited, None),
            samples::field(&format!("context.{}", text(7)), value(8), None, Cause::InputChanged, None),
        ],
    );
    let mut created = samples::change(&format!("image/{}", name(3)), Action::Create, Reason::NotFound, 3);
    created.fields =
        vec![samples::field(&format!("labels.{}", text(1)), None, value(2), Cause::New, samples::at(4))];
    created.full_name = format!("projects/p/locations/{}/x", text(4));
    let gone = samples::change(&format!("service/{}", name(4)), Action::Delete, Reason::RemovedFromSpec, 3);
    let invoker = samples::invoker(&name(5), Action::Create, Reason::NotFound, 3);
    let sick = Reason::Unhealthy { message: text(6) };
    let sick = samples::change("service/sick", Action::Repair, sick, 3);
    let shared = Reason::SharedSwitch { holders: vec![text(7)] };
    let shared = samples::change("api/x", Action::Keep, shared, 3);
    let mut plan = samples::plan(Goal::Present, vec![service, created, gone, invoker, sick, shared]);
    let id = samples::id(&format!("account/{}", name(0)));
    let ways_out = vec![text(2)];
    plan.refusals.push(Refusal { id: id.clone(), place: None, problem: text(1), ways_out });
    plan.unknowns.push(Unknown { id, place: samples::at(1), problem: text(3), help: Some(text(4)) });
    plan
}

/// What is left of Markdown when everything inert is taken out: fences, code spans, folded summaries.
fn live_markdown(markdown: &str) -> String {
    let mut left = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        match &fence {
            Some(end) if line == end => fence = None,
            Some(_) => assert!(line.starts_with(['+', '-', ' ', '#', '!', '@', '\\']), "{line}"),
            None if line.ends_with("`diff") => fence = Some(line.trim_end_matches("diff").to_owned()),
            None => {
                left.push_str(&without_spans(&without_summary(line)));
                left.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence is left open");
    left
}

/// What live objects hold that the plan leaves alone.
fn ignored(texts: &[String]) -> Ignored {
    let text = |at: usize| texts[at % texts.len()].clone();
    let field = |path: String, value: Json| IgnoredField {
        path,
        value,
        rule: IgnoreRule::Foreign,
        reason: "left as it is",
    };
    let fields = vec![
        field(format!("labels.{}", text(0)), text(1).into()),
        field(text(2), Json::from(vec![text(3), text(4)])),
    ];
    let id = samples::id(&format!("service/x{}", text(5)));
    Ignored { server_managed: 0, unmanaged: 2, listed: Some(vec![(id, fields)]) }
}

/// A line without the code in the summary of a fold, which no tag may end early.
fn without_summary(line: &str) -> String {
    let Some(rest) = line.strip_prefix("<details><summary><code>") else { return line.to_owned() };
    let (code, end) = rest.split_once("</code>: ").unwrap();
    assert!(!code.contains(['<', '>', '`', '*', '[']), "{code}");
    format!("<details><summary><code></code>: {end}")
}

/// A line without its code spans, as `CommonMark` finds them: a run of backticks ends at the next run of its length.
fn without_spans(line: &str) -> String {
    let mut left = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        left.push_str(&rest[..start]);
        let run = rest[start..].chars().take_while(|c| *c == '`').count();
        let mut at = start + run;
        let end = loop {
            let Some(next) = rest[at..].find('`') else { panic!("a code span is left open: {line}") };
            let length = rest[at + next..].chars().take_while(|c| *c == '`').count();
            at += next + length;
            if length == run {
                break at;
            }
        };
        rest = &rest[end..];
    }
    left + rest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_gets_out_of_its_place_on_a_terminal(texts in proptest::collection::vec(text(), 8)) {
        let plan = plan(&texts);
        for detail in [Detail::Summary, Detail::Changes, Detail::Full] {
            let style = Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail };
            let shown = plan_text::render(&document::Plan::of(&plan, ignored(&texts)), &style);
            prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control()), "{}", shown);
            for line in shown.lines() {
                prop_assert!(!line.trim_start().starts_with("::"), "{}", line);
                prop_assert!(!line.contains("##[") && !line.contains("##vso["), "{}", line);
            }
        }
    }

    #[test]
    fn no_text_is_read_as_markdown(texts in proptest::collection::vec(text(), 8)) {
        let shown = plan_markdown::render(&document::Plan::of(&plan(&texts), ignored(&texts)));
        prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control()), "{}", shown);
        let live = live_markdown(shown.split_once('\n').unwrap().1);
        prop_assert!(!live.contains('@'), "{}", live);
        prop_assert!(!live.contains("http") && !live.contains("[x]"), "{}", live);
        for line in live.lines() {
            prop_assert!(!line.trim_start().starts_with("::"), "{}", line);
            let folds = [
                "<details><summary><code>",
                "<details><summary>2 unmanaged fields ignored</summary>",
                "</details>",
            ];
            prop_assert!(!line.contains('<') || folds.iter().any(|fold| line.starts_with(fold)), "{}", line);
            if line.starts_with('|') {
                let cells = line.replace("\\|", "").matches('|').count();
                prop_assert_eq!(cells, 5, "{}", line);
            }
        }
    }

    #[test]
    fn json_is_the_same_data_whatever_the_texts(texts in proptest::collection::vec(text(), 8)) {
        let plan = document::Plan::of(&plan(&texts), ignored(&texts));
        let text = plan_json::render(&plan);
        prop_assert!(!text.trim_end_matches('\n').chars().any(char::is_control));
        let read = serde_json::from_str::<document::PlanFile>(&text).unwrap();
        let again = document::Plan::try_from(read.clone()).unwrap();
        prop_assert_eq!(&document::PlanFile::from(&again), &read);
        let style = Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Full };
        prop_assert_eq!(plan_text::render(&again, &style), plan_text::render(&plan, &style));
        prop_assert_eq!(plan_markdown::render(&again), plan_markdown::render(&plan));
    }
}
