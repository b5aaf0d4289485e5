//! What holds for every text that people are shown.

use crate::view::{Colour, Detail, Style, Symbols};

/// The ways in which a plan is shown without colour.
pub(crate) const STYLES: &[Style] = &[
    Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Summary },
    Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Changes },
    Style { colour: Colour::Never, symbols: Symbols::Ascii, width: 40, detail: Detail::Changes },
    Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Full },
];

/// Nothing in it is obeyed by a terminal or by the log of a pipeline.
pub(crate) fn inert(text: &str) {
    assert!(!text.chars().any(|letter| letter != '\n' && letter.is_control()), "{text:?}");
    assert!(!text.contains("##[") && !text.contains("##vso["), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text:?}");
}
