//! The dependency graph as Mermaid and as DOT, from an edge list. Arrows point in running order: from what is made
//! first to what is made after it. Knows no resource but its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use model::{Action, ResourceId};

use super::Symbols;
use super::document::{Change, Plan};
use super::escape::escape;
use super::words::{acts, symbol, verb};

/// A Mermaid flowchart. Each resource comes with what it depends on.
pub fn mermaid(edges: &[(ResourceId, Vec<ResourceId>)]) -> String {
    let numbers = number(edges);
    let mut text = "flowchart LR\n".to_owned();
    for (id, number) in in_order(&numbers) {
        let _ = writeln!(text, "  n{number}[\"{}\"]", mermaid_label(&id.to_string()));
    }
    for (first, then) in arrows(edges, &numbers) {
        let _ = writeln!(text, "  n{first} --> n{then}");
    }
    text
}

/// What happens in a plan, each with what of it has to be done before.
pub(crate) fn of_plan(plan: &Plan) -> Vec<(&Change, Vec<&ResourceId>)> {
    let acting: BTreeSet<&ResourceId> =
        plan.changes.iter().filter(|change| acts(change.action)).map(|change| &change.id).collect();
    let shown = plan.changes.iter().filter(|change| acts(change.action));
    shown.map(|change| (change, change.after.iter().filter(|id| acting.contains(id)).collect())).collect()
}

/// The same as a Mermaid flowchart, each resource with the sign and the colour of its action.
pub(crate) fn mermaid_of_plan(drawn: &[(&Change, Vec<&ResourceId>)]) -> String {
    let numbers: BTreeMap<&ResourceId, usize> =
        drawn.iter().enumerate().map(|(number, (change, _))| (&change.id, number)).collect();
    let mut text = "flowchart LR\n".to_owned();
    let mut classes = BTreeSet::new();
    for (number, (change, _)) in drawn.iter().enumerate() {
        let (class, style) = class(change);
        classes.insert((class, style));
        let label = mermaid_label(&format!("{} {}", symbol(change, Symbols::Unicode), change.id));
        let _ = writeln!(text, "  n{number}[\"{label}\"]:::{class}");
    }
    for (number, (_, after)) in drawn.iter().enumerate() {
        for first in after.iter().filter_map(|id| numbers.get(id)) {
            let _ = writeln!(text, "  n{first} --> n{number}");
        }
    }
    for (class, style) in classes {
        let _ = writeln!(text, "  classDef {class} {style}");
    }
    text
}

const CHANGED: &str = "fill:#fff8c5,stroke:#9a6700,color:#1f2328";

/// The class of an action in a drawing, and how Mermaid is to draw it, on light and on dark ground.
fn class(change: &Change) -> (&'static str, &'static str) {
    match change.action {
        Action::Create if verb(change) == "rebuild" => ("changed", CHANGED),
        Action::Create | Action::Adopt => ("made", "fill:#dafbe1,stroke:#1a7f37,color:#1f2328"),
        Action::Delete | Action::Replace => ("lost", "fill:#ffebe9,stroke:#cf222e,color:#1f2328"),
        Action::Update | Action::Repair => ("changed", CHANGED),
        Action::Detach | Action::Forget | Action::Keep | Action::NoOp => {
            ("left", "fill:#eaeef2,stroke:#59636e,color:#1f2328")
        }
    }
}

/// A DOT digraph. Each resource comes with what it depends on.
pub fn dot(edges: &[(ResourceId, Vec<ResourceId>)]) -> String {
    let numbers = number(edges);
    let mut text = "digraph stack {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (id, number) in in_order(&numbers) {
        let label = escape(&id.to_string()).replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "  n{number} [label=\"{label}\"];");
    }
    for (first, then) in arrows(edges, &numbers) {
        let _ = writeln!(text, "  n{first} -> n{then};");
    }
    text.push_str("}\n");
    text
}

/// Numbers in the order in which resources first stand in the list, so that no name becomes a node's identifier.
fn number(edges: &[(ResourceId, Vec<ResourceId>)]) -> BTreeMap<&ResourceId, usize> {
    let mut numbers = BTreeMap::new();
    let named = edges.iter().map(|(id, _)| id).chain(edges.iter().flat_map(|(_, needs)| needs));
    for id in named {
        let next = numbers.len();
        numbers.entry(id).or_insert(next);
    }
    numbers
}

fn in_order<'id>(numbers: &BTreeMap<&'id ResourceId, usize>) -> Vec<(&'id ResourceId, usize)> {
    let mut nodes: Vec<(&ResourceId, usize)> = numbers.iter().map(|(id, number)| (*id, *number)).collect();
    nodes.sort_unstable_by_key(|(_, number)| *number);
    nodes
}

fn arrows(
    edges: &[(ResourceId, Vec<ResourceId>)],
    numbers: &BTreeMap<&ResourceId, usize>,
) -> Vec<(usize, usize)> {
    let pairs = edges.iter().flat_map(|(id, needs)| needs.iter().map(move |need| (need, id)));
    pairs.filter_map(|(first, then)| Some((*numbers.get(first)?, *numbers.get(then)?))).collect()
}

/// Letters, digits and plain punctuation as they are, the rest as Mermaid's entity codes (`#34;`).
/// Source: Mermaid, flowchart syntax, "Entity codes to escape characters".
fn mermaid_label(text: &str) -> String {
    let mut label = String::new();
    for character in escape(text).chars() {
        if character.is_alphanumeric() || "/.-_:@+ ".contains(character) {
            label.push(character);
        } else {
            let _ = write!(label, "#{};", u32::from(character));
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::super::samples::id;
    use super::*;

    fn edges() -> Vec<(ResourceId, Vec<ResourceId>)> {
        vec![
            (id("api/run.googleapis.com"), vec![]),
            (id("image/gemma"), vec![]),
            (
                id("service/a\"]; click n0 \"javascript:x"),
                vec![id("image/gemma"), id("api/run.googleapis.com")],
            ),
        ]
    }

    #[test]
    fn mermaid_draws_arrows_in_running_order_and_no_name_is_markup() {
        insta::assert_snapshot!(mermaid(&edges()), @r#"
        flowchart LR
          n0["api/run.googleapis.com"]
          n1["image/gemma"]
          n2["service/a#34;#93;#59; click n0 #34;javascript:x"]
          n1 --> n2
          n0 --> n2
        "#);
    }

    #[test]
    fn dot_draws_the_same() {
        insta::assert_snapshot!(dot(&edges()), @r#"
        digraph stack {
          rankdir=LR;
          node [shape=box];
          n0 [label="api/run.googleapis.com"];
          n1 [label="image/gemma"];
          n2 [label="service/a\"]; click n0 \"javascript:x"];
          n1 -> n2;
          n0 -> n2;
        }
        "#);
    }
}
