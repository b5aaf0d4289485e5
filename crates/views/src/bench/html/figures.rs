//! The figures of the levels: two drawings and a table. Inline SVG, so the page needs nothing else.

use std::time::Duration;

use tuning::Level;

use crate::bench::table::{HEADS, LEGEND, NONE, cells};
use crate::bench::{Bench, rate, seconds};
use crate::plan_html::page::Page;

/// A drawing in pixels: its width, where bars begin, how long the longest is, from one bar to the next, and how thick it is.
const WIDTH: usize = 820;
const LEFT: usize = 60;
const LONGEST: usize = 520;
const PITCH: usize = 30;
const HEIGHT: usize = 20;

/// Writes the sections.
pub(super) fn write(bench: &Bench, page: &mut Page) {
    if bench.levels.is_empty() {
        return;
    }
    page.raw("<section>\n<h2>By prompts at once</h2>\n");
    together(bench, page);
    first_token(bench, page);
    table(bench, page);
    page.raw("</section>\n");
}

fn together(bench: &Bench, page: &mut Page) {
    let most = bench.levels.iter().filter_map(|level| level.together).fold(0.0, f64::max);
    start("Tokens a second of all answers together", &bench.levels, page);
    for (row, level) in bench.levels.iter().enumerate() {
        let length = pixels(level.together.unwrap_or_default(), most);
        label(row, level, page);
        bar("solid", row, LEFT, length, page);
        figure(row, LEFT + length, &level.together.map_or_else(|| NONE.to_owned(), rate), page);
        if bench.advice.knee == Some(level.concurrency) {
            page.raw("<tspan class=\"mark\">  ← knee</tspan>");
        }
        page.raw("</text>\n");
    }
    page.raw("</svg>\n</figure>\n");
}

fn first_token(bench: &Bench, page: &mut Page) {
    let firsts = bench.levels.iter().filter_map(|level| level.first_token);
    let most = firsts.map(|first| first.p95.as_secs_f64()).fold(0.0, f64::max);
    start(
        "Time to the first token: what a prompt alone takes, and behind it what it waits (medians); the line is what 19 of 20 keep within",
        &bench.levels,
        page,
    );
    for (row, level) in bench.levels.iter().enumerate() {
        label(row, level, page);
        let Some(first) = level.first_token else {
            figure(row, LEFT, NONE, page);
            page.raw("</text>\n");
            continue;
        };
        let at = |time: Duration| pixels(time.as_secs_f64(), most);
        let waiting = level.waiting.map(|waiting| waiting.median).unwrap_or_default();
        let (alone, median, p95) =
            (at(first.median.saturating_sub(waiting)), at(first.median), at(first.p95));
        bar("solid", row, LEFT, alone, page);
        bar("light", row, LEFT + alone, median.saturating_sub(alone), page);
        let top = row * PITCH;
        page.raw("<line class=\"tick\" x1=\"").number(LEFT + p95).raw("\" x2=\"").number(LEFT + p95);
        page.raw("\" y1=\"").number(top + 2).raw("\" y2=\"").number(top + HEIGHT + 6).raw("\"/>\n");
        figure(
            row,
            LEFT + p95.max(median),
            &format!("{}, p95 {}", seconds(first.median), seconds(first.p95)),
            page,
        );
        page.raw("</text>\n");
    }
    page.raw("</svg>\n</figure>\n");
}

/// Begins a drawing.
fn start(title: &'static str, levels: &[Level], page: &mut Page) {
    page.raw("<figure>\n<figcaption>")
        .raw(title)
        .raw("</figcaption>\n<svg role=\"img\" aria-label=\"")
        .raw(title);
    page.raw("\" width=\"").number(WIDTH).raw("\" viewBox=\"0 0 ").number(WIDTH).raw(" ");
    page.number(levels.len() * PITCH).raw("\">\n");
}

fn label(row: usize, level: &Level, page: &mut Page) {
    page.raw("<text class=\"label\" x=\"")
        .number(LEFT - 10)
        .raw("\" y=\"")
        .number(row * PITCH + HEIGHT - 1)
        .raw("\">");
    page.text(&level.concurrency.to_string()).raw("</text>\n");
}

fn bar(class: &'static str, row: usize, left: usize, length: usize, page: &mut Page) {
    page.raw("<rect class=\"").raw(class).raw("\" x=\"").number(left).raw("\" y=\"").number(row * PITCH + 4);
    page.raw("\" width=\"").number(length).raw("\" height=\"").number(HEIGHT).raw("\"/>\n");
}

/// Begins the text behind a bar.
fn figure(row: usize, end: usize, text: &str, page: &mut Page) {
    page.raw("<text x=\"")
        .number(end + 10)
        .raw("\" y=\"")
        .number(row * PITCH + HEIGHT - 1)
        .raw("\">")
        .text(text);
}

/// Pixels for a part.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between zero and the width of a drawing"
)]
#[expect(clippy::cast_precision_loss, reason = "the width of a drawing is small")]
fn pixels(part: f64, most: f64) -> usize {
    if part <= 0.0 || most <= 0.0 {
        return 0;
    }
    ((part / most * LONGEST as f64).round() as usize).clamp(1, LONGEST)
}

fn table(bench: &Bench, page: &mut Page) {
    page.raw("<div class=\"wide\" tabindex=\"0\">\n<table class=\"figures\">\n<thead><tr>");
    for head in HEADS {
        page.raw("<th>").raw(head).raw("</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for level in &bench.levels {
        let is_knee = bench.advice.knee == Some(level.concurrency);
        page.raw(if is_knee { "<tr class=\"knee\">" } else { "<tr>" });
        for cell in cells(level) {
            page.raw("<td>").text(&cell).raw("</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n</div>\n<p><small>").text(LEGEND).raw("</small></p>\n");
}
