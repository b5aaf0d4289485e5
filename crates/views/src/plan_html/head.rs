//! The head of the page: what it may load, which is nothing, how it looks, and its little script.

use model::Goal;

use super::page::Page;
use crate::document::Plan;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Everything up to the body. Only this style and this script run, by their digests; nothing is fetched from anywhere.
/// Source: W3C, Content Security Policy level 3, "Delivery via meta" and "Hash matching".
const START: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
    "style-src 'sha256-CsSaKrh+wevV+OIU1U00cbFCni6G2JqWFNpZWmCeGiI='; ",
    "script-src 'sha256-AbjkOxtYjYmClc/qR3O3zUv0jSmUCHEVud3MLby3eEU='; ",
    "base-uri 'none'; form-action 'none'\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n",
);

/// Writes the head.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    page.raw(START).raw("<title>");
    page.raw(match plan.goal {
        Goal::Present => "gemmactl plan · ",
        Goal::Absent => "gemmactl destroy · ",
    });
    page.text(plan.stack.as_str()).raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
}

/// Writes the script and the end of the page.
pub(super) fn end(page: &mut Page) {
    page.raw("<script>").raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use model::digest::sha256;

    use super::*;

    fn source(text: &str) -> String {
        let digits = sha256(text);
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
        format!("'sha256-{}'", STANDARD.encode(bytes))
    }

    #[test]
    fn the_policy_allows_this_style_and_this_script_and_nothing_else() {
        assert!(START.contains(&format!("style-src {};", source(STYLE))), "style: {}", source(STYLE));
        assert!(START.contains(&format!("script-src {};", source(SCRIPT))), "script: {}", source(SCRIPT));
        assert!(START.contains("default-src 'none';"));
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("://") && !text.contains("url(") && !text.contains("@import"));
            assert!(!text.contains("</"), "it would end its element");
        }
    }
}
