//! The two streams: stdout is data, stderr is talk. The only place that writes to them outside of progress.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use spec::Diagnostics;
use views::{Colour, Detail, Style, Symbols, spelled};

use crate::arguments::{DetailLevel, Talk, When};

/// What is known of the terminal, decided once.
pub(crate) struct Terminal {
    data_colour: Colour,
    talk_colour: Colour,
    symbols: Symbols,
    width: usize,
    continuous_integration: bool,
}

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;

/// The terminal's columns, within what a plan can be read in.
fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(columns, _)| usize::from(columns.0).clamp(60, 160))
}

/// Says a line on stderr from where no terminal is at hand, as while others are being served.
pub(crate) fn say(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

#[expect(clippy::unused_self, reason = "who writes to the streams shows that it holds the terminal")]
impl Terminal {
    /// Decides colour and symbols from the arguments, `NO_COLOR` and the streams.
    pub(crate) fn new(talk: &Talk) -> Self {
        let decide = |automatic: ColorChoice| match talk.color {
            When::Always => Colour::Always,
            When::Never => Colour::Never,
            When::Auto => match automatic {
                ColorChoice::Never => Colour::Never,
                ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => Colour::Always,
            },
        };
        Self {
            data_colour: decide(AutoStream::choice(&io::stdout())),
            talk_colour: decide(AutoStream::choice(&io::stderr())),
            symbols: if talk.ascii { Symbols::Ascii } else { Symbols::Unicode },
            width: width(),
            continuous_integration: !matches!(talk.ci.as_str(), "" | "0" | "false"),
        }
    }

    /// Writes data to stdout. A reader that went away (`| head`) is no error.
    pub(crate) fn data(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Says a line on stderr; if nobody can hear it, so be it.
    pub(crate) fn talk(&self, line: &str) {
        say(line);
    }

    /// How a plan on stdout looks.
    pub(crate) fn style_of_data(&self, detail: DetailLevel) -> Style {
        self.style(self.data_colour, detail)
    }

    /// How a plan on stderr looks.
    pub(crate) fn style_of_talk(&self, detail: DetailLevel) -> Style {
        self.style(self.talk_colour, detail)
    }

    fn style(&self, colour: Colour, detail: DetailLevel) -> Style {
        Style {
            colour,
            symbols: self.symbols,
            width: self.width,
            detail: match detail {
                DetailLevel::Summary => Detail::Summary,
                DetailLevel::Changes => Detail::Changes,
                DetailLevel::Full => Detail::Full,
            },
        }
    }

    /// What the checks found, as talk.
    pub(crate) fn found(&self, mut problems: Diagnostics) -> String {
        for problem in &mut problems.0 {
            for text in problem.sum.iter_mut().chain(&mut problem.help) {
                *text = spelled(text, self.symbols);
            }
        }
        problems.render(self.spec_colour())
    }

    /// The symbols that it takes.
    pub(crate) fn symbols(&self) -> Symbols {
        self.symbols
    }

    /// Colour of the problems of a spec, which are talk.
    pub(crate) fn spec_colour(&self) -> spec::Colour {
        match self.talk_colour {
            Colour::Always => spec::Colour::Ansi,
            Colour::Never => spec::Colour::Plain,
        }
    }

    /// Whether a live display makes sense: a terminal that is not a log of a CI system.
    pub(crate) fn is_live(&self) -> bool {
        io::stderr().is_terminal() && !self.continuous_integration
    }

    /// Asks a question and reads a line. `None`: there is nobody to ask.
    pub(crate) fn ask(&self, question: &str) -> io::Result<Option<String>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        write!(io::stderr().lock(), "{question} ")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(Some(answer.trim().to_owned()))
    }
}
