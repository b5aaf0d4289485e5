//! What happens to a resource: its sign, why, its fields with their causes, and the calls.

use model::{FieldChange, Json};

use super::page::Page;
use super::{Positions, verdict};
use crate::body::{self, Mark};
use crate::document::Change;
use crate::value::{self, Length, Side};
use crate::words::{self, counted, ordinal};
use crate::{Symbols, causes, inputs};

/// Writes a section of changes, if there are any.
pub(super) fn section<'plan>(
    title: &'static str,
    changes: impl Iterator<Item = &'plan Change>,
    positions: &Positions<'_>,
    page: &mut Page,
) {
    let mut changes = changes.peekable();
    if changes.peek().is_none() {
        return;
    }
    page.raw("<section>\n<h2>").raw(title).raw("</h2>\n");
    for change in changes {
        article(change, positions, page);
    }
    page.raw("</section>\n");
}

fn article(change: &Change, positions: &Positions<'_>, page: &mut Page) {
    let verb = words::verb(change);
    page.raw("<article class=\"item card\"");
    if let Some(position) = positions.get(&change.id) {
        page.raw(" id=\"c").number(*position).raw("\"");
    }
    page.raw(">\n<h3><span class=\"sign ").raw(verdict::class(verb)).raw("\">");
    page.raw(words::symbol(change, Symbols::Unicode)).raw("</span> ").code(&change.id.to_string());
    page.raw(" <span class=\"verb\">").raw(verb).raw("</span>");
    order(change, positions, page);
    page.raw("</h3>\n");
    let forced = causes::forced(change).map(|forced| format!("deleted and made again: {forced}"));
    let meaning = words::meaning(change.action).map(str::to_owned);
    for text in forced.into_iter().chain(causes::reason(change)).chain(meaning) {
        page.raw("<p class=\"why\">").text(&text).raw("</p>\n");
    }
    sends(change, page);
    fields(change, page);
    calls(change, page);
    page.raw("</article>\n");
}

/// What is sent to a build: how many files, how long, and the first of them.
fn sends(change: &Change, page: &mut Page) {
    let Some(sent) = &change.sends else { return };
    page.raw("<p class=\"why\">sends ").text(&words::sent(sent)).raw("</p>\n");
}

/// `3rd of 7, after image/gemma`.
fn order(change: &Change, positions: &Positions<'_>, page: &mut Page) {
    let Some(position) = positions.get(&change.id) else { return };
    page.raw("<small>").text(&ordinal(*position)).raw(" of ").number(positions.len());
    let mut after: Vec<(usize, String)> =
        change.after.iter().filter_map(|id| Some((*positions.get(id)?, id.to_string()))).collect();
    after.sort_unstable_by(|one, other| other.cmp(one));
    if !after.is_empty() {
        let names: Vec<String> = after.into_iter().map(|(_, name)| name).collect();
        page.raw(", after ").text(&words::listed(&names, 2));
    }
    page.raw("</small>");
}

fn fields(change: &Change, page: &mut Page) {
    let is_diff = |field: &&FieldChange| value::is_diff(field.before.as_ref(), field.after.as_ref());
    let (bodies, rows): (Vec<&FieldChange>, Vec<&FieldChange>) = change.fields.iter().partition(is_diff);
    if !rows.is_empty() {
        page.raw("<table class=\"fields\"><tbody>\n");
        for field in rows {
            row(field, page);
        }
        page.raw("</tbody></table>\n");
    }
    for field in bodies {
        page.raw("<details open><summary>").code(&field.path);
        let cause = causes::field_cause(field, Symbols::Unicode);
        if !cause.is_empty() {
            page.raw(" <small>").text(&cause).raw("</small>");
        }
        page.raw("</summary>\n<pre>");
        let text =
            |value: &Option<Json>| value.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
        for (mark, line) in body::unified(&text(&field.before), &text(&field.after), body::CONTEXT) {
            page.raw(match mark {
                Mark::Position => "<span class=\"at\">",
                Mark::Kept => "<span>",
                Mark::Removed => "<span class=\"cut\">",
                Mark::Added => "<span class=\"add\">",
            });
            page.raw(mark.sign()).text(&line).raw("</span>");
        }
        page.raw("</pre></details>\n");
    }
}

fn row(field: &FieldChange, page: &mut Page) {
    page.raw("<tr><td>").text(&field.path).raw("</td><td>");
    if inputs::file(field).is_some() {
        page.raw(inputs::fate(field));
    } else {
        let (old, new) = value::pair(&field.path, field.before.as_ref(), field.after.as_ref(), Length::Short);
        match (&field.before, &field.after) {
            (None, after) => {
                let new = value::show(&field.path, after.as_ref(), Side::After, Length::Short);
                page.raw("<ins>").text(&new).raw("</ins>");
            }
            (Some(_), None) => {
                page.raw("<del>").text(&old).raw("</del> → not set");
            }
            (Some(_), Some(_)) => {
                page.raw("<del>").text(&old).raw("</del> → <ins>").text(&new).raw("</ins>");
            }
        }
    }
    page.raw("</td><td>").text(&causes::field_cause(field, Symbols::Unicode)).raw("</td></tr>\n");
}

fn calls(change: &Change, page: &mut Page) {
    if change.calls.is_empty() {
        return;
    }
    page.raw("<details class=\"calls\"><summary>");
    page.text(&counted(change.calls.len(), "call", "calls")).raw("</summary>\n<ol>\n");
    for call in &change.calls {
        page.raw("<li>").code(call).raw("</li>\n");
    }
    page.raw("</ol></details>\n");
}
