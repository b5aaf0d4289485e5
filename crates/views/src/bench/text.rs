//! A service under load, for a terminal.

use unicode_width::UnicodeWidthStr as _;

use super::chart::{self, Bar};
use super::table::{HEADS, LEGEND, NONE, cells};
use super::{Bench, rate, seconds, unanswered};
use crate::Style;
use crate::line::{Ink, Line, Page};

/// The whole of it, as text that ends with a line break.
pub fn render(bench: &Bench, style: &Style) -> String {
    let mut page = Page::new(*style);
    head(bench, &mut page);
    table(bench, &mut page);
    not_answered(bench, &mut page);
    charts(bench, &mut page);
    advice(bench, &mut page);
    page.finish()
}

fn head(bench: &Bench, page: &mut Page) {
    let subject = &bench.subject;
    let title = Line::default().with("gemmactl bench", Ink::Strong);
    page.line(&title.with(&format!("  service/{}  {}", subject.service, subject.region), Ink::Plain));
    let what = format!(
        "{} prompts to {} in {}, each answered with {} tokens at the most; {}",
        bench.ended(),
        subject.model,
        subject.form.words(),
        subject.max_tokens,
        bench.began
    );
    page.sentence(&what, Ink::Faint);
    page.sentence(&bench.start_sentence(), Ink::Plain);
    if let Some(sentence) = bench.ending.sentence() {
        page.sentence(sentence, Ink::Danger);
    }
}

fn table(bench: &Bench, page: &mut Page) {
    let rows: Vec<[String; 7]> = bench.levels.iter().map(cells).collect();
    if rows.is_empty() {
        return;
    }
    page.gap();
    let widths: Vec<usize> = HEADS
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
            cells.chain([head.width()]).max().unwrap_or_default()
        })
        .collect();
    let whole = widths.iter().sum::<usize>() + 2 * (HEADS.len() - 1);
    let gap = if whole > page.style.width { " " } else { "  " };
    let line = |cells: &[&str], ink: Ink| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
        Line::default().with(&padded.collect::<Vec<_>>().join(gap), ink)
    };
    page.line(&line(&HEADS, Ink::Faint));
    for row in &rows {
        page.line(&line(&row.each_ref().map(String::as_str), Ink::Plain));
    }
    page.sentence(LEGEND, Ink::Faint);
}

fn not_answered(bench: &Bench, page: &mut Page) {
    if bench.levels.iter().all(|level| level.unanswered() == 0) {
        return;
    }
    page.gap();
    page.line(&Line::default().with("not answered", Ink::Strong));
    for level in &bench.levels {
        let Some(counts) = unanswered(level) else { continue };
        let problem = level.problem.as_deref().filter(|problem| !problem.is_empty());
        let told = problem.map(|problem| format!(": {problem}")).unwrap_or_default();
        page.prose(0, &format!("{:>9}  ", level.concurrency), &format!("{counts}{told}"), Ink::Danger);
    }
}

fn charts(bench: &Bench, page: &mut Page) {
    let bars: Vec<Bar> = bench
        .levels
        .iter()
        .map(|level| Bar {
            label: level.concurrency.to_string(),
            first: level.together.unwrap_or_default(),
            second: 0.0,
            figure: level.together.map_or_else(|| NONE.to_owned(), rate),
            mark: (bench.advice.knee == Some(level.concurrency)).then_some("< knee"),
        })
        .collect();
    section("tokens a second of all answers together, by prompts at once", &bars, page);
    let bars: Vec<Bar> = bench
        .levels
        .iter()
        .map(|level| {
            let first = level.first_token.map(|first| first.median);
            let waiting = level.waiting.map(|waiting| waiting.median).unwrap_or_default();
            Bar {
                label: level.concurrency.to_string(),
                first: first.map_or(0.0, |first| first.saturating_sub(waiting).as_secs_f64()),
                second: waiting.as_secs_f64(),
                figure: first.map_or_else(|| NONE.to_owned(), seconds),
                mark: None,
            }
        })
        .collect();
    section("time to the first token, and how much of it is waiting (the light part)", &bars, page);
}

fn section(title: &str, bars: &[Bar], page: &mut Page) {
    if bars.iter().all(|bar| bar.first + bar.second <= 0.0) {
        return;
    }
    page.gap();
    page.sentence(title, Ink::Strong);
    chart::write(bars, page);
}

fn advice(bench: &Bench, page: &mut Page) {
    page.gap();
    page.line(&Line::default().with("recommended", Ink::Strong));
    for ((setting, value, reason), now) in bench.recommendations().into_iter().zip(bench.now()) {
        let value = match (value, now) {
            (None, _) => "nothing".to_owned(),
            (Some(value), Some(now)) if value == now => format!("{value} (as it is)"),
            (Some(value), Some(now)) => format!("{value} (now {now})"),
            (Some(value), None) => value.to_string(),
        };
        page.line(&Line::indented(2).with(setting, Ink::Strong).with(&format!("  {value}"), Ink::Plain));
        page.prose(4, "because ", reason, Ink::Plain);
    }
    if bench.advice.doubts.is_empty() {
        return;
    }
    page.gap();
    page.line(&Line::default().with("to be careful about", Ink::Strong));
    for doubt in &bench.advice.doubts {
        page.prose(2, "- ", doubt, Ink::Plain);
    }
}
