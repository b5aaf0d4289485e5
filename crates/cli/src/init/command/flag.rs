//! The flags of a command, each with its value and its place.

use std::ops::Range;

use super::words::Word;
use crate::init::draft::Draft;

/// A flag as it was given.
#[derive(Debug, Clone)]
pub(super) struct Flag {
    /// Its name: `--cpu`. Of a flag that is turned off, without the `no-`.
    pub(super) name: String,
    /// As it was typed.
    pub(super) typed: String,
    /// Whether it began with `--no-`.
    pub(super) is_off: bool,
    /// Its value.
    pub(super) value: Option<String>,
    /// The bytes of its name.
    pub(super) at: Range<usize>,
    /// The bytes of its value, or of its name where it has none.
    pub(super) value_at: Range<usize>,
}

/// A flag that cannot be taken: why, and what to do.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether the flag itself is to blame, not its value.
    pub(super) is_of_flag: bool,
    /// Whether the message may repeat the value.
    pub(super) repeats: bool,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, is_of_flag: false, repeats: true }
    }

    /// The message repeats no value.
    pub(super) fn without_value(mut self) -> Self {
        self.repeats = false;
        self
    }

    /// The flag is to blame.
    pub(super) fn of_flag(mut self) -> Self {
        self.is_of_flag = true;
        self
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<spec::types::GrammarError> for Refusal {
    fn from(error: spec::types::GrammarError) -> Self {
        let help = error.suggestion.map(|text| format!("did you mean `{text}`?")).or(error.help);
        Self { message: error.message, help, is_of_flag: false, repeats: true }
    }
}

/// Whether a setting was taken; `Taken::No` if the flag is not known where it was asked for.
pub(super) enum Taken {
    Yes,
    No,
}

/// What taking a flag comes to.
pub(super) type Outcome = Result<Taken, Refusal>;

/// Flags that are on or off.
const SWITCHES: [&str; 17] = [
    "--allow-unauthenticated",
    "--async",
    "--automatic-updates",
    "--clear-labels",
    "--cpu-boost",
    "--cpu-throttling",
    "--default-url",
    "--deploy-health-check",
    "--gpu-zonal-redundancy",
    "--help",
    "--invoker-iam-check",
    "--quiet",
    "--session-affinity",
    "--traffic",
    "--use-http2",
    "--user-output-enabled",
    "--log-http",
];

/// The flags among some words, and the words that are none.
pub(super) fn flags(words: &[Word]) -> (Vec<Flag>, Vec<&Word>) {
    let (mut flags, mut others) = (Vec::new(), Vec::new());
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let text = if word.text == "-q" { "--quiet" } else { word.text.as_str() };
        if !text.starts_with("--") || text.len() == 2 {
            others.push(word);
            continue;
        }
        let (typed, joined) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let (name, is_off) = match typed.strip_prefix("--no-") {
            Some(rest) if SWITCHES.contains(&format!("--{rest}").as_str()) => (format!("--{rest}"), true),
            Some(_) | None => (typed.to_owned(), false),
        };
        let is_switch = SWITCHES.contains(&name.as_str());
        let whole = word.at.clone();
        let mut flag = Flag {
            name,
            typed: typed.to_owned(),
            is_off,
            value: joined.map(str::to_owned),
            at: whole.start..whole.end.min(whole.start + typed.len()),
            value_at: whole,
        };
        if joined.is_none()
            && !is_switch
            && let Some(value) = words.next_if(|next| !next.text.starts_with("--") || next.text.len() == 2)
        {
            flag.value = Some(value.text.clone());
            flag.value_at = value.at.clone();
        }
        flags.push(flag);
    }
    (flags, others)
}

impl Flag {
    /// Whether it is a switch.
    pub(super) fn is_switch(&self) -> bool {
        SWITCHES.contains(&self.name.as_str())
    }

    /// Its value. Errors: it has none.
    pub(super) fn text(&self) -> Result<&str, Refusal> {
        self.value.as_deref().ok_or_else(|| Refusal::new(format!("{} lacks its value", self.typed)))
    }

    /// Its value as a number. Errors: it is none.
    pub(super) fn number(&self) -> Result<u64, Refusal> {
        let text = self.text()?;
        text.parse().map_err(|_| Refusal::new(format!("{} takes a whole number", self.typed)))
    }

    /// Sets a setting to its value, a number; `default` leaves the setting to the server. Errors: it is neither.
    pub(super) fn set_number(&self, draft: &mut Draft, path: &[&str]) -> Result<(), Refusal> {
        if self.text()? != "default" {
            draft.set(path, self.number()?);
        }
        Ok(())
    }

    /// Whether the switch is on.
    pub(super) fn is_on(&self) -> Result<bool, Refusal> {
        match self.value.as_deref() {
            None | Some("true") => Ok(!self.is_off),
            Some("false") => Ok(self.is_off),
            Some(_) => Err(Refusal::new(format!("{} takes no value", self.typed))),
        }
    }

    /// The items of a list: parted by commas, or as `^;^` at the beginning says. Source: `gcloud topic escaping`.
    pub(super) fn list(&self) -> Result<Vec<&str>, Refusal> {
        let text = self.text()?;
        let other = text.strip_prefix('^').and_then(|rest| rest.split_once('^'));
        let (separator, text) = other.filter(|(separator, _)| !separator.is_empty()).unwrap_or((",", text));
        Ok(text.split(separator).filter(|item| !item.is_empty()).collect())
    }

    /// The same of `KEY=VALUE` items. Errors: one has no `=`.
    pub(super) fn pairs(&self) -> Result<Vec<(&str, &str)>, Refusal> {
        let mut pairs = Vec::new();
        for item in self.list()? {
            let refused = || {
                // Without a name nobody knows what it is, and it may be a value that was to stay unseen.
                Refusal::new(format!("an item of {} is no KEY=VALUE", self.typed))
                    .with_help("part items with commas; where a value holds one, begin the list with ^;^ and part them with ;")
            };
            pairs.push(item.split_once('=').ok_or_else(refused)?);
        }
        Ok(pairs)
    }
}
