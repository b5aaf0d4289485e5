//! What model servers are told: models, digests, folders of weights.

use super::grammar::GrammarError;
use super::image::check_reference;
use super::text::text_type;
use crate::text::shown;

text_type! {
    /// A model by its Ollama tag; without a tag, `latest` is meant.
    OllamaModel, pattern: r"^([a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9_.-]+/|[A-Za-z0-9_.-]+/)?[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$",
    examples: ["gemma3:4b"],
    check: |text| {
        let refused = || GrammarError::new(format!("`{}` is not a model", shown(text)))
            .with_help("a model is named by its Ollama tag, such as `gemma3:4b`, or `hf.co/OWNER/MODEL:TAG`");
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        let word = |word: &str| !word.is_empty() && !word.starts_with(['.', '-']) && word.chars().all(letter);
        let (before, last) = text.rsplit_once('/').map_or((None, text), |(before, last)| (Some(before), last));
        let (name, tag) = last.split_once(':').unwrap_or((last, "latest"));
        let space = match before.map(|before| before.split('/').collect::<Vec<_>>()).as_deref() {
            None => true,
            Some([namespace]) => word(namespace),
            Some([host, namespace]) => {
                let (host, port) = host.split_once(':').unwrap_or((host, "443"));
                word(host) && !host.chars().any(|letter| letter.is_ascii_uppercase() || letter == '_')
                    && port.parse::<u16>().is_ok() && word(namespace)
            }
            Some(_) => false,
        };
        if space && word(name) && word(tag) && text.len() <= 200 { Ok(()) } else { Err(refused()) }
    },
}

impl OllamaModel {
    /// Where Ollama keeps the model's manifest, below its folder of models. Source: Ollama, `types/model`.
    pub fn manifest(&self) -> String {
        let (before, last) = self.as_str().rsplit_once('/').unwrap_or(("", self.as_str()));
        let (name, tag) = last.split_once(':').unwrap_or((last, "latest"));
        let (host, namespace) = match before.split_once('/') {
            Some(both) => both,
            None if before.is_empty() => ("registry.ollama.ai", "library"),
            None => ("registry.ollama.ai", before),
        };
        format!("manifests/{host}/{namespace}/{name}/{tag}")
    }
}

text_type! {
    /// The digest of a model's manifest in full, or its first twelve digits, which `ollama list` shows as the id.
    ModelDigest, pattern: "^(sha256:[0-9a-f]{64}|[0-9a-f]{12})$", examples: ["a2af6cc3eb7f"],
    check: |text| {
        let hexadecimal = |digits: &str| digits.chars().all(|digit| digit.is_ascii_digit() || ('a'..='f').contains(&digit));
        let fits = match text.strip_prefix("sha256:") {
            Some(digits) => digits.len() == 64 && hexadecimal(digits),
            None => text.len() == 12 && hexadecimal(text),
        };
        if fits { return Ok(()); }
        Err(GrammarError::new(format!("`{}` is not the digest of a model", shown(text)))
            .with_help("write the twelve digits that `ollama list` shows as the id, in quotes, or `sha256:` and 64 hexadecimal digits"))
    },
}

impl ModelDigest {
    /// Its hexadecimal digits: all of them, or the first twelve.
    pub fn digits(&self) -> &str {
        self.as_str().strip_prefix("sha256:").unwrap_or(self.as_str())
    }
}

text_type! {
    /// An image of a registry to build on or to run, with its version or digest.
    BaseImage, pattern: r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
    examples: ["ollama/ollama:0.24.0"],
    check: check_reference,
}

text_type! {
    /// The digest of an image.
    ImageDigest, pattern: "^sha256:[0-9a-f]{64}$",
    examples: ["sha256:0000000000000000000000000000000000000000000000000000000000000000"],
    check: |text| {
        let fits = text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64
            && digits.chars().all(|digit| digit.is_ascii_digit() || ('a'..='f').contains(&digit)));
        if fits { return Ok(()); }
        Err(GrammarError::new(format!("`{}` is not the digest of an image", shown(text)))
            .with_help("a digest is `sha256:` and 64 hexadecimal digits"))
    },
}

text_type! {
    /// The name of a published container with a model inside, as the catalogue has it.
    PrebuiltName, pattern: "^[a-z][a-z0-9._-]{0,62}$", examples: ["gemma3-4b"],
    check: |text| {
        let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
        let fits = text.starts_with(|first: char| first.is_ascii_lowercase()) && text.len() <= 63 && text.chars().all(letter);
        if fits { return Ok(()); }
        Err(GrammarError::new(format!("`{}` is not the name of a published container", shown(text))).with_help("for example `gemma3-4b`"))
    },
}

text_type! {
    /// A folder inside a bucket or an image: parts joined by `/`, none of them `.` or `..`.
    FolderPath, pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$", examples: ["gemma-4-31B-it"],
    check: |text| {
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        let part = |part: &str| part.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') && part.chars().all(letter);
        if text.split('/').all(part) { return Ok(()); }
        let refused = GrammarError::new(format!("`{}` is not a folder of a bucket", shown(text)))
            .with_help("letters, digits, `_`, `.` and `-`, parts joined by `/`, for example `gemma-4-31B-it`");
        let trimmed = text.trim_matches('/');
        Err(if trimmed != text && trimmed.split('/').all(part) { refused.with_suggestion(trimmed) } else { refused })
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_lies_where_ollama_keeps_it() {
        for (model, path) in [
            ("gemma3:4b", "manifests/registry.ollama.ai/library/gemma3/4b"),
            ("gemma3", "manifests/registry.ollama.ai/library/gemma3/latest"),
            ("someone/model:v1", "manifests/registry.ollama.ai/someone/model/v1"),
            ("hf.co/owner/Model-GGUF:Q4_K_M", "manifests/hf.co/owner/Model-GGUF/Q4_K_M"),
        ] {
            assert_eq!(OllamaModel::parse(model).unwrap().manifest(), path);
        }
    }

    #[test]
    fn nothing_that_a_shell_would_obey_is_a_model_a_digest_or_a_folder() {
        for text in
            ["", "a b", "a;b", "$(x)", "`x`", "a\nb", "a'b", "../x", "a//b", "-x", "a:", "a|b", "é", "a/../b"]
        {
            assert!(OllamaModel::parse(text).is_err(), "{text}");
            assert!(ModelDigest::parse(text).is_err(), "{text}");
            assert!(FolderPath::parse(text).is_err(), "{text}");
            assert!(BaseImage::parse(text).is_err(), "{text}");
        }
    }
}
