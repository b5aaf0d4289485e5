//! The checks for a terminal: one paragraph each, the commands such that they can be copied.

use unicode_width::UnicodeWidthStr;

use super::super::Style;
use super::super::escape::{escape, shell_word};
use super::super::line::{Ink, Line, Page, bar, spelled, wrap};
use super::{Asked, Subject};
use crate::finding::check::{Check, Level, Next};

/// Where the names of the checks begin, and where what was seen does.
const NAMES: usize = 11;
const TEXTS: usize = 26;

/// Where commands begin.
const COMMANDS: usize = 4;

/// The checks in a style, as text that ends with a line break.
pub fn render(subject: &Subject<'_>, checks: &[Check], style: &Style) -> String {
    let mut page = Page::new(*style);
    title(subject, &mut page);
    page.gap();
    for check in checks {
        one(check, &mut page);
    }
    page.gap();
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .map(|level| (level, checks.iter().filter(|check| check.level == level).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{count} {}", level.word()))
        .collect();
    page.line(&Line::default().with(&format!("Doctor: {}.", counts.join(", ")), Ink::Strong));
    if subject.asked == Asked::Nobody {
        page.sentence(
            "The cloud was not asked: gemmactl doctor --live does that, and only reads.",
            Ink::Plain,
        );
    }
    page.finish()
}

fn title(subject: &Subject<'_>, page: &mut Page) {
    let mut line = Line::default().with("gemmactl doctor", Ink::Strong);
    for part in [
        format!("stack={}", subject.stack),
        format!("project={}", subject.project),
        format!("region={}", subject.region),
    ] {
        if line.width() + 2 + part.width() > page.style.width {
            page.line(&line);
            line = Line::indented(2);
        }
        line.push(&format!("  {part}"), Ink::Plain);
    }
    page.line(&line);
}

/// One check: how it stands, what was seen, what to do next.
pub(crate) fn one(check: &Check, page: &mut Page) {
    let mut head = Line::indented(2)
        .with(check.level.word(), ink(check.level))
        .pad_to(NAMES)
        .with(check.id.name(), Ink::Strong);
    for seen in &check.seen {
        paragraph(std::mem::take(&mut head), seen, Ink::Plain, page);
    }
    let lead = |text: &str, page: &mut Page| {
        paragraph(Line::indented(NAMES).with("next", Ink::Changed), text, Ink::Plain, page);
    };
    // A page or a command stands on lines of its own, to be copied; something always leads to the first.
    match check.next.first() {
        Some(Next::Open(_)) => lead("open:", page),
        Some(Next::Run(_)) => lead("run:", page),
        Some(Next::Say(_)) | None => {}
    }
    for next in &check.next {
        match next {
            Next::Say(text) => lead(text, page),
            Next::Open(url) => page.line(&Line::indented(COMMANDS).with(url, Ink::Plain)),
            Next::Run(words) => command(words, page),
        }
    }
}

/// A text at its column behind a head, wrapped; lines that go on begin with a bar, so that none begins with a foreign word.
fn paragraph(head: Line, text: &str, ink: Ink, page: &mut Page) {
    let room = page.style.width.saturating_sub(TEXTS).max(20);
    let mut head = Some(head);
    for part in wrap(&escape(&spelled(text, page.style.symbols)), room) {
        let line = match head.take() {
            Some(head) => head.pad_to(TEXTS),
            None => Line::indented(TEXTS - 2).with(bar(page.style.symbols), Ink::Faint).pad_to(TEXTS),
        };
        page.line(&line.with(&part, ink));
    }
}

fn command(words: &[String], page: &mut Page) {
    let room = page.style.width.saturating_sub(2);
    let mut line = Line::indented(COMMANDS);
    let mut is_empty = true;
    for word in words {
        let word = shell_word(word);
        if !is_empty && line.width() + 1 + word.width() > room {
            page.line(&line.with(" \\", Ink::Plain));
            line = Line::indented(COMMANDS + 2);
            is_empty = true;
        }
        if !is_empty {
            line.push(" ", Ink::Plain);
        }
        line.push(&word, Ink::Plain);
        is_empty = false;
    }
    page.line(&line);
}

fn ink(level: Level) -> Ink {
    match level {
        Level::Ok => Ink::Added,
        Level::Unknown | Level::Warning => Ink::Changed,
        Level::Failed => Ink::Danger,
    }
}
