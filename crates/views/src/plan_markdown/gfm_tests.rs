//! What a reader of GitHub Flavored Markdown makes of a plan: only the nodes that are meant, whatever the values say, and never
//! more bytes than were asked for.

use std::collections::BTreeSet;

use model::{Action, Reason};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options as Extensions, Parser, Tag};

use super::{COMMENT_BYTES, Form, LEAST_BYTES, Options, cut, level::Level, render};
use crate::document::Plan;
use crate::hostile;
use crate::marker::Marker;
use crate::samples;

/// The code spans of a body, after it was held against what may be in it.
fn read(body: &str) -> BTreeSet<String> {
    let mut code = BTreeSet::new();
    let mut strong = 0;
    let mut fence: Option<String> = None;
    for event in Parser::new_ext(
        body,
        Extensions::all() - Extensions::ENABLE_SMART_PUNCTUATION - Extensions::ENABLE_OLD_FOOTNOTES,
    ) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                assert!(["diff", "mermaid"].contains(&info.as_ref()), "{info}");
                fence = Some(info.into_string());
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => fence = None,
            Event::Start(Tag::Strong) => strong += 1,
            Event::End(pulldown_cmark::TagEnd::Strong) => strong -= 1,
            Event::Start(Tag::BlockQuote(kind)) => {
                assert_eq!(kind, Some(pulldown_cmark::BlockQuoteKind::Caution));
            }
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::HtmlBlock
                | Tag::List(None)
                | Tag::Item
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell,
            )
            | Event::End(_)
            | Event::SoftBreak => {}
            Event::Code(text) => {
                code.insert(text.replace("\\u{5c}", "\\"));
            }
            Event::Html(html) => html_is_ours(&html),
            Event::Text(text) => match &fence {
                Some(language) => in_fence(&text, language),
                None => plain(&text, strong > 0),
            },
            Event::Start(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => panic!("{event:?} in\n{body}"),
        }
    }
    assert!(!body.chars().any(|c| c != '\n' && c.is_control()), "{body}");
    assert!(!body.lines().any(|line| line.trim_start().starts_with("::")), "{body}");
    // GitLab obeys lines that begin so, even in the middle of a note.
    assert!(!body.lines().any(|line| line.starts_with('/')), "{body}");
    for line in body.lines().filter(|line| line.starts_with('|')) {
        assert!([5, 6].contains(&bars(line)), "{line}");
    }
    code
}

/// Pipes that part cells: a backslash takes the character after it along.
fn bars(line: &str) -> usize {
    let mut characters = line.chars();
    let mut bars = 0;
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '|' => bars += 1,
            _ => {}
        }
    }
    bars
}

fn html_is_ours(html: &str) {
    for line in html.lines().filter(|line| !line.is_empty()) {
        if Marker::read(line).is_some() || line == "</details>" {
            continue;
        }
        let summary =
            line.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
        let summary = summary.unwrap_or_else(|| panic!("{line}"));
        let rest = match summary.strip_prefix("<code>") {
            Some(rest) => rest.split_once("</code>: ").map(|(name, rest)| format!("{name}{rest}")).unwrap(),
            None => summary.to_owned(),
        };
        assert!(!rest.contains(['<', '>']), "{line}");
    }
}

fn in_fence(text: &str, language: &str) {
    for line in text.lines().filter(|_| language == "diff") {
        assert!(line.starts_with(['+', '-', ' ', '#', '!', '@', '\\']), "{line}");
    }
}

/// Text that GitHub would read as nothing but text.
fn plain(text: &str, is_strong: bool) {
    for sign in ["@", "://", "www.", "<", "[", "*", "`", "$", "::"] {
        assert!(!text.contains(sign), "{text}");
    }
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        assert!(!word.to_ascii_lowercase().starts_with("gh-"), "{text}");
        assert!(word.len() < 7 || !word.chars().all(|c| c.is_ascii_hexdigit()), "{text}");
    }
    if is_strong {
        assert!(text.is_ascii() && !text.contains('.'), "{text}");
    }
}

fn options(max_bytes: usize) -> Options<'static> {
    Options { max_bytes, ..Options::of(Form::Comment) }
}

/// A name as it may stand in a body, at any level.
fn names(name: &str) -> Vec<String> {
    Level::ALL.map(|level| cut::name(name, level.name()).replace("\\u{5c}", "\\")).to_vec()
}

/// Numbers that the body says were left out.
fn omitted(body: &str, what: &str) -> usize {
    let line = |line: &str| {
        let (number, rest) = line.strip_prefix("**")?.split_once(" more ")?;
        rest.starts_with(what).then(|| number.parse::<usize>().unwrap())
    };
    body.lines().find_map(line).unwrap_or(0)
}

/// So many resources whose names and values are made of texts: some deleted, some edited, some grants.
fn many(texts: &[String], count: usize) -> Plan {
    let mut changes = vec![];
    for number in 0..count {
        let text = &texts[number % texts.len()];
        let name = format!("x{number}-{text}");
        changes.push(match number % 3 {
            0 => samples::change(&format!("service/{name}"), Action::Delete, Reason::RemovedFromSpec, 1),
            1 => samples::invoker(&name, Action::Create, Reason::NotFound, 3),
            _ => samples::fields(
                samples::change(&format!("image/{name}"), Action::Update, Reason::SpecEdited, 3),
                vec![samples::field(
                    &format!("labels.{text}"),
                    Some(text.as_str().into()),
                    Some(name.as_str().into()),
                    model::Cause::SpecEdited,
                    samples::at(4),
                )],
            ),
        });
    }
    samples::shown(&samples::plan(model::Goal::Present, changes))
}

/// Every deletion and every grant is named, or counted.
fn nothing_is_lost(plan: &Plan, body: &str) -> usize {
    let code = read(body);
    let is_named = |name: &str| names(name).iter().any(|name| code.contains(name));
    let unnamed = plan.deletions().filter(|change| !is_named(&change.id.to_string())).count();
    assert_eq!(unnamed, omitted(body, "deletion"), "{body}");
    let unnamed = plan.access().filter(|(_, access)| !is_named(&access.grant.member)).count();
    assert_eq!(unnamed, omitted(body, "grant"), "{body}");
    let mark = Marker::read(body).unwrap();
    assert_eq!((&mark.fingerprint, mark.deletions), (&plan.fingerprint, plan.deletions().count()));
    assert!(body.contains(&format!("Plan `{}`", plan.fingerprint_shown())), "{body}");
    omitted(body, "deletion") + omitted(body, "grant")
}

#[test]
fn five_hundred_resources_with_hostile_values_lose_no_deletion_and_no_grant() {
    let texts: Vec<String> = hostile::PARTS.iter().map(|part| part.repeat(12)).collect();
    let plan = many(&texts, 500);
    let body = render(&plan, &options(COMMENT_BYTES));
    assert!(body.len() <= COMMENT_BYTES, "{}", body.len());
    assert_eq!(nothing_is_lost(&plan, &body), 0);
    assert!(body.contains("**Not the whole plan**"), "{body}");
}

#[test]
fn a_body_is_written_shorter_by_whole_levels() {
    let texts: Vec<String> = (0..7).map(|number| format!("value {number} {}", "long ".repeat(40))).collect();
    let plan = many(&texts, 60);
    let whole = render(&plan, &options(COMMENT_BYTES)).len();
    let mut said = vec![];
    for max_bytes in (LEAST_BYTES..=whole).rev().step_by(250) {
        let body = render(&plan, &options(max_bytes));
        assert!(body.len() <= max_bytes);
        let line = body.lines().find_map(|line| line.strip_prefix("**Not the whole plan**: "));
        let level = line.map_or("all", |line| line.split(", to keep").next().unwrap()).to_owned();
        if said.last() != Some(&level) {
            said.push(level);
        }
    }
    assert_eq!(
        said,
        [
            "all",
            "without what does not change",
            "one line a field",
            "one line a resource",
            "of most changes only their number"
        ]
    );
}

#[test]
fn a_shortened_body_says_where_the_whole_plan_is() {
    let plan = many(&["x".repeat(500)], 200);
    let body = render(&plan, &Options { whole: Some("artifact `plan.json` of run 7"), ..options(8_000) });
    assert!(body.contains("The whole: ``artifact `plan.json` of run 7``"), "{body}");
    assert!(body.contains(" complete=0 "), "{body}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn only_the_expected_nodes_are_there_whatever_the_values(
        texts in proptest::collection::vec(hostile::text(), 8), max_bytes in LEAST_BYTES..20_000, form in 0..2_usize,
    ) {
        let plan = hostile::shown(&texts);
        let form = [Form::Comment, Form::Summary][form];
        for max_bytes in [max_bytes, COMMENT_BYTES] {
            let body = render(&plan, &Options { max_bytes, whole: texts.first().map(String::as_str), ..Options::of(form) });
            prop_assert!(body.len() <= max_bytes, "{} of {}", body.len(), max_bytes);
            nothing_is_lost(&plan, &body);
        }
    }

    #[test]
    fn any_plan_keeps_within_any_budget(
        texts in proptest::collection::vec(hostile::text(), 1..5), count in 0..600_usize, max_bytes in LEAST_BYTES..70_000,
    ) {
        let plan = many(&texts, count);
        let body = render(&plan, &options(max_bytes));
        prop_assert!(body.len() <= max_bytes, "{} of {}", body.len(), max_bytes);
        nothing_is_lost(&plan, &body);
    }
}
