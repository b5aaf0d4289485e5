//! What is drawn in ASCII holds nothing else, but for letters of values.

use super::plans::{large, small};
use crate::{Colour, Detail, Style, Symbols, plan_text};

/// The plans with such letters in their values.
const FOREIGN: [&str; 3] = ["five-hundred-hostile", "hostile", "wide-characters"];

#[test]
fn an_ascii_plan_holds_only_ascii() {
    let mut held = 0;
    for sample in small().into_iter().chain(large()).filter(|sample| !FOREIGN.contains(&sample.name)) {
        let since = sample.earlier.as_ref().map(|earlier| sample.plan.since(earlier));
        for detail in [Detail::Summary, Detail::Changes, Detail::Full] {
            for colour in [Colour::Never, Colour::Always] {
                let style = Style { colour, symbols: Symbols::Ascii, width: 80, detail };
                for line in plan_text::render(&sample.plan, since.as_deref(), &style).lines() {
                    assert!(line.is_ascii(), "{}, {detail:?}: {line}", sample.name);
                    held += 1;
                }
            }
        }
    }
    assert!(held > 5_000, "{held}");
}
