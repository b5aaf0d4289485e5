//! A service under load as one page of HTML that needs nothing else: no network, no other file and no script. Dark or light as the
//! reader's system is, and printable. Text becomes part of it through [`Page`] alone.

mod figures;

use super::{Bench, unanswered};
use crate::plan_html::page::Page;

const STYLE: &str = include_str!("style.css");

/// Everything up to the title. Only this style applies, by its digest; nothing is fetched and nothing runs.
/// Source: W3C, Content Security Policy level 3, "Delivery via meta" and "Hash matching".
const START: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
    "style-src 'sha256-2Vuhub6xqmNcsJtcZhkV5YCNS0IkNslydi6muBUbmZk='; ",
    "base-uri 'none'; form-action 'none'\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>gemmactl bench · ",
);

/// The whole of it as a page.
pub fn render(bench: &Bench) -> String {
    let mut page = Page::default();
    let subject = &bench.subject;
    page.raw(START)
        .text(&subject.service)
        .raw("</title>\n<style>")
        .raw(STYLE)
        .raw("</style>\n</head>\n<body>\n");
    head(bench, &mut page);
    recommended(bench, &mut page);
    figures::write(bench, &mut page);
    not_answered(bench, &mut page);
    doubts(bench, &mut page);
    page.raw("<footer>The prompt was <code>").text(&subject.prompt);
    page.raw("</code>, with a number before each so that none was answered from a cache.</footer>\n</body>\n</html>\n");
    page.finish()
}

fn head(bench: &Bench, page: &mut Page) {
    let subject = &bench.subject;
    page.raw("<h1>")
        .text(&subject.service)
        .raw(" under load <small>")
        .text(&bench.began)
        .raw("</small></h1>\n<dl>\n");
    let mut fact = |name: &'static str, value: &str| {
        page.raw("<div><dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd></div>\n");
    };
    fact("model", &subject.model);
    fact("asked in", subject.form.words());
    fact("region", &subject.region);
    fact("project", &subject.project);
    if let Some(revision) = &subject.revision {
        fact("revision", revision);
    }
    fact("prompts", &bench.ended().to_string());
    fact("tokens of an answer at the most", &subject.max_tokens.to_string());
    page.raw("</dl>\n<p>").text(&bench.start_sentence()).raw("</p>\n");
    if let Some(sentence) = bench.ending.sentence() {
        page.raw("<p class=\"alarm\">").text(sentence).raw("</p>\n");
    }
}

fn recommended(bench: &Bench, page: &mut Page) {
    page.raw("<section>\n<h2>Recommended</h2>\n<table>\n<thead><tr><th>setting</th><th>now</th><th>recommended</th>");
    page.raw("<th>because</th></tr></thead>\n<tbody>\n");
    let shown =
        |value: Option<u32>| value.map_or_else(|| super::table::NONE.to_owned(), |value| value.to_string());
    for ((setting, value, reason), now) in bench.recommendations().into_iter().zip(bench.now()) {
        page.raw("<tr><td>").code(setting).raw("</td><td>").text(&shown(now)).raw("</td><td><strong>");
        page.text(&shown(value)).raw("</strong></td><td>").text(reason).raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

fn not_answered(bench: &Bench, page: &mut Page) {
    if bench.levels.iter().all(|level| level.unanswered() == 0) {
        return;
    }
    page.raw("<section>\n<h2>Not answered</h2>\n<table>\n<thead><tr><th>at once</th><th>how many</th><th>the first says");
    page.raw("</th></tr></thead>\n<tbody>\n");
    for level in &bench.levels {
        let Some(counts) = unanswered(level) else { continue };
        page.raw("<tr><td>").text(&level.concurrency.to_string()).raw("</td><td>").text(&counts);
        page.raw("</td><td>").text(level.problem.as_deref().unwrap_or_default()).raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n</section>\n");
}

fn doubts(bench: &Bench, page: &mut Page) {
    if bench.advice.doubts.is_empty() {
        return;
    }
    page.raw("<section>\n<h2>To be careful about</h2>\n<ul>\n");
    for doubt in &bench.advice.doubts {
        page.raw("<li>").text(doubt).raw("</li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use model::digest::sha256;

    use super::*;

    #[test]
    fn the_policy_allows_this_style_and_nothing_else() {
        let digits = sha256(STYLE);
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
        let source = format!("'sha256-{}'", STANDARD.encode(bytes));
        assert!(START.contains(&format!("default-src 'none'; style-src {source};")), "{source}");
        assert!(!START.contains("script-src"), "nothing runs");
        assert!(!STYLE.contains("://") && !STYLE.contains("url(") && !STYLE.contains("@import"));
        assert!(!STYLE.contains("</"), "it would end its element");
    }
}
