//! `gemmactl logs`: what a deployed service has written, and what it goes on to write.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::Json;
use views::escape;

use crate::arguments::{DetailLevel, LogsArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::service::Chosen;
use crate::service::log::{self, Selection};
use crate::session::Session;
use crate::signals::Wishes;
use crate::terminal::Terminal;

/// Between two looks. A project may read sixty times a minute (Cloud Logging's quota page).
const PERIOD: Duration = Duration::from_secs(2);
/// Entries are looked for again that may have come late, and out of order.
const LATE: SignedDuration = SignedDuration::from_secs(30);
/// At most so many are read in one look.
const LOOK: u16 = 10_000;
/// As many entries are remembered, so that none is printed twice: more than are read in one look.
const REMEMBERED: usize = 20_000;

/// Prints the log.
pub(crate) async fn run(arguments: &LogsArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let chosen = Chosen::of(&spec, arguments.service.as_deref())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let selection =
        Selection { since: log::ago(arguments.since), limit: arguments.limit, ..Selection::default() };
    let mut printed = Printed { since: selection.since, ids: BTreeSet::new() };
    let entries = log::read(&session.cloud, &chosen, &selection).await?;
    if entries.is_empty() && !arguments.follow {
        terminal.talk(&escape::escape(&format!("service {} has written nothing in that time", chosen.name)));
    }
    printed.print(&entries, arguments, terminal)?;
    if arguments.follow {
        let mut wishes = Wishes::open()?;
        let mut period = tokio::time::interval(PERIOD);
        // The first one is over at once.
        period.tick().await;
        loop {
            tokio::select! {
                () = wishes.next() => break,
                _ = period.tick() => {}
            }
            let since = printed.since.and_then(|since| since.checked_sub(LATE).ok());
            let selection = Selection { since, limit: LOOK, ..Selection::default() };
            let entries = log::read(&session.cloud, &chosen, &selection).await?;
            if entries.len() >= usize::from(LOOK) {
                terminal.talk(&format!("more than {LOOK} entries at once: older ones are left out"));
            }
            printed.print(&entries, arguments, terminal)?;
        }
    }
    session.close().await?;
    Ok(Exit::Done)
}

/// What was printed.
struct Printed {
    /// The time of the newest entry.
    since: Option<Timestamp>,
    /// Times and ids, the oldest first.
    ids: BTreeSet<(String, String)>,
}

impl Printed {
    fn print(
        &mut self,
        entries: &[Json],
        arguments: &LogsArguments,
        terminal: &Terminal,
    ) -> Result<(), CliError> {
        let style = terminal.style_of_data(DetailLevel::Changes);
        for entry in entries {
            if !self.is_new(entry) {
                continue;
            }
            terminal.data(&if arguments.json {
                format!("{}\n", escape::json_text(entry))
            } else {
                views::log::entry(entry, &style)
            })?;
        }
        Ok(())
    }

    fn is_new(&mut self, entry: &Json) -> bool {
        let text = |name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default();
        if !self.ids.insert((text("timestamp").to_owned(), text("insertId").to_owned())) {
            return false;
        }
        if self.ids.len() > REMEMBERED {
            self.ids.pop_first();
        }
        if let Ok(time) = text("timestamp").parse::<Timestamp>() {
            self.since = Some(self.since.map_or(time, |since| since.max(time)));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_entry_is_printed_twice_and_late_ones_are_still_new() {
        let mut printed = Printed { since: None, ids: BTreeSet::new() };
        let entry = |time: &str, id: &str| json!({ "timestamp": time, "insertId": id });
        let (first, late) = ("2026-11-23T12:00:05Z", "2026-11-23T12:00:01Z");
        assert!(printed.is_new(&entry(first, "a")));
        assert!(printed.is_new(&entry(late, "b")));
        assert!(!printed.is_new(&entry(first, "a")) && !printed.is_new(&entry(late, "b")));
        assert!(printed.is_new(&entry(first, "b")), "an id is one of its time only");
        assert_eq!(printed.since, first.parse().ok());
    }
}
