//! The dependency graph as Mermaid and as DOT, from an edge list. Arrows point in running order: from what is made
//! first to what is made after it. Knows no resource but its name.

use std::collections::BTreeMap;
use std::fmt::Write;

use model::ResourceId;

use super::escape::escape;

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
