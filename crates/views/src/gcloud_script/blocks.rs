//! What stands together in a script: the comments of changes, and the commands that carry them out.

use model::command::{Command, Run};
use model::{Action, Cause, Reason};

use super::can_join;
use crate::causes;
use crate::document::{Change, Plan};

/// At most so many names in one command. Source: Service Usage v1, `services.batchEnable`.
const JOINED_AT_MOST: usize = 20;

/// Comments, and the commands below them.
pub(super) struct Block {
    pub(super) comments: Vec<String>,
    pub(super) commands: Vec<Command>,
}

/// The blocks of a plan, in running order; what can be run as one is one.
pub(super) fn blocks(plan: &model::Plan, shown: &Plan) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (change, shown) in plan.changes.iter().zip(&shown.changes) {
        if change.action == Action::NoOp {
            continue;
        }
        let comment = comment(shown, change.commands.is_empty());
        if let (Some(block), [Command::Run(run)]) = (blocks.last_mut(), change.commands.as_slice())
            && let [Command::Run(first)] = block.commands.as_mut_slice()
            && can_be_joined(first, run, block.comments.len())
        {
            block.comments.push(comment);
            first.words.extend(run.words.last().cloned());
            continue;
        }
        blocks.push(Block { comments: vec![comment], commands: change.commands.clone() });
    }
    blocks
}

/// Whether a command can be added to one that stands for so many.
fn can_be_joined(joined: &Run, run: &Run, so_many: usize) -> bool {
    let mut first = joined.clone();
    first.words.truncate((joined.words.len() + 1).saturating_sub(so_many));
    so_many < JOINED_AT_MOST && can_join(&first, run)
}

/// What happens, and why.
fn comment(change: &Change, is_nothing: bool) -> String {
    let what = format!("{} {}", change.action.as_str(), change.id);
    let place =
        change.place.as_ref().map(|place| format!(" ({}:{})", place.file, place.line)).unwrap_or_default();
    let rest = if is_nothing { "; nothing to run" } else { "" };
    format!("{what}{place}: {}{rest}", why(change))
}

/// Why, in words; what the fields of a change say is said of them.
fn why(change: &Change) -> String {
    if let Some(reason) = causes::reason(change) {
        reason
    } else if change.reason == Reason::NotFound {
        "it is not there".to_owned()
    } else if change.reason == Reason::Destroying {
        "the stack is destroyed".to_owned()
    } else {
        let edited = change.fields.iter().filter(|field| field.cause != Cause::Consequence);
        let paths: Vec<&str> = edited.map(|field| field.path.as_str()).collect();
        format!("the spec was edited: {}", paths.join(", "))
    }
}
