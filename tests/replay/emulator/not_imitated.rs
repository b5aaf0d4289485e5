//! Calls that the emulator does not imitate, and why: `not_imitated.txt`, a line each. Hosts of no imitated API need no line.

use crate::recording::Exchange;

const TABLE: &str = include_str!("not_imitated.txt");

/// Why an exchange is not played; none if it is.
pub(crate) fn reason(exchange: &Exchange) -> Option<&'static str> {
    if exchange.host == "127.0.0.1" || !is_imitated(&exchange.host) {
        return Some("an API that is not imitated");
    }
    lines().find(|line| line.fits(exchange)).map(|line| line.reason)
}

struct Line {
    method: &'static str,
    path: Vec<&'static str>,
    reason: &'static str,
}

fn lines() -> impl Iterator<Item = Line> {
    let text = TABLE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    text.map(|line| {
        let (call, reason) =
            line.split_once('|').unwrap_or_else(|| panic!("not_imitated.txt: no reason in {line}"));
        let (method, path) =
            call.trim().split_once(' ').unwrap_or_else(|| panic!("not_imitated.txt: {line}"));
        Line { method, path: path.trim().split('/').collect(), reason: reason.trim() }
    })
}

impl Line {
    /// `*` stands for any part, `**` at the end for any further ones.
    fn fits(&self, exchange: &Exchange) -> bool {
        let (open, path) = match self.path.split_last() {
            Some((&"**", path)) => (true, path),
            Some(_) | None => (false, self.path.as_slice()),
        };
        let parts = exchange.parts();
        (self.method == "*" || self.method == exchange.method)
            && (parts.len() == path.len() || open && parts.len() > path.len())
            && path.iter().zip(&parts).all(|(wanted, part)| *wanted == "*" || wanted == part)
    }
}

/// The hosts of the imitated APIs, as `docs/emulator.md` lists those.
const IMITATED: &[&str] = &[
    "artifactregistry",
    "cloudbilling",
    "cloudbuild",
    "cloudquotas",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "logging",
    "run",
    "serviceusage",
    "storage",
];

fn is_imitated(host: &str) -> bool {
    let Some(name) = host.strip_suffix(".googleapis.com") else { return false };
    IMITATED.iter().any(|known| {
        name.strip_suffix(known).is_some_and(|region| region.is_empty() || region.ends_with('-'))
    })
}
