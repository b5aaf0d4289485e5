//! Words as a POSIX shell reads them, with the names of its variables. Source: POSIX, Shell Command Language, 2.2 "Quoting".

use std::collections::BTreeMap;
use std::fmt::Write;

use model::ResourceId;
use model::command::{Part, Word};
use model::unseen::is_unseen;

use super::blocks::Block;
use super::outputs;

/// What outputs are called in a script: their values where the plan knows them, else variables.
pub(super) struct Names {
    variables: BTreeMap<(ResourceId, String), String>,
    known: BTreeMap<(ResourceId, String), String>,
}

impl Names {
    /// Names for every output that the blocks speak of.
    pub(super) fn of(plan: &model::Plan, blocks: &[Block]) -> Self {
        let (mut variables, mut known) = (BTreeMap::new(), BTreeMap::new());
        for (id, output) in outputs(blocks) {
            if let Some(value) = plan.outputs.get(&id, &output) {
                known.insert((id, output), value.to_owned());
                continue;
            }
            let letters = format!("{}_{}_{output}", id.kind(), id.name());
            let mut name: String = letters
                .chars()
                .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
                .collect();
            while variables.values().any(|other| *other == name) {
                name.push('_');
            }
            variables.insert((id, output), name);
        }
        Self { variables, known }
    }

    /// The variable of an output.
    pub(super) fn get(&self, id: &ResourceId, output: &str) -> Option<&str> {
        self.variables.get(&(id.clone(), output.to_owned())).map(String::as_str)
    }

    /// A word as the shell reads it.
    pub(super) fn word(&self, word: &Word) -> String {
        let mut parts: Vec<Part> = Vec::new();
        for part in &word.0 {
            let part = match part {
                Part::Output(id, output) => match self.known.get(&(id.clone(), output.clone())) {
                    Some(value) => Part::Text(value.clone()),
                    None => part.clone(),
                },
                Part::Text(_) | Part::Folder => part.clone(),
            };
            match (parts.last_mut(), part) {
                (Some(Part::Text(text)), Part::Text(more)) => text.push_str(&more),
                (_, part) => parts.push(part),
            }
        }
        // A text of nothing is a word only by itself.
        let is_word = |part: &&Part| parts.len() == 1 || **part != Part::Text(String::new());
        let parts = parts.iter().filter(is_word).map(|part| match part {
            Part::Text(text) => quoted(text),
            Part::Output(id, output) => format!("\"${}\"", self.get(id, output).unwrap_or_default()),
            Part::Folder => "\"$files\"".to_owned(),
        });
        parts.collect()
    }
}

/// A text as one word, byte for byte; what cannot be seen in it is spelled out, so that no terminal obeys it.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "@%+=:,./_-".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with("::") {
        return text.to_owned();
    }
    let mut word = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| is_unseen(letter) != is_unseen(first)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if is_unseen(first) {
            push_unseen(&mut word, run);
        } else {
            push_seen(&mut word, run);
        }
        rest = behind;
    }
    if word.is_empty() { "''".to_owned() } else { word }
}

fn push_seen(word: &mut String, text: &str) {
    // Two of this sign begin a command of some CI logs, so they are never side by side.
    let text = text.replace('\'', "'\\''").replace("##", "#''#").replace("##", "#''#");
    word.push('\'');
    word.push_str(&text);
    word.push('\'');
}

/// Line breaks have a variable, because a shell drops them at the end of what a command prints.
fn push_unseen(word: &mut String, text: &str) {
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            word.push_str("\"$(printf '");
            for byte in line.bytes() {
                let _ = write!(word, "\\{byte:03o}");
            }
            word.push_str("')\"");
        }
        if lines.peek().is_some() {
            word.push_str("\"$newline\"");
        }
    }
}
