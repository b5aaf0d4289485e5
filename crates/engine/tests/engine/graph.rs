//! Order, missing dependencies, cycles.

use engine::{Graph, GraphError};
use model::Tie;

use crate::toy::*;

fn order(toys: &[Toy]) -> Vec<String> {
    graph("one", toys).iter().map(|resource| resource.id().to_string()).collect()
}

#[test]
fn order_follows_dependencies_then_the_lines_of_the_spec_then_names() {
    let toys = [
        thing("last").on_line(1).after("thing/first"),
        thing("unplaced").on_line(0),
        thing("b").on_line(7),
        thing("a").on_line(7),
        thing("first").on_line(9),
    ];
    let expected = ["thing/a", "thing/b", "thing/first", "thing/last", "thing/unplaced"];
    assert_eq!(order(&toys), expected);
    let mut turned = toys.to_vec();
    turned.reverse();
    assert_eq!(order(&turned), expected);
}

#[test]
fn every_problem_of_a_graph_is_found_at_once() {
    let toys = [
        thing("a").after("thing/b"),
        thing("b").after("thing/c"),
        thing("c").after("thing/a").after("thing/b"),
        thing("self").after("thing/self"),
        thing("d").on_line(12).after("thing/nowhere"),
        thing("twice"),
        thing("twice").on_line(20),
        thing("fine").after("thing/a"),
    ];
    let errors: Vec<String> =
        Graph::build(resources("one", &toys)).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "thing/twice is there twice",
            "thing/d needs thing/nowhere, which the spec does not have",
            "these wait for each other: thing/a -> thing/b -> thing/c -> thing/a",
            "these wait for each other: thing/self -> thing/self",
        ]
    );
    let missing = Graph::build(resources("one", &toys[4..5])).unwrap_err();
    let [GraphError::Missing { place: Some(place), .. }] = missing.as_slice() else { panic!("{missing:?}") };
    assert_eq!(place.to_string(), "spec.yaml:12:3");
}

#[test]
fn a_ring_of_ten_thousand_is_named_and_exhausts_no_stack() {
    let ring: Vec<Toy> = (0..10_000)
        .map(|at| thing(&format!("n{at}")).after(&format!("thing/n{}", (at + 1) % 10_000)))
        .collect();
    let errors = Graph::build(resources("one", &ring)).unwrap_err();
    let [GraphError::Cycle(members)] = errors.as_slice() else { panic!("{errors:?}") };
    assert_eq!(members.len(), 10_000);
}

#[test]
fn what_the_record_recalls_joins_behind_and_its_lost_needs_tie_it_to_nothing() {
    let mut graph = graph("one", &[thing("kept")]);
    let old = thing("old").on_line(0).after("thing/gone").after("thing/kept");
    let unread = graph.join(resources("one", &[old])).unwrap();
    assert_eq!(unread, [id("thing/old")]);
    assert!(graph.is_recalled(&id("thing/old")) && !graph.is_recalled(&id("thing/kept")));
    assert_eq!(graph.dependencies(&id("thing/old")), [&id("thing/kept")]);
    assert_eq!(graph.dependents(&id("thing/kept")), [&id("thing/old")]);
    let edges: Vec<_> =
        graph.edges().map(|edge| (edge.from.to_string(), edge.on.to_string(), edge.tie)).collect();
    assert_eq!(edges, [("thing/old".to_owned(), "thing/kept".to_owned(), Tie::After)]);
}
