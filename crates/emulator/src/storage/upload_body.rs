//! The body of a multipart upload (`multipart/related`, RFC 2387): JSON metadata, then the content.

use bytes::Bytes;
use serde_json::{Map, Value as Json};

/// The two parts.
#[derive(Debug)]
pub(super) struct Multipart {
    pub(super) metadata: Map<String, Json>,
    pub(super) content_type: Option<String>,
    pub(super) content: Bytes,
}

impl Multipart {
    /// Takes a body apart; the error is what the service would say.
    pub(super) fn parse(content_type: &str, body: &Bytes) -> Result<Self, String> {
        let boundary =
            boundary(content_type).ok_or("Multipart upload without a boundary in its Content-Type.")?;
        let mut parts = split(body, &boundary).into_iter();
        let (Some((_, metadata)), Some((head, content)), None) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("Multipart upload must have exactly two parts.".to_owned());
        };
        let metadata = serde_json::from_slice::<Map<String, Json>>(&metadata)
            .map_err(|error| format!("Metadata part is not a JSON object: {error}"))?;
        let content_type = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
        });
        Ok(Self { metadata, content_type, content })
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/related") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"').trim_matches('\''))
    })?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// Header block and content of each part: what is between two lines that are the boundary.
fn split(body: &Bytes, boundary: &str) -> Vec<(String, Bytes)> {
    let mark = format!("--{boundary}");
    let marks: Vec<(usize, usize)> = lines(body)
        .filter(|(_, line)| {
            line.strip_prefix(mark.as_bytes())
                .is_some_and(|rest| matches!(rest.trim_ascii_end(), b"" | b"--"))
        })
        .map(|(start, line)| (start, start + line.len()))
        .collect();
    let gaps = marks.iter().zip(marks.iter().skip(1));
    gaps.map(|((_, start), (end, _))| split_head(&trim_line_end(&body.slice(*start..*end)))).collect()
}

/// Each line with its end, and where it starts.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    text.split_inclusive(|byte| *byte == b'\n').scan(0, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line))
    })
}

fn trim_line_end(part: &Bytes) -> Bytes {
    match part.as_ref() {
        [.., b'\r', b'\n'] => part.slice(..part.len() - 2),
        [.., b'\n'] => part.slice(..part.len() - 1),
        _ => part.clone(),
    }
}

/// Headers end at the first empty line; a part may have none.
fn split_head(part: &Bytes) -> (String, Bytes) {
    match lines(part).find(|(_, line)| matches!(*line, b"\r\n" | b"\n")) {
        Some((at, gap)) => {
            (String::from_utf8_lossy(&part.slice(..at)).into_owned(), part.slice(at + gap.len()..))
        }
        None => (String::new(), part.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_content_are_told_apart() {
        let body = Bytes::from_static(
            b"--x y\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{\"name\":\"a\"}\r\n--x y\r\n\
              content-type: text/plain\r\nMIME-Version: 1.0\r\n\r\none\r\n\r\n--x two\r\n--x y--\r\n",
        );
        let parts = Multipart::parse("multipart/related; boundary=\"x y\"", &body).unwrap();
        assert_eq!(parts.metadata["name"], "a");
        assert_eq!(parts.content_type.as_deref(), Some("text/plain"));
        assert_eq!(parts.content, Bytes::from_static(b"one\r\n\r\n--x two"));
    }

    #[test]
    fn bodies_that_are_not_two_parts_are_refused() {
        for (kind, body) in [
            ("text/plain", "--a\r\n\r\n{}\r\n--a\r\n\r\nx\r\n--a--"),
            ("multipart/related", "--a\r\n\r\n{}\r\n--a--"),
            ("multipart/related; boundary=a", "--a\r\n\r\n{}\r\n--a--"),
            ("multipart/related; boundary=a", "--a\r\n\r\nnot json\r\n--a\r\n\r\nx\r\n--a--"),
        ] {
            assert!(Multipart::parse(kind, &Bytes::from(body)).is_err(), "{kind} {body}");
        }
    }
}
