//! Answers of a cloud that did not agree with itself yet: a read that does not find, or does not allow, what the next read of
//! the same thing finds although nobody made it in between. The emulator has that as a mode of its own; it is not asked for here.

use crate::recording::Exchange;

/// Whether this exchange is such a read.
pub(crate) fn is_lagging(exchanges: &[Exchange], index: usize) -> bool {
    let asked = &exchanges[index];
    if asked.method != "GET" || !matches!(asked.status, 403 | 404) {
        return false;
    }
    let (_, folder) = asked.path.split_last().unwrap();
    for later in &exchanges[index + 1..] {
        if later.method == "POST" && later.is_good() && later.verb.is_none() && later.path == folder {
            return false;
        }
        if later.method == "GET" && later.path == asked.path {
            return later.status != asked.status;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::is_lagging;
    use crate::recording::Exchange;

    fn run(lines: &[(&str, &str, u16)]) -> Vec<Exchange> {
        let make = |(method, path, status): &(&str, &str, u16)| {
            Exchange::imagined(method, "iam", path, *status, Value::Null)
        };
        lines.iter().map(make).collect()
    }

    #[test]
    fn a_read_that_the_next_one_belies_lags() {
        for (lines, expected) in [
            (vec![("GET", "v1/a/x", 404), ("GET", "v1/a/x", 200)], true),
            (vec![("GET", "v1/a/x", 404), ("POST", "v1/a", 409), ("GET", "v1/a/x", 200)], true),
            (vec![("GET", "v1/a/x", 404), ("POST", "v1/a", 200), ("GET", "v1/a/x", 200)], false),
            (vec![("GET", "v1/a/x", 403), ("GET", "v1/a/x", 404)], true),
            (vec![("GET", "v1/a/x", 404), ("GET", "v1/a/x", 404)], false),
            (vec![("GET", "v1/a/x", 404), ("GET", "v1/a/y", 200)], false),
            (vec![("GET", "v1/a/x", 200), ("GET", "v1/a/x", 404)], false),
        ] {
            assert_eq!(is_lagging(&run(&lines), 0), expected, "{lines:?}");
        }
    }
}
