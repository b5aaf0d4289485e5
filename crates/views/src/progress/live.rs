//! The live display: one moving line for each running resource, finished ones stay above it. On stderr.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Event, Progress, ResourceId};

use super::running::{Running, Table};
use super::{Moment, STOPPING, Sink, clock, steps};
use crate::Symbols;
use crate::escape::escape;
use crate::events::Message;
use crate::words::{action_past, action_verb};

/// How often the lines move.
const FRAME: Duration = Duration::from_millis(120);

/// Draws on stderr.
pub(super) struct Live {
    symbols: Symbols,
    display: MultiProgress,
    bars: BTreeMap<ResourceId, ProgressBar>,
    running: Table,
}

impl Live {
    /// An empty display.
    pub(super) fn new(symbols: Symbols) -> Self {
        Self::on(ProgressDrawTarget::stderr(), symbols)
    }

    fn on(target: ProgressDrawTarget, symbols: Symbols) -> Self {
        Self {
            symbols,
            display: MultiProgress::with_draw_target(target),
            bars: BTreeMap::new(),
            running: Table::new(),
        }
    }

    /// A line that stays, with a sign at its head in either set of symbols.
    fn line(&self, id: &ResourceId, (unicode, ascii): (&str, &str), text: &str) {
        let sign = match self.symbols {
            Symbols::Unicode => unicode,
            Symbols::Ascii => ascii,
        };
        let id = id.to_string();
        drop(self.display.println(format!("{sign} {}  {}", escape(&id), escape(text))));
    }

    /// Ends the moving line of a resource; how long it took.
    fn end(&mut self, id: &ResourceId, now: &Moment) -> String {
        if let Some(bar) = self.bars.remove(id) {
            bar.finish_and_clear();
            self.display.remove(&bar);
        }
        self.running.remove(id).map_or_else(String::new, |mut running| {
            running.end(now.elapsed);
            let lasted = clock::shown(now.elapsed.saturating_sub(running.since));
            format!("  {lasted}{}", running.steps_shown())
        })
    }

    /// What the moving line says; its time is that of the current step.
    fn say(&self, id: &ResourceId) {
        let (Some(bar), Some(running)) = (self.bars.get(id), self.running.get(id)) else { return };
        let step = running.step.as_deref().unwrap_or(action_verb(running.action));
        let text = match &running.said {
            Some(said) => format!("{step}: {said}"),
            None => step.to_owned(),
        };
        bar.set_message(escape(&text).into_owned());
    }
}

/// The form of a moving line: a spinner, the resource, the time of its step, and the step as far as there is room.
fn form(symbols: Symbols) -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_chars(match symbols {
            Symbols::Unicode => "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ",
            Symbols::Ascii => "|/-\\ ",
        })
}

impl Sink for Live {
    fn message(&mut self, _message: &Message) {}

    fn stopping(&mut self, _now: &Moment) {
        drop(self.display.println(STOPPING));
    }

    fn event(&mut self, event: &Event, now: &Moment) {
        match event {
            Event::Started { id, action } => {
                let bar = self.display.add(ProgressBar::new_spinner().with_style(form(self.symbols)));
                bar.set_prefix(escape(&id.to_string()).into_owned());
                bar.enable_steady_tick(FRAME);
                self.bars.insert(id.clone(), bar);
                self.running.insert(id.clone(), Running::new(*action, now.elapsed));
                self.say(id);
            }
            Event::StepStarted { id, step } => {
                if let Some(running) = self.running.get_mut(id) {
                    running.begin(steps::words(step), now.elapsed);
                }
                if let Some(bar) = self.bars.get(id) {
                    bar.reset_elapsed();
                }
                self.say(id);
            }
            Event::Progress { id, progress } => {
                let words = steps::progress(progress);
                match progress {
                    Progress::Link(_) => self.line(id, ("·", "-"), &words),
                    Progress::Waiting(_) | Progress::Sent { .. } => {
                        if let Some(running) = self.running.get_mut(id) {
                            running.said = Some(words);
                        }
                        self.say(id);
                    }
                }
            }
            Event::Done { id, action } => {
                let took = self.end(id, now);
                self.line(id, ("✓", "+"), &format!("{}{took}", action_past(*action)));
            }
            Event::Failed { id, error } => {
                let took = self.end(id, now);
                self.line(id, ("✗", "x"), &format!("FAILED{took}  {}", error.message));
            }
            Event::Skipped { id, because } => {
                self.line(id, ("-", "-"), &format!("skipped, because {because} failed"));
            }
            Event::NotStarted { id } => {
                self.line(id, ("-", "-"), "not started, because the run was asked to stop");
            }
        }
    }

    fn tick(&mut self, _now: &Moment) {}

    fn finish(&mut self, _now: &Moment) {
        for bar in self.bars.values() {
            bar.finish_and_clear();
        }
        self.bars.clear();
        self.running.clear();
        drop(self.display.clear());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;
    use model::Action;

    use super::super::super::samples::id;
    use super::*;

    /// Remembers what was written, without the moves of the cursor.
    #[derive(Debug, Clone, Default)]
    struct Tape(Arc<Mutex<Vec<String>>>);

    impl TermLike for Tape {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push(text.trim_end().to_owned());
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_moving_sign_is_ascii_where_the_rest_is() {
        let form = form(Symbols::Ascii);
        for tick in 0..10 {
            assert!(form.get_tick_str(tick).is_ascii(), "{}", form.get_tick_str(tick));
        }
    }

    #[test]
    fn moving_lines_say_the_step_and_finished_ones_how_long_it_took() {
        let tape = Tape::default();
        let mut live =
            Live::on(ProgressDrawTarget::term_like_with_hz(Box::new(tape.clone()), 255), Symbols::Unicode);
        let now = |seconds| Moment { elapsed: Duration::from_secs(seconds), at: String::new() };
        let (image, service) = (id("image/gemma"), id("service/gemma\u{1b}[2J"));
        live.event(&Event::Started { id: image.clone(), action: Action::Create }, &now(0));
        for step in ["upload gs://b/o", "POST cloudbuild.googleapis.com/v1/projects/p/locations/r/builds"] {
            live.event(&Event::StepStarted { id: image.clone(), step: step.to_owned() }, &now(3));
        }
        live.event(&Event::Done { id: image, action: Action::Create }, &now(161));
        live.event(&Event::Started { id: service.clone(), action: Action::Update }, &now(161));
        live.event(&Event::Done { id: service, action: Action::Update }, &now(173));
        live.finish(&now(173));
        let written = tape.0.lock().unwrap().clone();
        let has =
            |part: &str| assert!(written.iter().any(|line| line.contains(part)), "{part} in {written:#?}");
        has("✓ image/gemma  created  2m41s (upload 0s, build the image 2m38s)");
        has("✓ service/gemma\\u{1b}[2J  updated  12s");
        assert!(!written.iter().any(|line| line.contains('\u{1b}')), "{written:#?}");
        assert!(live.bars.is_empty());
    }
}
