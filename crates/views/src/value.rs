//! Values as people read them: shortened digests, readable quantities, quotes where a value could be mistaken for
//! our own words, and "decided after" in place of references. Knows no kind; a few field names tell a quantity.

use model::Json;
use model::outputs::referred;
use model::quantity;

use super::escape::escape;

/// How much of a value to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Digests are cut to 12 characters.
    Short,
    /// All of it.
    Full,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Live: what looks like a reference is somebody's text.
    Before,
    /// Wanted: may hold references.
    After,
}

/// The words for a value that is not there.
pub(super) const NOT_SET: &str = "(not set)";

/// One value, escaped.
pub(super) fn show(path: &str, value: Option<&Json>, side: Side, length: Length) -> String {
    match value {
        None => NOT_SET.to_owned(),
        Some(value) => readable(path, value, side, length),
    }
}

/// Both sides of a change, escaped. They look different whenever they differ.
pub(super) fn pair(
    path: &str,
    before: Option<&Json>,
    after: Option<&Json>,
    length: Length,
) -> (String, String) {
    let old = show(path, before, Side::Before, length);
    let new = show(path, after, Side::After, length);
    if old != new || before == after {
        return (old, new);
    }
    // Equal only by shortening, or by leaving out quotes: show the values as they are.
    let exact =
        |value: Option<&Json>| value.map_or_else(|| NOT_SET.to_owned(), |v| escape(&v.to_string()).into());
    (exact(before), exact(after))
}

/// The text of a value that has several lines.
pub(super) fn body(value: Option<&Json>) -> Option<&str> {
    value.and_then(Json::as_str).filter(|text| text.trim_end_matches('\n').contains('\n'))
}

/// Whether a change is told by a diff of texts. A text that is known by its digest only cannot be compared by line.
pub(super) fn is_diff(before: Option<&Json>, after: Option<&Json>) -> bool {
    let digest = |value: Option<&Json>| {
        value.and_then(Json::as_str).is_some_and(|text| text.starts_with("sha256:") && text.len() == 71)
    };
    (body(before).is_some() || body(after).is_some()) && !digest(before) && !digest(after)
}

fn readable(path: &str, value: &Json, side: Side, length: Length) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => amount(path, &number.to_string()).unwrap_or_else(|| number.to_string()),
        Json::String(text) => string(path, text, side, length),
        Json::Array(items) => {
            if let Some(shares) = traffic(path, items) {
                return shares;
            }
            let items: Vec<String> = items.iter().map(|item| readable("", item, side, length)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let items: Vec<String> = map
                .iter()
                .map(|(key, item)| format!("{}: {}", quoted(key), readable(key, item, side, length)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// Shares of requests as people say them: `90 % gemma-00003-abc, 10 % gemma-00004-def`; of a rollout, share by share. None
/// for other fields, and for what is no list of shares.
fn traffic(path: &str, targets: &[Json]) -> Option<String> {
    if path != "traffic" || targets.is_empty() {
        return None;
    }
    let shares: Option<Vec<String>> = targets.iter().map(share).collect();
    Some(shares?.join(", "))
}

fn share(target: &Json) -> Option<String> {
    let known = ["revision", "percent", "tag", "steps", "check"];
    let target =
        target.as_object().filter(|target| target.keys().all(|key| known.contains(&key.as_str())))?;
    let text = |key: &str| target.get(key).and_then(Json::as_str).map(quoted);
    let percent = target.get("percent")?.as_u64()?;
    let steps = target.get("steps").and_then(Json::as_array).map_or_else(Vec::new, |steps| {
        steps.iter().filter_map(Json::as_u64).map(|step| format!("{step} %")).collect()
    });
    let shares = if steps.is_empty() { format!("{percent} %") } else { steps.join(", ") };
    let tag = text("tag").map(|tag| format!(" as {tag}")).unwrap_or_default();
    let check = text("check").map(|check| format!(", {check} before each")).unwrap_or_default();
    Some(format!("{shares} {}{tag}{check}", text("revision")?))
}

fn string(path: &str, text: &str, side: Side, length: Length) -> String {
    if side == Side::After
        && let Some(id) = referred(text)
    {
        return format!("(decided after {})", escape(&id.to_string()));
    }
    if let Some(text) = amount(path, text) {
        return text;
    }
    match (body(Some(&Json::String(text.to_owned()))), length) {
        (Some(body), Length::Short) => format!("({} lines)", body.lines().count()),
        (Some(_) | None, Length::Full) => quoted(text),
        (None, Length::Short) => quoted(&shorten(text)),
    }
}

/// Quotes a text that has anything in it by which it could pass for words of ours.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._/:@+-=,~%&?#*".contains(c);
    let shown = escape(text);
    if !shown.is_empty() && shown == text && shown.chars().all(plain) {
        shown.into_owned()
    } else {
        format!("\"{}\"", shown.replace('"', "\\\""))
    }
}

/// Runs of 32 or more hexadecimal digits, cut to 12.
pub(super) fn shorten(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    let flush = |run: &mut String, shown: &mut String| {
        let kept = if run.len() >= 32 { 12 } else { run.len() };
        shown.extend(run.chars().take(kept));
        run.clear();
    };
    for character in text.chars() {
        if matches!(character, '0'..='9' | 'a'..='f') {
            run.push(character);
        } else {
            flush(&mut run, &mut shown);
            shown.push(character);
        }
    }
    flush(&mut run, &mut shown);
    shown
}

/// Memory in the largest unit that divides it, CPU in whole cores where it is; none for other fields.
fn amount(path: &str, text: &str) -> Option<String> {
    match path.rsplit('.').next().unwrap_or(path) {
        "memory" | "sizeLimit" => quantity::bytes(text).map(quantity::memory),
        "cpu" => {
            let thousandths: u64 = text.strip_suffix('m')?.parse().ok()?;
            let (whole, rest) = (thousandths / 1000, thousandths % 1000);
            let rest = format!("{rest:03}");
            let rest = rest.trim_end_matches('0');
            Some(if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") })
        }
        _other => None,
    }
}

#[cfg(test)]
mod tests {
    use model::{KindName, ResourceId, reference};
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let digest = "sha256:1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b";
        for (path, value, shown) in [
            ("memory", json!("34359738368"), "32Gi"),
            ("memory", json!("512Mi"), "512Mi"),
            ("memory", json!("1025"), "1025"),
            ("cpu", json!("8000m"), "8"),
            ("cpu", json!("500m"), "0.5"),
            ("cpu", json!("8"), "8"),
            ("image", json!(format!("host/p/gemma@{digest}")), "host/p/gemma@sha256:1a2b3c4d5e6f"),
            ("description", json!("Model servers"), "\"Model servers\""),
            ("description", json!("(not set)"), "\"(not set)\""),
            ("description", json!(""), "\"\""),
            ("args", json!(["serve", "--port=8080"]), "[serve, --port=8080]"),
            ("labels", json!({"a": 1}), "{a: 1}"),
            (
                "traffic",
                json!([{"revision": "gemma-1", "percent": 90}, {"revision": "latest", "percent": 10, "tag": "new"}]),
                "90 % gemma-1, 10 % latest as new",
            ),
            (
                "traffic",
                json!([{"revision": "latest", "percent": 100, "steps": [10, 100], "check": "smokeTest"}]),
                "10 %, 100 % latest, smokeTest before each",
            ),
            ("traffic", json!([{"percent": 100}]), "[{percent: 100}]"),
            ("description", json!("\u{1b}[2J"), "\"\\u{1b}[2J\""),
        ] {
            assert_eq!(show(path, Some(&value), Side::Before, Length::Short), shown, "{path}");
        }
    }

    #[test]
    fn only_wanted_values_are_read_as_references() {
        let id = ResourceId::new(KindName("image"), "gemma");
        let value = json!(format!("host/gemma@{}", reference(&id, "digest")));
        assert_eq!(show("image", Some(&value), Side::After, Length::Short), "(decided after image/gemma)");
        assert_eq!(
            show("image", Some(&value), Side::Before, Length::Short),
            "\"host/gemma@\\u{1}ref:image/gemma#digest\\u{2}\""
        );
    }

    #[test]
    fn a_text_known_by_its_digest_is_no_diff() {
        let (text, digest) = (json!("a\nb\n"), json!(format!("sha256:{}", "1a2b".repeat(16))));
        assert!(is_diff(None, Some(&text)));
        assert!(!is_diff(Some(&digest), Some(&text)));
        let shown = pair("dockerfile", Some(&digest), Some(&text), Length::Short);
        assert_eq!(shown, ("sha256:1a2b1a2b1a2b".to_owned(), "(2 lines)".to_owned()));
    }

    #[test]
    fn different_values_never_look_the_same() {
        let (digits, one, two) = ("1a2b3c4d5e6f".repeat(5), "0001", "0002");
        for (before, after) in [
            (json!(4), json!("4")),
            (json!(true), json!("true")),
            (json!(format!("{digits}{one}")), json!(format!("{digits}{two}"))),
            (json!("a\nb\nc"), json!("a\nb\nd")),
        ] {
            let (old, new) = pair("x", Some(&before), Some(&after), Length::Short);
            assert_ne!(old, new);
        }
    }
}
