//! The plan as Markdown: for a comment in a pull request, or for the summary of a CI job. Verdict first, a warning where
//! something is lost or opened to everybody, tables, and the details. Values stand in code spans and fences only, where
//! they are inert. Never longer than its budget: it is written shorter, by whole levels, until it fits.

mod access;
mod cost;
pub(crate) mod cut;
mod details;
mod findings;
#[cfg(test)]
mod gfm_tests;
mod graph;
mod level;
mod operator_policy;
mod preflight;
mod share;
mod span;
mod table;
#[cfg(test)]
mod tests;
mod verdict;

use std::fmt::Write;

use crate::document::since::Difference;
use crate::document::{Approval, Change, Plan};
use crate::marker::{Extent, Marker};
use crate::section::Section;
use crate::since;
use crate::words::{self, counted};
pub(super) use level::Level;
pub(super) use share::{List, share};
pub(super) use span::{cell, cell_text, code, fence, html, line as fence_line, place, text as sentence};

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
    /// The fingerprint of another plan, in the place of whose comment this one stands.
    pub replaces: Option<&'a str>,
}

impl Options<'_> {
    /// The usual ones of a form.
    pub fn of(form: Form) -> Self {
        let max_bytes = match form {
            Form::Comment => COMMENT_BYTES,
            Form::Summary => SUMMARY_BYTES,
        };
        Self { form, max_bytes, whole: None, since: None, replaces: None }
    }

    /// The sentence of a body that does not show all: what is left out, and where all of it is, in Markdown of ours unless somebody
    /// says where.
    pub(super) fn not_all(&self, what: &str, shortened: &str, whole: &str) -> String {
        let whole = self.whole.map_or_else(|| whole.to_owned(), |whole| code(&cut::text(whole, WHOLE)));
        format!("**{what}**: {shortened}, to keep within {} bytes. The whole: {whole}\n\n", self.max_bytes)
    }
}

/// Bytes for the words that say where the whole is.
const WHOLE: usize = 300;

/// Bytes that the command may always have which carries the plan out.
const COMMAND: usize = 400;

/// A plan that is being written at a level.
struct Body<'a> {
    plan: &'a Plan,
    options: Options<'a>,
    level: Level,
}

/// The plan as Markdown that ends with a line break, at the first level that fits.
pub fn render(plan: &Plan, options: &Options<'_>) -> String {
    let options = Options { max_bytes: options.max_bytes.max(LEAST_BYTES), ..*options };
    Level::first_that_fits(&Level::ALL, options.max_bytes, |level| Body { plan, options, level }.write())
}

/// A part of a body.
enum Part {
    /// What is as long as it is.
    Text(String),
    /// What can be counted where there is no room.
    List(List),
}

impl Body<'_> {
    /// The whole body, its lists in as much room as there is, and how many rows of them were left out.
    fn write(&self) -> (String, usize) {
        let parts = self.parts();
        let fixed = parts.iter().map(|part| match part {
            Part::Text(text) => text.len(),
            Part::List(_) => 0,
        });
        let room = match self.level {
            Level::Full | Level::Changes | Level::Fields | Level::Resources => usize::MAX,
            Level::Counts | Level::Least => self.options.max_bytes.saturating_sub(fixed.sum()),
        };
        let lists = parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::List(list) => Some(list),
        });
        let (shown, omitted) = share(&lists.collect::<Vec<_>>(), room);
        let mut shown = shown.into_iter();
        let texts = parts.into_iter().map(|part| match part {
            Part::Text(text) => text,
            Part::List(_) => shown.next().unwrap_or_default(),
        });
        (texts.collect(), omitted)
    }

    /// Everything, in the order of the sections.
    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![Part::Text(self.mark())];
        let written = |write: &dyn Fn(&mut String)| {
            let mut text = String::new();
            write(&mut text);
            Part::Text(text)
        };
        let list = |head: String, rows: Vec<String>, what| Part::List(List { head, rows, what });
        for section in Section::ORDER {
            match section {
                Section::Verdict => parts.extend([
                    written(&|text| {
                        verdict::write(self, text);
                        verdict::caution(self, text);
                    }),
                    list(verdict::IN_THE_WAY.to_owned(), verdict::in_the_way(self), "refusal"),
                    written(&|text| operator_policy::write(self, text)),
                ]),
                Section::Access => parts.extend([
                    list(access::OPEN.to_owned(), access::open(self.plan, self.level), "exposure"),
                    list(access::HEAD.to_owned(), access::rows(self.plan, self.level), "grant"),
                ]),
                Section::Destructive => {
                    parts.push(list(
                        table::head(words::losses(self.plan)),
                        self.rows(self.plan.destructive()),
                        "deletion",
                    ));
                }
                Section::Changes => self.changes(&mut parts),
                Section::Since => parts.push(written(&|text| self.since(text))),
                Section::Checks => parts.push(written(&|text| findings::write(self, text))),
                Section::Preflight => {
                    parts.push(written(&|text| text.push_str(&preflight::head(self.plan))));
                    parts.push(list(String::new(), preflight::rows(self), "check"));
                }
                Section::Cost => parts.push(written(&|text| cost::write(self, text))),
                Section::Ignored => {
                    parts.push(written(&|text| details::ignored(&self.plan.ignored, self.level, text)));
                }
                Section::Footer => parts.push(written(&|text| self.footer(text))),
            }
        }
        parts
    }

    fn mark(&self) -> String {
        let extent = match self.level.shortened() {
            None => Extent::Whole,
            Some(_) => Extent::Shortened,
        };
        format!("{}\n", Marker::of(self.plan, extent))
    }

    fn rows<'plan>(&self, changes: impl Iterator<Item = &'plan Change>) -> Vec<String> {
        changes.map(|change| table::row(change, self.level)).collect()
    }

    /// What happens and what stays; at the shortest levels the counts of the verdict say it.
    fn changes(&self, parts: &mut Vec<Part>) {
        match self.level {
            Level::Full | Level::Changes | Level::Fields | Level::Resources => {}
            Level::Counts | Level::Least => return,
        }
        for (title, rows) in
            [("Changes", self.rows(self.plan.edits())), ("Stays", self.rows(self.plan.kept()))]
        {
            parts.push(Part::List(List { head: table::head(title), rows, what: "resource" }));
        }
        let mut text = String::new();
        details::write(self, &mut text);
        match self.level {
            Level::Full => graph::write(self.plan, &mut text),
            Level::Changes | Level::Fields | Level::Resources | Level::Counts | Level::Least => {}
        }
        parts.push(Part::Text(text));
    }

    /// What is different from an earlier plan; at the shorter levels, how much.
    fn since(&self, text: &mut String) {
        if let Some(fingerprint) = self.options.replaces {
            let _ = writeln!(text, "{}\n", since::replaced(fingerprint));
        }
        let Some(found) = self.options.since else { return };
        let _ = match self.level {
            Level::Full | Level::Changes => writeln!(text, "{}", since::markdown(found).trim_start()),
            Level::Fields | Level::Resources | Level::Counts | Level::Least => {
                let number = counted(found.len(), "difference", "differences");
                writeln!(text, "**Since the earlier plan**: {number}\n")
            }
        };
    }

    /// By what the plan is approved. What is blocked cannot be.
    fn footer(&self, text: &mut String) {
        let plan = self.plan;
        let _ = write!(text, "Plan `{}` · ", plan.fingerprint_shown());
        match plan.approval_within(self.level.sentence().max(COMMAND)) {
            Approval::Blocked => text.push_str("cannot be applied · "),
            Approval::Nothing => {}
            Approval::Arguments(arguments) => {
                let _ = write!(text, "{} does only this · ", code(&format!("gemmactl {arguments}")));
            }
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
