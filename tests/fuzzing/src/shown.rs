//! What holds for every text that people are shown.

use views::document::Plan;
use views::plan_markdown::{Form, Options};
use views::{Colour, Detail, Style, Symbols};

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

/// The same for every form in which a plan is shown. Gives its JSON.
pub(crate) fn inert_plan(plan: &Plan) -> String {
    for style in STYLES {
        inert(&views::plan_text::render(plan, None, style));
    }
    for form in [Form::Comment, Form::Summary] {
        inert(&views::plan_markdown::render(plan, &Options::of(form)));
    }
    inert(&views::plan_html::render(plan, None));
    let annotations = views::annotation::of_plan(plan);
    inert(&views::annotation::sarif::render(&annotations, "plan", &str::to_owned));
    for line in views::annotation::workflow::render(&annotations, &str::to_owned).lines() {
        assert!(
            ["::error ", "::warning ", "::notice "].iter().any(|command| line.starts_with(command)),
            "{line:?}"
        );
    }
    let text = views::plan_json::render(plan);
    assert!(!text.trim_end_matches('\n').chars().any(char::is_control), "{text:?}");
    text
}
