//! Recorded exchanges of the real services, from any folder of `.jsonl` files, one exchange a line. Knows no API.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The project that recordings are about, after the recorder's placeholders are filled.
pub(crate) const PROJECT: &str = "example-project";
/// Its number.
pub(crate) const NUMBER: &str = "123456789";
/// The id of every operation whose own one was taken out.
pub(crate) const OPERATION: &str = "00000000-0000-4000-8000-000000000000";

/// How an exchange was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorder {
    /// As it went over the wire.
    Cassette,
    /// A log that was tidied: placeholders for ids, fixed times and etags, no polls of unfinished operations, and no
    /// `error.details`.
    Golden,
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// Its place in the run.
    pub(crate) sequence: u64,
    pub(crate) method: String,
    pub(crate) host: String,
    /// Decoded parts of the path, the last one without its verb.
    pub(crate) path: Vec<String>,
    /// What follows the colon of the last part.
    pub(crate) verb: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) request: Value,
    pub(crate) status: u16,
    pub(crate) answer: Value,
    /// Whether the recorder dropped the answer's body.
    pub(crate) is_blanked: bool,
    pub(crate) recorder: Recorder,
}

/// What one recorded test did, in order.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Where it was recorded, for messages.
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Exchange {
    /// A call of the test's own, such as `GET run v2/projects/p/locations/l/services/s`.
    pub(crate) fn imagined(method: &str, api: &str, path: &str, status: u16, answer: Value) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, verb) = path.split_once(':').map_or((path, None), |(path, verb)| (path, Some(verb)));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            sequence: 0,
            method: method.to_owned(),
            host: format!("{api}.googleapis.com"),
            path: path.split('/').map(ToOwned::to_owned).collect(),
            verb: verb.map(ToOwned::to_owned),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            request: Value::Null,
            status,
            answer,
            is_blanked: false,
            recorder: Recorder::Cassette,
        }
    }

    /// Parts of the path, to match on.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The folder that `GEMMACTL_RECORDINGS` names; none, with a message, when it names none.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("GEMMACTL_RECORDINGS").filter(|folder| !folder.is_empty());
    if folder.is_none() {
        eprintln!("skipped: GEMMACTL_RECORDINGS names no folder of recorded exchanges");
    }
    folder.map(PathBuf::from)
}

/// Every run of the folder; none, with a message, when no folder is named.
pub(crate) fn runs() -> Option<Vec<Run>> {
    let folder = folder()?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("reading GEMMACTL_RECORDINGS={}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "GEMMACTL_RECORDINGS={} holds no .jsonl file", folder.display());
    let mut runs: BTreeMap<String, Vec<Exchange>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files {
        read(&file, &mut runs, &mut wrong);
    }
    assert!(wrong.is_empty(), "lines that are no recorded exchange:\n{}", wrong.join("\n"));
    Some(runs.into_iter().map(|(name, exchanges)| in_order(name, exchanges)).collect())
}

fn in_order(name: String, mut exchanges: Vec<Exchange>) -> Run {
    exchanges.sort_by_key(|exchange| exchange.sequence);
    Run { name, exchanges }
}

fn read(file: &Path, runs: &mut BTreeMap<String, Vec<Exchange>>, wrong: &mut Vec<String>) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = format!("{}:{}", file.display(), index + 1);
        match serde_json::from_str::<Value>(&filled(line)) {
            Ok(written) => match exchange(&written) {
                Some((run, exchange)) => runs.entry(run).or_default().push(exchange),
                None => wrong.push(format!("{at}: lacks source, seq, method, url or status")),
            },
            Err(error) => wrong.push(format!("{at}: {error}")),
        }
    }
}

fn exchange(written: &Value) -> Option<(String, Exchange)> {
    let text = |key: &str| written.get(key).and_then(Value::as_str);
    let run = format!("{} @{}", text("source")?, text("commit").unwrap_or("?"));
    let (_, address) = text("url")?.split_once("://")?;
    let (host, target) = address.split_once('/')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut parts: Vec<String> = path.split('/').map(decoded).collect();
    let of_storage = parts.first().is_some_and(|first| first == "storage");
    let mut verb = None;
    if let Some(last) = parts.last_mut().filter(|_| !of_storage)
        && let Some((name, after)) = last.clone().rsplit_once(':')
    {
        name.clone_into(last);
        verb = Some(after.to_owned());
    }
    let query = query.split('&').filter(|pair| !pair.is_empty());
    let query = query.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    let exchange = Exchange {
        sequence: written.get("seq")?.as_u64()?,
        method: text("method")?.to_owned(),
        host: host.to_owned(),
        path: parts,
        verb,
        query: query.collect(),
        request: written.get("request_body").cloned().unwrap_or_default(),
        status: u16::try_from(written.get("status")?.as_u64()?).ok()?,
        answer: written.get("response_body").cloned().unwrap_or_default(),
        is_blanked: written.get("body_blanked_by_recorder").is_some(),
        recorder: if text("recorder") == Some("golden") { Recorder::Golden } else { Recorder::Cassette },
    };
    Some((run, exchange))
}

/// Percent-decoded, `+` as a space.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            (other, _) => {
                bytes.push(*other);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The line with the recorder's placeholders (`${projectId}`, in addresses also `$%7BprojectId%7D`) filled by values of
/// the right form.
fn filled(line: &str) -> String {
    let line = line.replace("$%7B", "${").replace("%7D", "}");
    let mut filled = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind))
                if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') =>
            {
                filled.push_str(&value_of(name));
                rest = behind;
            }
            Some(_) | None => {
                filled.push_str("$(");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn value_of(placeholder: &str) -> String {
    let lower = placeholder.to_ascii_lowercase();
    match lower.as_str() {
        "projectid" => PROJECT.to_owned(),
        "projectnumber" => NUMBER.to_owned(),
        "uniqueid" => "a1b2c3d4".to_owned(),
        "operationid" => OPERATION.to_owned(),
        "creatorid" => "user@example.com".to_owned(),
        // Numbers of organizations, folders and billing accounts.
        _ if lower.contains("organization") || lower.contains("folder") || lower.contains("number") => {
            "987654321".to_owned()
        }
        _ => lower.replace('_', "-"),
    }
}

#[test]
fn placeholders_are_filled_by_values_of_the_right_form() {
    let line = r#"{"url":"https://h/v1/projects/${projectId}/x-$%7BuniqueId%7D","n":"projects/${projectNumber}","j":"${jobID}"}"#;
    let expected =
        r#"{"url":"https://h/v1/projects/example-project/x-a1b2c3d4","n":"projects/123456789","j":"jobid"}"#;
    assert_eq!(filled(line), expected);
    assert_eq!(decoded("a%2Fb+c%zz"), "a/b c%zz");
}
