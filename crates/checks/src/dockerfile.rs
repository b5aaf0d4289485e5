//! As much of a Dockerfile as tells which server and model an image holds: `FROM`, `ARG`, `ENV`, `RUN … ollama pull` and how
//! the container starts. Never fails: what is not understood is not there. Source: the Dockerfile reference.

use std::collections::BTreeMap;
use std::ops::Range;

/// What a Dockerfile says, of its last stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    /// The base image, with the bytes at which it is named.
    pub(crate) base: Option<(String, Range<usize>)>,
    /// Environment variables.
    pub(crate) env: BTreeMap<String, String>,
    /// Models that are pulled into the image.
    pub(crate) models: Vec<String>,
    /// What runs when the container starts: the words of `ENTRYPOINT` and `CMD`.
    pub(crate) start: Vec<String>,
}

impl Dockerfile {
    /// Reads a text; build arguments take the place of defaults.
    pub(crate) fn read(text: &str, arguments: &BTreeMap<String, String>) -> Self {
        let mut file = Self::default();
        let mut variables: BTreeMap<String, String> = BTreeMap::new();
        for (keyword, rest, at) in instructions(text) {
            match keyword.as_str() {
                "FROM" => {
                    let name =
                        rest.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or_default();
                    let begin = text
                        .get(at.clone())
                        .and_then(|line| line.find(name))
                        .map_or(at.start, |inside| at.start + inside);
                    let base = (expand(name, &variables), begin..begin + name.len());
                    file = Self { base: Some(base), ..Self::default() };
                }
                "ARG" => {
                    for (name, value) in assignments(&rest) {
                        let value =
                            arguments.get(&name).cloned().unwrap_or_else(|| expand(&value, &variables));
                        variables.insert(name, value);
                    }
                }
                "ENV" => {
                    for (name, value) in assignments(&rest) {
                        let value = expand(&value, &variables);
                        variables.insert(name.clone(), value.clone());
                        file.env.insert(name, value);
                    }
                }
                "RUN" => file.models.extend(pulled(&expand(&rest, &variables))),
                "ENTRYPOINT" => file.start = words(&rest),
                "CMD" => file.start.extend(words(&rest)),
                _ => {}
            }
        }
        file
    }

    /// The model that the image holds: the last that is pulled, or what `MODEL` says.
    pub(crate) fn model(&self) -> Option<&str> {
        self.models.last().or(self.env.get("MODEL")).map(String::as_str)
    }
}

/// Each instruction with its keyword in capitals, its arguments on one line, and the bytes of its first line.
fn instructions(text: &str) -> Vec<(String, String, Range<usize>)> {
    let mut found: Vec<(String, String, Range<usize>)> = Vec::new();
    let mut at = 0;
    let mut goes_on = false;
    let mut heredoc: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let plain = line.trim();
        if let Some(end) = &heredoc {
            if plain == end {
                heredoc = None;
            } else if let Some((_, rest, _)) = found.last_mut() {
                rest.push(' ');
                rest.push_str(plain);
            }
            continue;
        }
        if plain.is_empty() || plain.starts_with('#') {
            continue;
        }
        let (kept, more) = plain.strip_suffix('\\').map_or((plain, false), |kept| (kept.trim_end(), true));
        if goes_on {
            if let Some((_, rest, _)) = found.last_mut() {
                rest.push(' ');
                rest.push_str(kept);
            }
        } else {
            let (keyword, rest) = kept.split_once(char::is_whitespace).unwrap_or((kept, ""));
            found.push((keyword.to_ascii_uppercase(), rest.trim().to_owned(), start..at));
        }
        goes_on = more;
        if !more {
            heredoc = found.last().and_then(|(_, rest, _)| heredoc_end(rest));
        }
    }
    found
}

fn heredoc_end(rest: &str) -> Option<String> {
    let (_, after) = rest.split_once("<<")?;
    let word = after.trim_start_matches('-').split_whitespace().next()?.trim_matches(['"', '\'']);
    (!word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_'))
        .then(|| word.to_owned())
}

/// The models of `ollama pull MODEL`.
fn pulled(command: &str) -> Vec<String> {
    let words: Vec<&str> = command
        .split(|letter: char| letter.is_whitespace() || ";&|()".contains(letter))
        .map(|word| word.trim_matches(['"', '\'']))
        .filter(|word| !word.is_empty())
        .collect();
    let triples = words.windows(3).filter_map(|words| match words {
        [program, "pull", model] if program.rsplit('/').next() == Some("ollama") => Some((*model).to_owned()),
        _ => None,
    });
    triples.collect()
}

/// `NAME=value OTHER="a value"`, or the older `NAME value`.
fn assignments(rest: &str) -> Vec<(String, String)> {
    if !rest.split_whitespace().next().unwrap_or_default().contains('=') {
        let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        return vec![(name.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned())];
    }
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in rest.chars().chain([' ']) {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter.is_whitespace() => {
                if let Some((name, value)) = word.split_once('=') {
                    found.push((name.to_owned(), value.to_owned()));
                }
                word.clear();
            }
            Some(_) | None => word.push(letter),
        }
    }
    found
}

/// The words of a command, in either form: `["ollama", "serve"]` or `ollama serve`.
fn words(rest: &str) -> Vec<String> {
    let words = rest.split(|letter: char| letter.is_whitespace() || "[],\"'".contains(letter));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A text with `$NAME`, `${NAME}` and `${NAME:-default}` replaced.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        let inside = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let (name, default, tail) = if let Some((inside, tail)) = inside {
            let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
            (name, default, tail)
        } else {
            let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
            let (name, tail) = after.split_at(after.find(ends).unwrap_or(after.len()));
            (name, "", tail)
        };
        done.push_str(variables.get(name).map_or(default, String::as_str));
        rest = tail;
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, arguments: &[(&str, &str)]) -> Dockerfile {
        let arguments =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Dockerfile::read(text, &arguments)
    }

    #[test]
    fn the_tutorials_file_is_understood() {
        let text = "FROM ollama/ollama:latest\nENV OLLAMA_HOST 0.0.0.0:8080\nENV MODEL gemma3:4b\n\
            RUN ollama serve & sleep 5 && ollama pull $MODEL\nENTRYPOINT [\"ollama\", \"serve\"]\n";
        let file = read(text, &[]);
        assert_eq!(file.base, Some(("ollama/ollama:latest".to_owned(), 5..25)));
        assert_eq!(file.env["OLLAMA_HOST"], "0.0.0.0:8080");
        assert_eq!(
            (file.models, file.start),
            (vec!["gemma3:4b".to_owned()], vec!["ollama".to_owned(), "serve".to_owned()])
        );
    }

    #[test]
    fn arguments_stages_and_long_lines_are_followed() {
        let text = "ARG VERSION=1\nFROM --platform=x golang:1 AS tool\nENV A=1\nFROM base:${VERSION}\nARG MODEL=gemma3:4b\n\
            ENV B=\"two words\" C=${MODEL:-none}\nRUN ollama serve & \\\n  # waits\n  /bin/ollama pull '$MODEL' ; true\n\
            RUN <<EOF\nollama pull second:1\nEOF\nCMD serve\n";
        let file = read(text, &[("MODEL", "gemma3:1b")]);
        assert_eq!(file.base.map(|(base, _)| base), Some("base:1".to_owned()));
        assert_eq!(file.models, ["gemma3:1b", "second:1"]);
        assert_eq!(
            (file.env.get("A"), file.env["B"].as_str(), file.env["C"].as_str()),
            (None, "two words", "gemma3:1b")
        );
    }

    #[test]
    fn no_text_makes_it_stumble() {
        for text in [
            "",
            "FROM",
            "\\",
            "FROM x\nENV",
            "ENV A=\"",
            "RUN <<\nx",
            "FROM $",
            "FROM ${",
            "é $é ${é",
            "CMD [",
        ] {
            read(text, &[]);
        }
    }
}
