//! `gemmactl show`: a saved plan, the events of an apply, or a measurement, on any surface. Asks no cloud.

use std::path::Path;

use views::Style;
use views::bench::{self, BenchFile};
use views::document::PlanFile;
use views::events::{self, Run, Stream, StreamError};
use views::progress::replay;
use views::report;

use crate::arguments::{Format, ShowArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved;
use crate::surface;
use crate::terminal::Terminal;

/// Shows a file that gemmactl wrote.
pub(crate) fn run(arguments: &ShowArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let path = &arguments.file;
    let text = saved::bytes(path)?;
    if events::is_stream(&text) {
        if arguments.since.is_some() {
            return Err(CliError::Usage("--since compares plans, not events".to_owned()));
        }
        let style = terminal.style_of_data(arguments.surface.detail);
        terminal.data(&told(path, &text, arguments.surface.format, &style)?)?;
        return Ok(Exit::Done);
    }
    if bench::is_bench(&text) {
        if arguments.since.is_some() {
            return Err(CliError::Usage("--since compares plans, not measurements".to_owned()));
        }
        let style = terminal.style_of_data(arguments.surface.detail);
        terminal.data(&measured(path, &text, arguments.surface.format, &style)?)?;
        return Ok(Exit::Done);
    }
    let plan =
        PlanFile::read(&text).map_err(|problem| CliError::SavedPlan { path: path.to_owned(), problem })?;
    let earlier = arguments.since.as_deref().map(saved::load).transpose()?;
    surface::show(&plan, earlier.as_ref(), &arguments.surface, terminal)?;
    Ok(Exit::Done)
}

/// A measurement in one of the forms. Errors: it is none.
fn measured(path: &Path, text: &[u8], format: Format, style: &Style) -> Result<String, CliError> {
    let read =
        BenchFile::read(text).map_err(|problem| CliError::SavedBench { path: path.to_owned(), problem })?;
    Ok(match format {
        Format::Text => bench::text(&read, style),
        Format::Json => BenchFile::text(&read),
        Format::Html => bench::html(&read),
        Format::Markdown | Format::Summary | Format::Sarif | Format::Annotations => {
            let text = "a measurement has no such form; --format takes text, json or html";
            return Err(CliError::Usage(text.to_owned()));
        }
    })
}

/// The events of a run in one of the forms. Errors: they are none.
fn told(path: &Path, text: &[u8], format: Format, style: &Style) -> Result<String, CliError> {
    let wrong = |problem| CliError::Events { path: path.to_owned(), problem };
    let stream = Stream::read(text).map_err(wrong)?;
    let run = Run::of(&stream.messages).ok_or_else(|| wrong(StreamError::NotBegun))?;
    Ok(match format {
        Format::Text => {
            let lines = replay(&stream.messages);
            let ended = if run.finished {
                ""
            } else {
                "The run did not say that it ended: it was killed, or it still goes on.\n"
            };
            let report = report::render(&run.outcomes(), run.goal, run.again, style);
            format!("{lines}{ended}{report}{}", views::smoke::text(&run.proofs, style))
        }
        Format::Markdown | Format::Summary => events::report(&run),
        Format::Json => stream.text(),
        Format::Html | Format::Sarif | Format::Annotations => {
            let text = "events have no such form; --format takes text, markdown, summary or json";
            return Err(CliError::Usage(text.to_owned()));
        }
    })
}
