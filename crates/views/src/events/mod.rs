//! The stream of an apply for programs: one typed message a line, and what is made of it afterwards: the same text again, and
//! a report in Markdown. Version 1; the rule is in `specs/schema/README.md`. Knows no file.

mod message;
mod report;
mod run;
mod stream;
#[cfg(test)]
mod tests;

pub use message::{Counts, Message, Problem, Resource, Told, VERSION, schema};
pub use report::{not_begun, render as report};
pub use run::{Item, Run, State};
pub use stream::{Stream, StreamError, is_stream, line};
