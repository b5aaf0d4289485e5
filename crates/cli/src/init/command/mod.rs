//! From `gcloud run deploy …` to a draft of a spec. Every flag is understood or refused, none is dropped, and all problems are told
//! at once, each with its place in the command. Sources: `gcloud run deploy --help`; recorded deployments.

mod container;
mod flag;
mod instance;
mod service;
mod unoffered;
mod words;

use std::collections::BTreeSet;
use std::ops::Range;

use model::secret::looks_secret;
use spec::types::ServiceName;
use spec::{Diagnostic, Diagnostics};

use self::flag::{Flag, Outcome, Refusal, Taken};
use self::words::Word;
use super::draft::Draft;

/// The name that messages show for the command.
const COMMAND: &str = "--from-command";

/// Reads a command. Errors: every problem that it has.
pub(super) fn read(command: &str) -> Result<Draft, Diagnostics> {
    let (words, problems) = words::words(command);
    let (flags, others) = flag::flags(&words);
    let hidden = hidden(command, &words, &flags, &others);
    let mut report = Report { command: &masked(command, &hidden), hidden: &hidden, problems: Vec::new() };
    for (at, message) in problems {
        report.at(at, Refusal::new(message).without_value());
    }
    let mut draft = Draft::default();
    report.positional(&others, &mut draft);
    let mut seen: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for flag in &flags {
        let repeats = ["--add-volume", "--add-volume-mount"].contains(&flag.name.as_str());
        if !seen.insert((&flag.name, flag.value.as_deref().filter(|_| repeats))) {
            report.at(flag.at.clone(), Refusal::new(format!("{} is given twice", flag.typed)));
            continue;
        }
        if let Err(refusal) = take(flag, &mut draft) {
            let at = if refusal.is_of_flag { &flag.at } else { &flag.value_at };
            report.at(at.clone(), refusal);
        }
    }
    report.whole(&flags, &mut draft);
    report.problems.sort_by(|one, other| one.place.cmp(&other.place));
    if report.problems.is_empty() { Ok(draft) } else { Err(Diagnostics(report.problems)) }
}

/// Takes a flag, wherever it belongs.
fn take(flag: &Flag, draft: &mut Draft) -> Outcome {
    if flag.is_switch() {
        flag.is_on()?;
    }
    for set in [instance::set, container::set, service::set] {
        if let Taken::Yes = set(flag, draft)? {
            return Ok(Taken::Yes);
        }
    }
    Ok(Taken::No)
}

/// The bytes of what looks like a secret, and of what was not read at all: nobody knows what is in it.
fn hidden(command: &str, words: &[Word], flags: &[Flag], others: &[&Word]) -> Vec<Range<usize>> {
    let secret = |name: &str, text: &str| {
        let mut parts =
            text.split([',', ';', '|', '^', ' ']).map(|part| part.split_once('=').unwrap_or(("", part)));
        looks_secret(name, text) || parts.any(|(name, value)| looks_secret(name, value))
    };
    let of_flags = flags.iter().filter_map(|flag| {
        let value = flag.value.as_deref()?;
        // In one word with its value, a flag ends at its `=`.
        let is_joined = flag.value_at.start == flag.at.start;
        let start = if is_joined { flag.at.end } else { flag.value_at.start };
        secret(flag.name.trim_start_matches('-'), value).then_some(start..flag.value_at.end)
    });
    let of_words = others.iter().filter(|word| secret("", &word.text)).map(|word| word.at.clone());
    let read = words.last().map_or(0, |word| word.at.end);
    of_flags.chain(of_words).chain(std::iter::once(read..command.len())).collect()
}

/// The command with stars in place of what is hidden, byte for byte, so that no problem shows it beside its place.
fn masked(command: &str, hidden: &[Range<usize>]) -> String {
    let shown = |(at, letter): (usize, char)| {
        let is_hidden = !letter.is_whitespace() && hidden.iter().any(|range| range.contains(&at));
        if is_hidden { "*".repeat(letter.len_utf8()) } else { letter.to_string() }
    };
    command.char_indices().map(shown).collect()
}

struct Report<'c> {
    command: &'c str,
    hidden: &'c [Range<usize>],
    problems: Vec<Diagnostic>,
}

impl Report<'_> {
    fn at(&mut self, at: Range<usize>, refusal: Refusal) {
        let overlaps = |range: &Range<usize>| at.start < range.end && range.start < at.end;
        let is_whole = at.len() == self.command.len();
        let refusal = if refusal.repeats && !is_whole && self.hidden.iter().any(overlaps) {
            Refusal::new(
                "this cannot be taken; it looks like a secret, or was not read, so it is not repeated",
            )
        } else {
            refusal
        };
        let problem = Diagnostic::new("command", refusal.message).in_text(COMMAND, self.command, at);
        self.problems.push(match refusal.help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    /// `gcloud run deploy NAME`, with a track or without.
    fn positional(&mut self, others: &[&Word], draft: &mut Draft) {
        let mut rest = others.iter().copied().peekable();
        let start = rest.peek().map_or(0..self.command.len().min(1), |word| word.at.clone());
        let is_gcloud = rest.next_if(|word| word.text.rsplit('/').next() == Some("gcloud")).is_some();
        let _ = rest.next_if(|word| ["alpha", "beta"].contains(&word.text.as_str()));
        let is_deploy = rest.next_if(|word| word.text == "run").is_some()
            && rest.next_if(|word| word.text == "deploy").is_some();
        if !(is_gcloud && is_deploy) {
            let help = "begin with `gcloud run deploy NAME`; a service that is there already is read by gemmactl export";
            self.at(start, Refusal::new("this is no `gcloud run deploy`").with_help(help));
            return;
        }
        match rest.next() {
            None => self.at(
                start,
                Refusal::new("the command names no service").with_help("write it behind `deploy`"),
            ),
            Some(word) => match ServiceName::parse(&word.text) {
                Ok(name) => {
                    draft.service = name.to_string();
                    // A service's name may be longer than a stack's.
                    draft.stack = super::stack_name(name.as_str());
                }
                Err(error) => self.at(word.at.clone(), error.into()),
            },
        }
        for word in rest {
            let message = format!("`{}` belongs to no flag", views::escape::escape(&word.text));
            self.at(word.at.clone(), Refusal::new(message));
        }
    }

    /// What flags ask of each other.
    fn whole(&mut self, flags: &[Flag], draft: &mut Draft) {
        let find = |name: &str| flags.iter().find(|flag| flag.name == name);
        let all = 0..self.command.len();
        match (find("--image"), find("--source")) {
            (Some(_), Some(source)) => {
                let help = "give one of the two: an image that is there, or a folder that is built";
                self.at(
                    source.at.clone(),
                    Refusal::new("--source and --image cannot both be the image").with_help(help),
                );
            }
            (None, None) => {
                self.at(
                    all.clone(),
                    Refusal::new("the command names no image").with_help("add --image or --source"),
                );
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        if let Some(flag) = find("--build-service-account").filter(|_| find("--source").is_none()) {
            self.at(
                flag.at.clone(),
                Refusal::new("--build-service-account is of --source, which is not given"),
            );
        }
        if draft.region.is_empty() && find("--region").is_none() {
            let help = "gcloud would take that of its configuration; add --region";
            self.at(all, Refusal::new("the command names no region").with_help(help));
        }
        // gcloud takes the one GPU type that there was first.
        if draft.get(&["gpu"]).is_some() && draft.get(&["gpu", "type"]).is_none() {
            if draft.get(&["gpu", "count"]).is_some() {
                draft.set(&["gpu", "type"], "nvidia-l4");
            } else if let Some(flag) = find("--gpu-zonal-redundancy") {
                let help = "add --gpu 1 and --gpu-type";
                self.at(
                    flag.at.clone(),
                    Refusal::new(format!("{} is of a GPU, which is not given", flag.typed)).with_help(help),
                );
            }
        }
        // A GPU type alone means one.
        if draft.get(&["gpu", "type"]).is_some()
            && draft.get(&["gpu", "count"]).is_none()
            && find("--gpu").is_none()
        {
            draft.set(&["gpu", "count"], 1);
        }
        if find("--gpu").is_some() && draft.get(&["gpu", "count"]).is_none() {
            draft.settings.shift_remove("gpu");
        }
    }
}
