//! A request and its answer, as every recording layer hands them over. Knows no API.

use serde_json::Value;

/// A call.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// Host without port; an address of this machine stands for any.
    pub host: String,
    /// Path as it was sent, percent-encoded.
    pub path: String,
    /// Raw query string, without the question mark.
    pub query: String,
    /// What was sent.
    pub request: Content,
    /// What came back, where it is known.
    pub answer: Option<Answer>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its body.
    pub content: Content,
}

/// A body.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// None.
    Empty,
    /// JSON.
    Json(Value),
    /// Something else, or JSON that was too large to be kept.
    Opaque,
}

impl Content {
    /// A body as the emulator's journal keeps it: null for none, text with a length for what is no JSON.
    pub fn of_journal(kept: Value) -> Self {
        match kept {
            Value::Null => Self::Empty,
            Value::String(_) => Self::Opaque,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Self::Json(kept),
        }
    }

    /// A body as it was sent; of a multipart upload, its first part, which is the metadata.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        let json = first_part(bytes).unwrap_or(bytes);
        serde_json::from_slice(json).map_or(Self::Opaque, Self::Json)
    }
}

/// The text between the first part's empty line and the next boundary.
fn first_part(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.strip_prefix(b"--")?;
    let boundary = [b"\r\n--", bytes.get(..position(bytes, b"\r\n")?)?].concat();
    let part = bytes.get(position(bytes, b"\r\n\r\n")? + 4..)?;
    part.get(..position(part, &boundary)?)
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

impl Exchange {
    /// An exchange as the emulator's journal file keeps it; an empty one where a field is missing.
    pub fn of_journal(mut line: Value) -> Self {
        let text =
            |line: &Value, name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let status = line.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let mut content =
            |name: &str| Content::of_journal(line.get_mut(name).map(Value::take).unwrap_or_default());
        let (request, answer) = (content("request"), content("answer"));
        Self {
            method: text(&line, "method"),
            host: text(&line, "host"),
            path: text(&line, "path"),
            query: text(&line, "query"),
            request,
            answer: status.map(|status| Answer { status, content: answer }),
        }
    }

    /// The query's parameters, decoded.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name), decoded(value))
            })
            .collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// A part of a query without its escapes.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                std::str::from_utf8(&digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                    .unwrap_or(b'%')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_metadata_of_a_multipart_upload_is_found() {
        let body =
            b"--x\r\ncontent-type: application/json\r\n\r\n{\"name\": \"a\"}\r\n--x\r\n\r\ncontent\r\n--x--";
        assert_eq!(Content::of_bytes(body), Content::Json(json!({"name": "a"})));
        assert_eq!(Content::of_bytes(b"--x"), Content::Opaque);
    }

    #[test]
    fn queries_are_decoded() {
        let line = json!({"query": "a=b%2Fc+d&e", "status": 200});
        let exchange = Exchange::of_journal(line);
        assert_eq!(exchange.parameters(), [("a".into(), "b/c d".into()), ("e".into(), String::new())]);
    }
}
