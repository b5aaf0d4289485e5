//! What happens, drawn: a Mermaid graph in a fold, an arrow from what is done first to what is done after it.

use std::fmt::Write;

use super::span::fence_of;
use crate::document::Plan;
use crate::graph;

/// More than this is a tangle; the page of `--format html` draws it where it can be moved about.
const NODES: usize = 60;

/// Writes the graph of what happens, if there is an order to show.
pub(super) fn write(plan: &Plan, text: &mut String) {
    let drawn = graph::of_plan(plan);
    let has_arrows = drawn.iter().any(|(_, after)| !after.is_empty());
    if drawn.len() > NODES || !has_arrows {
        return;
    }
    let lines: Vec<String> = graph::mermaid_of_plan(&drawn).lines().map(str::to_owned).collect();
    let _ = writeln!(text, "<details><summary>Running order, drawn</summary>\n");
    text.push_str(&fence_of("mermaid", &lines));
    text.push_str("\n</details>\n\n");
}
