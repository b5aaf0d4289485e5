//! Changes an input at random: its bytes, or, where it is JSON, its values, so that what is changed is still read.

use fastrand::Rng;
use model::Json;

/// Texts that mean something to a reader of specs, answers, records, rules or terminals.
const WORDS: &[&str] = &[
    "",
    "null",
    "true",
    "-1",
    "0",
    "18446744073709551616",
    "-1e999",
    "1e308s",
    "\u{0}",
    "\n",
    "\r\n",
    "\t",
    "\"",
    "'",
    "`",
    "```",
    "\\",
    "\\u0000",
    "\u{1b}[31m",
    "\u{9b}2J",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "::error::",
    "##[group]",
    "${",
    "${project}",
    "&a [*a]",
    "*a",
    "<<: ",
    "---\n",
    "? ",
    "!!binary ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "|",
    "..",
    "../outside.txt",
    "/etc/passwd",
    "=== ",
    " -> ",
    "!",
    "**",
    "[a-",
    "#!include:",
    "Dockerfile",
    "projects/p",
    "allUsers",
    "user:",
    "roles/owner",
    "gemmactl-stack",
    "demo",
    "sha256:",
    "\u{1}ref:image/gemma#digest\u{2}",
    "2026-11-26T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "600s",
    "32Gi",
    "日本語",
    "\u{e0041}",
    "https://evil.example/",
    "https://oauth2.googleapis.com/token",
];

/// The longest text and the most elements that one change makes.
const LARGE: usize = 5_000;

/// A changed copy of `data`, with parts of `other` now and then.
pub fn mutate(data: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    if random.u8(..4) > 0
        && let Ok(mut json) = serde_json::from_slice::<Json>(data)
    {
        for _ in 0..random.usize(1..=4) {
            let at = random.usize(..count(&json));
            change_at(&mut json, &mut { at }, other, random);
        }
        return serde_json::to_vec(&json).unwrap();
    }
    let mut bytes = data.to_vec();
    for _ in 0..random.usize(1..=4) {
        change_bytes(&mut bytes, other, random);
    }
    bytes
}

fn change_bytes(bytes: &mut Vec<u8>, other: &[u8], random: &mut Rng) {
    let from = random.usize(..=bytes.len());
    let to = (from + random.usize(..=24)).min(bytes.len());
    let piece = |whole: &[u8], random: &mut Rng| {
        let from = random.usize(..=whole.len());
        whole[from..(from + random.usize(..=64)).min(whole.len())].to_vec()
    };
    let new = match random.u8(..6) {
        0 => Vec::new(),
        1 => vec![random.u8(..)],
        2 => piece(other, random),
        3 => piece(&bytes.clone(), random),
        4 => bytes[from..to].repeat(random.usize(..64)),
        _ => word(random).into_bytes(),
    };
    let end = if random.bool() { from } else { to };
    bytes.splice(from..end, new);
}

/// How many values a document has, itself among them.
fn count(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(count).sum(),
        Json::Object(fields) => fields.values().map(count).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

/// Changes the value of that number in the order of the document.
fn change_at(json: &mut Json, left: &mut usize, other: &[u8], random: &mut Rng) {
    if *left == 0 {
        change(json, other, random);
        *left = usize::MAX;
        return;
    }
    *left -= 1;
    let children: Vec<&mut Json> = match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(fields) => fields.values_mut().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    };
    for child in children {
        change_at(child, left, other, random);
        if *left == usize::MAX {
            return;
        }
    }
}

fn change(json: &mut Json, other: &[u8], random: &mut Rng) {
    match (&mut *json, random.u8(..4)) {
        (Json::Object(fields), 0..2) if !fields.is_empty() => {
            let at = random.usize(..fields.len());
            let name = fields.keys().nth(at).unwrap().clone();
            let value = fields.remove(&name).unwrap();
            if random.bool() {
                fields.insert(word(random), value);
            }
        }
        (Json::Array(items), 0..2) if !items.is_empty() => {
            let at = random.usize(..items.len());
            if random.bool() {
                items.remove(at);
            } else {
                let item = items[at].clone();
                items.extend(std::iter::repeat_n(item, random.usize(1..8)));
            }
        }
        (Json::String(text), 0..2) => {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            text.insert_str(*random.choice(&ends).unwrap(), &word(random));
        }
        _ => *json = value(other, random),
    }
}

fn value(other: &[u8], random: &mut Rng) -> Json {
    match random.u8(..10) {
        0 => Json::Null,
        1 => random.bool().into(),
        2 => (*random.choice(&[0, 1, -1, i64::MIN, i64::MAX]).unwrap()).into(),
        3 => (*random.choice(&[0.5, -0.0, 1e300, f64::MIN_POSITIVE]).unwrap()).into(),
        4 => Json::Array(Vec::new()),
        5 => Json::Object(serde_json::Map::new()),
        6 => serde_json::from_slice(other).unwrap_or_default(),
        7 => (0..random.usize(1..40)).fold(Json::from(word(random)), |inner, _| vec![inner].into()),
        8 => word(random).repeat(random.usize(..64)).chars().take(LARGE).collect::<String>().into(),
        _ => word(random).into(),
    }
}

fn word(random: &mut Rng) -> String {
    (*random.choice(WORDS).unwrap()).to_owned()
}
