//! The plan as Markdown: for a comment in a pull request, or for the summary of a CI job. Verdict first, a warning where
//! something is lost or opened to everybody, tables, and the details. Values stand in code spans and fences only, where
//! they are inert. Never longer than its budget: it is written shorter, by whole levels, until it fits.

mod access;
mod cut;
mod details;
mod findings;
#[cfg(test)]
mod gfm_tests;
mod graph;
mod level;
mod operator_policy;
mod share;
mod span;
mod table;
#[cfg(test)]
mod tests;
mod verdict;

use std::fmt::Write;

use model::Goal;

use crate::document::Plan;
use crate::document::since::Difference;
use crate::marker::{Extent, Marker};
use crate::section::Section;
use crate::since;
use level::Level;
use share::{List, share};
pub(super) use span::{cell, cell_text, code, fence, html, line as fence_line, text as sentence};

/// Bytes of a comment unless another number is asked for. GitHub takes 65,536 characters, others less or more.
pub const COMMENT_BYTES: usize = 60_000;
/// Bytes of a job's summary. GitHub takes 1 MiB for a step, and shows nothing of what is longer.
pub const SUMMARY_BYTES: usize = 1_000_000;
/// The least that can be asked for: within it, any plan has its verdict, its counts, its fingerprint and its mark.
pub const LEAST_BYTES: usize = 4_000;

/// Where the Markdown is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In a comment: details are folded.
    Comment,
    /// In the summary of a CI job: details are open.
    Summary,
}

/// How the Markdown is written.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Where it is to stand.
    pub form: Form,
    /// Never more than so many bytes of UTF-8; [`LEAST_BYTES`] at least.
    pub max_bytes: usize,
    /// Where the whole plan can be found, for a body that is not all of it.
    pub whole: Option<&'a str>,
    /// What is different from an earlier plan, if there was one.
    pub since: Option<&'a [Difference]>,
}

impl Options<'_> {
    /// The usual ones of a form.
    pub fn of(form: Form) -> Self {
        let max_bytes = match form {
            Form::Comment => COMMENT_BYTES,
            Form::Summary => SUMMARY_BYTES,
        };
        Self { form, max_bytes, whole: None, since: None }
    }
}

/// A plan that is being written at a level.
struct Body<'a> {
    plan: &'a Plan,
    options: Options<'a>,
    level: Level,
}

/// The plan as Markdown that ends with a line break, at the first level that fits.
pub fn render(plan: &Plan, options: &Options<'_>) -> String {
    let options = Options { max_bytes: options.max_bytes.max(LEAST_BYTES), ..*options };
    for level in Level::ALL {
        let body = Body { plan, options, level };
        let text = match level {
            Level::Full | Level::Changes | Level::Fields | Level::Resources => Some(body.write()),
            Level::Counts => Some(body.counts()).filter(|(_, omitted)| *omitted == 0).map(|(text, _)| text),
            Level::Least => Some(body.counts().0),
        };
        if let Some(text) = text.filter(|text| text.len() <= options.max_bytes) {
            return text;
        }
    }
    Body { plan, options, level: Level::Least }.counts().0
}

impl Body<'_> {
    fn write(&self) -> String {
        let mut text = self.mark();
        for section in Section::ORDER {
            match section {
                Section::Verdict => {
                    verdict::write(self, &mut text);
                    verdict::caution(self, &mut text);
                    list(verdict::IN_THE_WAY, &verdict::in_the_way(self), &mut text);
                    operator_policy::write(self, &mut text);
                }
                Section::Access => list(access::HEAD, &access::rows(self.plan, self.level), &mut text),
                Section::Destructive => list(&table::head("Destructive"), &self.lost(), &mut text),
                Section::Changes => self.changes(&mut text),
                Section::Checks => findings::write(self, &mut text),
                Section::Ignored => details::ignored(&self.plan.ignored, self.level, &mut text),
                Section::Footer => self.footer(&mut text),
            }
        }
        text
    }

    /// What must never be left out, the lists in as much room as there is; and how many rows of them were left out.
    fn counts(&self) -> (String, usize) {
        let mut head = self.mark();
        verdict::write(self, &mut head);
        verdict::caution(self, &mut head);
        operator_policy::write(self, &mut head);
        let mut foot = String::new();
        details::ignored(&self.plan.ignored, self.level, &mut foot);
        self.footer(&mut foot);
        let head_of = |text: &str| text.to_owned();
        let lists = [
            List { head: head_of(verdict::IN_THE_WAY), rows: verdict::in_the_way(self), what: "refusal" },
            List { head: head_of(access::HEAD), rows: access::rows(self.plan, self.level), what: "grant" },
            List { head: table::head("Destructive"), rows: self.lost(), what: "deletion" },
        ];
        let room = self.options.max_bytes.saturating_sub(head.len() + foot.len());
        let (lists, omitted) = share(&lists, room);
        (head + &lists + &foot, omitted)
    }

    fn mark(&self) -> String {
        let extent = match self.level.shortened() {
            None => Extent::Whole,
            Some(_) => Extent::Shortened,
        };
        format!("{}\n", Marker::of(self.plan, extent))
    }

    fn lost(&self) -> Vec<String> {
        self.plan.destructive().map(|change| table::row(change, self.level)).collect()
    }

    fn changes(&self, text: &mut String) {
        let rows = |changes: &mut dyn Iterator<Item = &crate::document::Change>| -> Vec<String> {
            changes.map(|change| table::row(change, self.level)).collect()
        };
        list(&table::head("Changes"), &rows(&mut self.plan.edits()), text);
        list(&table::head("Stays"), &rows(&mut self.plan.kept()), text);
        details::write(self, text);
        match self.level {
            Level::Full => graph::write(self.plan, text),
            Level::Changes | Level::Fields | Level::Resources | Level::Counts | Level::Least => {}
        }
        if let Some(found) = self.options.since {
            let _ = match self.level {
                Level::Full | Level::Changes => writeln!(text, "{}", since::markdown(found).trim_start()),
                Level::Fields | Level::Resources | Level::Counts | Level::Least => {
                    writeln!(text, "Since the earlier plan: {} differences\n", found.len())
                }
            };
        }
    }

    /// By what the plan is approved. What is blocked cannot be.
    fn footer(&self, text: &mut String) {
        let plan = self.plan;
        let name = match plan.goal {
            Goal::Present => "apply",
            Goal::Absent => "destroy",
        };
        let shown = plan.fingerprint_shown();
        let _ = write!(text, "Plan `{shown}` · ");
        if plan.is_blocked() {
            text.push_str("cannot be applied · ");
        } else if !plan.is_empty() {
            let environment = plan.environment_argument();
            let _ = write!(text, "`gemmactl {name}{environment} --expect {shown}` does only this · ");
        }
        let _ = writeln!(
            text,
            "Stack {} in project {} · gemmactl {}",
            code(plan.stack.as_str()),
            code(&cut::text(plan.project.as_str(), self.level.name())),
            env!("CARGO_PKG_VERSION"),
        );
    }
}

/// Writes rows under a head, if there are any.
fn list(head: &str, rows: &[String], text: &mut String) {
    if !rows.is_empty() {
        text.push_str(head);
        text.extend(rows.iter().map(String::as_str));
        text.push('\n');
    }
}
