//! Every surface, as a function from a plan of the table to its bytes. What differs from release to release is left out.

use crate::document::Plan;
use crate::document::since::Difference;
use crate::plan_markdown::{Form, Options};
use crate::{Colour, Detail, Style, Symbols};
use crate::{annotation, plan_html, plan_json, plan_markdown, plan_text};

use super::plans::Sample;

type Surface = fn(&Sample) -> String;

/// File names and what is in them.
pub(super) const SURFACES: [(&str, Surface); 11] = [
    ("text.txt", |sample| text(sample, Detail::Changes, Colour::Never, Symbols::Unicode, 80)),
    ("summary.txt", |sample| text(sample, Detail::Summary, Colour::Never, Symbols::Unicode, 80)),
    ("full.txt", |sample| text(sample, Detail::Full, Colour::Never, Symbols::Unicode, 80)),
    ("ascii.txt", |sample| text(sample, Detail::Changes, Colour::Never, Symbols::Ascii, 60)),
    ("colour.txt", |sample| {
        text(sample, Detail::Changes, Colour::Always, Symbols::Unicode, 100).replace('\u{1b}', "\\e")
    }),
    ("comment.md", |sample| markdown(sample, Form::Comment)),
    ("job.md", |sample| markdown(sample, Form::Summary)),
    ("plan.json", |sample| pretty(&plan_json::render(&sample.plan))),
    ("page.html", page),
    ("results.sarif", |sample| {
        pretty(&annotation::sarif::render(&annotation::of_plan(&sample.plan), "plan", &str::to_owned))
    }),
    ("annotations.txt", |sample| {
        annotation::workflow::render(&annotation::of_plan(&sample.plan), &str::to_owned)
    }),
];

fn differences(sample: &Sample) -> Option<Vec<Difference>> {
    sample.earlier.as_ref().map(|earlier: &Plan| sample.plan.since(earlier))
}

fn text(sample: &Sample, detail: Detail, colour: Colour, symbols: Symbols, width: usize) -> String {
    let style = Style { colour, symbols, width, detail };
    plan_text::render(&sample.plan, differences(sample).as_deref(), &style)
}

fn markdown(sample: &Sample, form: Form) -> String {
    let since = differences(sample);
    let options = Options { since: since.as_deref(), ..Options::of(form) };
    settled(&plan_markdown::render(&sample.plan, &options))
}

/// The page without its style and script, which are the same on each.
fn page(sample: &Sample) -> String {
    let page = plan_html::render(&sample.plan, differences(sample).as_deref());
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, rest) = rest.split_once("<script>").unwrap();
    let (_, end) = rest.split_once("</script>").unwrap();
    let head: Vec<&str> = head.lines().filter(|line| !line.contains("Content-Security-Policy")).collect();
    settled(&format!("{}{body}{end}", head.join("\n")))
}

fn pretty(json: &str) -> String {
    let value: model::Json = serde_json::from_str(json).unwrap();
    settled(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap()))
}

fn settled(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}
