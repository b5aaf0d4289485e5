//! The plan as a script for a POSIX shell: the commands of gcloud that do what its steps do, in running order. Knows no
//! kind: the plan holds the commands.

mod blocks;
mod quote;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::command::{Command, Failure, Joining, Part, Run, Word, Written};
use model::{Goal, ResourceId};

use crate::document::Plan;
use crate::escape::{escape_line, json_lines};
use crate::words;
use blocks::{Block, blocks};
use quote::Names;

/// Columns of a line, unless one word takes more.
const WIDTH: usize = 100;

/// The script of a plan. `shown`: the same plan as people are shown it.
pub fn render(plan: &model::Plan, shown: &Plan) -> String {
    let blocks = blocks(plan, shown);
    let names = Names::of(plan, &blocks);
    let mut script = head(shown, &blocks);
    for block in &blocks {
        script.push('\n');
        for comment in &block.comments {
            push_comment(&mut script, comment);
        }
        for command in &block.commands {
            push(&mut script, command, &names);
        }
    }
    script
}

/// What the script is, what it is not, and what it needs.
fn head(shown: &Plan, blocks: &[Block]) -> String {
    let mut head = String::from("#!/bin/sh\n");
    let tally: Vec<String> = words::tally(&shown.changes).into_iter().map(words::numbered).collect();
    let tally = if tally.is_empty() { "nothing to do".to_owned() } else { tally.join(", ") };
    let stack = format!("stack {} in project {}", shown.stack, shown.project);
    push_comment(
        &mut head,
        &format!("The plan {} of {stack}, as commands of gcloud: {tally}.", shown.fingerprint_shown()),
    );
    push_comment(&mut head, "Run it in the folder of the spec, while the project is as the plan saw it.");
    for line in match shown.goal {
        Goal::Present => [
            "gcloud does not write the ownership record. What it makes bears the mark of the stack, so the next `gemmactl apply`",
            "notes it there; whether it was there before any stack is then not known, and `gemmactl destroy` asks about it.",
        ],
        Goal::Absent => [
            "gcloud does not write the ownership record, which goes on speaking of what goes here; `gemmactl destroy` makes it",
            "forget that.",
        ],
    } {
        push_comment(&mut head, line);
    }
    head.push_str("set -eu\n");
    let commands = || blocks.iter().flat_map(|block| &block.commands);
    if commands().any(|command| matches!(command, Command::Write { .. })) {
        head.push_str("files=$(mktemp -d)\ntrap 'rm -rf \"$files\"' EXIT\n");
    }
    if commands().any(holds_line_break) {
        head.push_str("newline='\n'\n");
    }
    head
}

fn holds_line_break(command: &Command) -> bool {
    match command {
        Command::Run(run) => run.words.iter().flat_map(|word| &word.0).any(|part| match part {
            Part::Text(text) => text.contains('\n'),
            Part::Output(..) | Part::Folder => false,
        }),
        Command::Write { .. } | Command::Missing(_) => false,
    }
}

fn push_comment(script: &mut String, text: &str) {
    script.push_str("# ");
    script.push_str(&escape_line(text));
    script.push('\n');
}

fn push(script: &mut String, command: &Command, names: &Names) {
    match command {
        Command::Run(run) => push_run(script, run, names),
        Command::Write { name, content } => {
            let text = match content {
                Written::Json(value) => format!("{}\n", json_lines(value)),
                Written::Text(text) if text.ends_with('\n') => text.clone(),
                Written::Text(text) => format!("{text}\n"),
            };
            let end = end_of(&text);
            let file = format!("cat > \"$files\"/{name} <<'{end}'\n{text}{end}\n");
            script.push_str(&file);
        }
        Command::Missing(text) => push_comment(script, &format!("not done: {text}")),
    }
}

/// A line that ends a text and is none of it.
fn end_of(text: &str) -> String {
    let mut end = "END".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    end
}

/// The words of a command, folded.
fn push_run(script: &mut String, run: &Run, names: &Names) {
    let variable = run.gives.as_ref().and_then(|(id, output)| names.get(id, output));
    let mut column = 0;
    if let Some(variable) = variable {
        let start = format!("{variable}=$(");
        column = start.len();
        script.push_str(&start);
    }
    for (index, word) in run.words.iter().enumerate() {
        let word = names.word(word);
        // Room for the blank before it and the backslash behind it.
        let width = word.chars().count() + 1;
        if index > 0 && column + width + 2 > WIDTH {
            script.push_str(" \\\n  ");
            column = 2;
        } else if index > 0 {
            script.push(' ');
        }
        script.push_str(&word);
        column += width;
    }
    if variable.is_some() {
        script.push(')');
    }
    match run.failure {
        Failure::Ends => {}
        Failure::GoesOn => script.push_str(" || true"),
    }
    script.push('\n');
}

/// The outputs that the words of some commands hold, or that they give.
fn outputs(blocks: &[Block]) -> BTreeSet<(ResourceId, String)> {
    let mut outputs = BTreeSet::new();
    for command in blocks.iter().flat_map(|block| &block.commands) {
        if let Command::Run(run) = command {
            outputs.extend(run.gives.iter().map(|(id, output)| (id.clone(), (*output).to_owned())));
            for part in run.words.iter().flat_map(|word: &Word| &word.0) {
                if let Part::Output(id, output) = part {
                    outputs.insert((id.clone(), output.clone()));
                }
            }
        }
    }
    outputs
}

/// Whether two commands can be one: all words but the last are the same.
fn can_join(one: &Run, other: &Run) -> bool {
    let but_last = |run: &Run| run.words.split_last().map(|(_, rest)| rest.to_vec());
    one.joining == Joining::LastWord && other.joining == Joining::LastWord && but_last(one) == but_last(other)
}
