//! Properties that hold for every text.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use proptest::prelude::*;
use spec::{Colour, EnvironmentChoice, Variables};

const GOOD: &str = include_str!("../../../examples/hardened/gemmactl.yaml");

/// Loads a text and shows what came of it; returns the number of problems.
fn load(text: &str) -> usize {
    let every = EnvironmentChoice::Every;
    match spec::parse_environments("gemmactl.yaml", text, Path::new("tests/stack"), &Variables::none(), every)
    {
        Ok(_) => 0,
        Err(problems) => {
            assert!(!problems.is_empty());
            let shown = problems.render(Colour::Plain);
            assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
            for problem in &problems {
                let line = problem.place.as_ref().map_or(1, |place| place.line);
                assert!(usize::try_from(line).unwrap() <= text.lines().count() + 1, "{problem}");
                // The structural check and the types never disagree.
                assert_ne!(problem.id, "invalid-spec", "{problem}");
                assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem}");
            }
            problems.len()
        }
    }
}

/// Fragments that are likely to mean something to the loader.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("services:\n  a:\n    image: x\n".to_owned()),
        Just("environments:\n  a: { project: demo-a }\n  b: { stack: b, services: { a: {} } }\n".to_owned()),
        Just("iam:\n  - role: ${x}\n".to_owned()),
        Just("dependsOn: [service/a, service/gemma]".to_owned()),
        Just("${".to_owned()),
        Just("&a [*a]".to_owned()),
        Just("<<: {}".to_owned()),
        Just("? [a]\n: b\n".to_owned()),
        Just("!!binary x".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("---\n".to_owned()),
        Just("~".to_owned()),
        Just("- ".to_owned()),
        Just("\t".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("-1e999".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        "[ -~\\n]{0,12}",
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_the_loader(text in any::<String>()) {
        load(&text);
    }

    #[test]
    fn no_sequence_of_yaml_fragments_panics_the_loader(parts in prop::collection::vec(fragment(), 0..12)) {
        load(&parts.concat());
    }

    #[test]
    fn no_change_of_a_good_spec_panics_the_loader(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..20_usize, fragment()), 1..5)
    ) {
        let mut letters: Vec<char> = GOOD.chars().collect();
        for (index, length, text) in changes {
            let at = index.index(letters.len());
            let end = (at + length).min(letters.len());
            letters.splice(at..end, text.chars());
        }
        load(&letters.into_iter().collect::<String>());
    }

    #[test]
    fn no_good_spec_cut_short_panics_the_loader(index in any::<prop::sample::Index>()) {
        let letters: Vec<char> = GOOD.chars().collect();
        let at = index.index(letters.len());
        load(&letters[..at].iter().collect::<String>());
    }
}

#[test]
fn the_order_of_sections_changes_neither_problems_nor_their_number() {
    let sections =
        ["iam:\n  - { role: x, members: [y] }\n", "services:\n  a: { image: b }\n", "apis: [run]\n"];
    let head = "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\n";
    let forward = load(&format!("{head}{}", sections.concat()));
    let backward = load(&format!("{head}{}", sections.iter().rev().copied().collect::<String>()));
    assert_eq!((forward, backward), (4, 4));
}
