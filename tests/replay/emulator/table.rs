//! The listed differences: `differences.txt`, a line each, with a reason. A difference that is not listed fails the test, and so
//! does a line that nothing needs, so that the list can only shrink.

use std::collections::BTreeMap;

use conformance::table::{Api, apis};

use super::compare::Difference;
use crate::recording::Exchange;

const TABLE: &str = include_str!("differences.txt");

/// A difference and where it was seen.
#[derive(Debug)]
pub(crate) struct Found {
    /// The method, such as `run.projects.locations.services.get`.
    pub(crate) method: String,
    /// The recorded status.
    pub(crate) status: u16,
    pub(crate) difference: Difference,
    /// Run and exchange, for messages.
    pub(crate) at: String,
}

/// A line of the table.
#[derive(Debug, PartialEq, Eq)]
struct Line<'text> {
    text: &'text str,
    /// A method, or the beginning of several with `*` behind it.
    method: &'text str,
    status: &'text str,
    way: &'text str,
    path: &'text str,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table<'text> {
    lines: Vec<Line<'text>>,
    runs: usize,
    exchanges: usize,
}

/// The table while differences are held against it.
#[derive(Debug)]
pub(crate) struct Judged<'table> {
    table: &'table Table<'table>,
    needed: Vec<bool>,
    unlisted: BTreeMap<String, (usize, String)>,
}

impl Table<'static> {
    /// The one that is committed.
    pub(crate) fn committed() -> Self {
        Table::read(TABLE).unwrap_or_else(|wrong| panic!("differences.txt: {wrong}"))
    }
}

impl<'text> Table<'text> {
    /// Reads a table; the error says which line is none.
    pub(crate) fn read(text: &'text str) -> Result<Self, String> {
        let mut table = Table { lines: Vec::new(), runs: 0, exchanges: 0 };
        for text in text.lines().map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('#')) {
            if let Some(origin) = text.strip_prefix("made from ") {
                let numbers: Vec<usize> = origin.split(' ').filter_map(|word| word.parse().ok()).collect();
                let [runs, exchanges] = numbers.as_slice() else { return Err(text.to_owned()) };
                (table.runs, table.exchanges) = (*runs, *exchanges);
                continue;
            }
            table
                .lines
                .push(line(text).ok_or_else(|| format!("not `METHOD STATUS WAY FIELD | reason`: {text}"))?);
        }
        Ok(table)
    }

    /// Whether a folder of so many runs and exchanges is the one that the table was made from.
    pub(crate) fn is_made_from(&self, runs: usize, exchanges: usize) -> bool {
        (self.runs, self.exchanges) == (runs, exchanges)
    }

    /// Begins to hold differences against it.
    pub(crate) fn judge(&self) -> Judged<'_> {
        Judged { table: self, needed: vec![false; self.lines.len()], unlisted: BTreeMap::new() }
    }
}

fn line(text: &str) -> Option<Line<'_>> {
    let (key, reason) = text.split_once('|')?;
    let words: Vec<&str> = key.split_whitespace().collect();
    let (method, status, way, path) = match words.as_slice() {
        [method, status, way] => (*method, *status, *way, ""),
        [method, status, way, path] => (*method, *status, *way, *path),
        _ => return None,
    };
    (!reason.trim().is_empty()).then_some(Line { text, method, status, way, path })
}

impl Line<'_> {
    fn is_about(&self, found: &Found) -> bool {
        let of_method = match self.method.strip_suffix('*') {
            Some(beginning) => found.method.starts_with(beginning),
            None => found.method == self.method,
        };
        of_method
            && self.status == found.status.to_string()
            && self.way == found.difference.way.word()
            && self.path == found.difference.path
    }
}

impl Judged<'_> {
    /// Holds one difference against the table.
    pub(crate) fn add(&mut self, found: Found) {
        let mut is_listed = false;
        for (line, needed) in self.table.lines.iter().zip(&mut self.needed) {
            if line.is_about(&found) {
                *needed = true;
                is_listed = true;
            }
        }
        if !is_listed {
            let Difference { way, path, detail } = found.difference;
            let key = format!("{} {} {} {path}", found.method, found.status, way.word());
            let example = format!("{detail}\n      {}", found.at);
            self.unlisted.entry(key.trim_end().to_owned()).or_insert((0, example)).0 += 1;
        }
    }

    /// The number of listed differences.
    pub(crate) fn listed(&self) -> usize {
        self.table.lines.len()
    }

    /// What is not listed, with how often and an example.
    pub(crate) fn unlisted(&self) -> Vec<String> {
        let show = |(key, (times, example)): (&String, &(usize, String))| {
            format!("{key} ({times} times)\n      {example}")
        };
        self.unlisted.iter().map(show).collect()
    }

    /// Lines that no difference needed.
    pub(crate) fn unneeded(&self) -> Vec<&str> {
        let lines = self.table.lines.iter().zip(&self.needed).filter(|(_, needed)| !**needed);
        lines.map(|(line, _)| line.text).collect()
    }
}

/// The method that an exchange calls, by Google's documents; what no document has, by its own path.
pub(crate) fn method_of(exchange: &Exchange) -> String {
    let parts = exchange.parts();
    let serves = |api: &&Api| {
        exchange.host.strip_suffix(&api.host).is_some_and(|region| region.is_empty() || region.ends_with('-'))
    };
    let methods = apis().iter().filter(serves).flat_map(|api| &api.methods);
    let mut fitting = methods.filter(|method| {
        method.verb == exchange.method && method.path.fits(&parts, exchange.verb.as_deref())
    });
    match fitting.next() {
        Some(method) => method.id.clone(),
        None => format!("{}:{}/{}", exchange.method, exchange.host, parts.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::Way;
    use super::*;

    fn found(method: &str, path: &str) -> Found {
        let difference = Difference { way: Way::Extra, path: path.to_owned(), detail: "[Text]".to_owned() };
        Found { method: method.to_owned(), status: 200, difference, at: "here".to_owned() }
    }

    #[test]
    fn a_difference_has_to_be_listed_and_a_line_has_to_be_needed() {
        let text = "made from 2 runs, 3 exchanges\n# talk\nrun.services.* 200 extra urls | newer\nrun.get 404 status | why\n";
        let text = text.replace("runs,", "runs and");
        let table = Table::read(&text).unwrap();
        assert!(table.is_made_from(2, 3) && !table.is_made_from(2, 4));
        let mut judged = table.judge();
        judged.add(found("run.services.get", "urls"));
        assert_eq!(judged.unlisted(), Vec::<String>::new());
        assert_eq!(judged.unneeded(), ["run.get 404 status | why"]);
        judged.add(found("run.services.get", "uri"));
        judged.add(found("run.services.get", "uri"));
        assert_eq!(judged.unlisted(), ["run.services.get 200 extra uri (2 times)\n      [Text]\n      here"]);
    }

    #[test]
    fn a_line_without_a_reason_is_none() {
        for text in ["run.get 200 extra urls", "run.get 200 extra urls | ", "run.get 200 | why"] {
            assert!(Table::read(text).is_err(), "{text}");
        }
    }
}
