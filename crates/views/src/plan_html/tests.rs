use proptest::prelude::*;

use super::render;
use crate::{hostile, samples};

/// The tags of a page without its style and script, each checked against those that are meant.
fn tags(page: &str) -> Vec<&str> {
    let (_, rest) = page.split_once("</style>").unwrap();
    let (body, _) = rest.split_once("<script>").unwrap();
    let mut tags = vec![];
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains('>'), "{part}");
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(TAGS.contains(&name), "{tag}");
        for attribute in tag.split(' ').skip(1).filter(|part| part.contains('=')) {
            let attribute = attribute.split('=').next().unwrap();
            assert!(ATTRIBUTES.contains(&attribute), "{tag}");
        }
        tags.push(tag);
    }
    tags
}

const TAGS: [&str; 45] = [
    "a", "article", "body", "br", "code", "dd", "del", "details", "div", "dl", "dt", "footer", "g", "h1",
    "h2", "h3", "head", "header", "input", "ins", "li", "marker", "ol", "output", "p", "path", "path/",
    "pre", "rect", "section", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text",
    "th", "thead", "title", "tr", "ul", "b",
];

const ATTRIBUTES: [&str; 25] = [
    "aria-label",
    "class",
    "d",
    "height",
    "href",
    "id",
    "marker-end",
    "markerHeight",
    "markerWidth",
    "orient",
    "placeholder",
    "refX",
    "refY",
    "role",
    "rx",
    "tabindex",
    "type",
    "viewBox",
    "width",
    "x",
    "y",
    "name",
    "content",
    "hidden",
    "open",
];

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = render(&samples::shown(&samples::create_all()), None);
    for sign in ["src=", "://", "@import", "<link", "<iframe", "<img", "<form"] {
        assert!(!page.contains(sign), "{sign}");
    }
    let targets: Vec<&str> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(!targets.is_empty());
    for target in targets {
        assert!(target.starts_with("#c"), "{target}");
    }
}

#[test]
fn sections_stand_in_the_same_order_as_everywhere() {
    let mut plan = samples::shown_with(&samples::deleted(), samples::ignored());
    plan.refusals.clone_from(&samples::blocked().refusals);
    let page = render(&plan, Some(&[]));
    let places: Vec<usize> = [
        "Nothing is applied while this stands</h2>",
        "<h2>Access</h2>",
        "<h2>Destructive</h2>",
        "<h2>Changes</h2>",
        "<h2>Running order ",
        "<h2>Unchanged</h2>",
        "<h2>Since the earlier plan</h2>",
        "<h2>Ignored</h2>",
        "<footer>",
    ]
    .iter()
    .map(|sign| page.find(sign).unwrap_or_else(|| panic!("{sign} is missing")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn every_box_of_the_drawing_leads_to_its_change_or_its_grant() {
    let plan = samples::shown(&samples::create_all());
    let page = render(&plan, None);
    for (at, change) in plan.changes.iter().enumerate() {
        let anchor = format!("id=\"c{}\"", at + 1);
        assert_eq!(page.matches(&anchor).count(), 1, "{anchor} {}", change.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_becomes_mark_up(texts in proptest::collection::vec(hostile::text(), 8)) {
        let page = render(&hostile::shown(&texts), None);
        tags(&page);
        prop_assert!(!page.chars().any(|c| c != '\n' && c.is_control()));
        prop_assert!(!page.lines().any(|line| line.trim_start().starts_with("::")), "{}", page);
    }
}
