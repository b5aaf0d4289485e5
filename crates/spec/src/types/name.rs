//! Names that Google Cloud or this tool gives a grammar.

use super::grammar::GrammarError;
use super::text::{grammar_type, text_type};
use crate::text::shown;

/// What a name may look like: how long, how it begins, what may follow, how it must not end.
struct Shape {
    what: &'static str,
    rule: &'static str,
    length: std::ops::RangeInclusive<usize>,
    first: fn(char) -> bool,
    rest: fn(char) -> bool,
    last: fn(char) -> bool,
}

impl Shape {
    fn check(&self, text: &str) -> Result<(), GrammarError> {
        let fits = self.length.contains(&text.chars().count())
            && text.chars().next().is_none_or(self.first)
            && text.chars().all(self.rest)
            && text.chars().next_back().is_none_or(self.last);
        if fits {
            return Ok(());
        }
        let refused =
            GrammarError::new(format!("`{}` is not {}", shown(text), self.what)).with_help(self.rule);
        let lower: String = text.to_ascii_lowercase().replace(['_', ' ', '.'], "-");
        let lower_fits = self.length.contains(&lower.chars().count())
            && lower.chars().next().is_some_and(self.first)
            && lower.chars().all(self.rest)
            && lower.chars().next_back().is_some_and(self.last);
        Err(if lower_fits && lower != text { refused.with_suggestion(lower) } else { refused })
    }
}

fn lower(letter: char) -> bool {
    letter.is_ascii_lowercase()
}

fn lower_digit(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit()
}

fn lower_digit_hyphen(letter: char) -> bool {
    lower_digit(letter) || letter == '-'
}

fn label(letter: char) -> bool {
    lower_digit_hyphen(letter) || letter == '_'
}

grammar_type! {
    /// The stack's name: it owns what this file makes. Lower-case letters, digits and hyphens, 1 to 30 characters,
    /// beginning with a letter.
    StackName, pattern: "^[a-z][a-z0-9-]{0,29}$", examples: ["ollama-gemma"],
    check: |text| Shape {
        what: "a stack name",
        rule: "lower-case letters, digits and hyphens, 1 to 30 characters, beginning with a letter",
        length: 1..=30, first: lower, rest: lower_digit_hyphen, last: lower_digit_hyphen,
    }.check(text),
}

grammar_type! {
    /// A Google Cloud project id (not its number or display name).
    ProjectId, pattern: "^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", examples: ["my-project"],
    check: |text| {
        let (domain, id) = text.rsplit_once(':').unwrap_or(("a", text));
        if domain.is_empty() || !domain.chars().all(|letter| lower_digit_hyphen(letter) || letter == '.') {
            return Err(GrammarError::new(format!("`{}` is not a project id", shown(text))));
        }
        if !id.is_empty() && id.chars().all(|letter| letter.is_ascii_digit()) {
            return Err(GrammarError::new(format!("`{}` is a project number, not a project id", shown(text)))
                .with_help("`gcloud projects list` shows the id beside the number"));
        }
        Shape {
            what: "a project id",
            rule: "6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
            length: 6..=30, first: lower, rest: lower_digit_hyphen, last: lower_digit,
        }.check(id)
    },
}

text_type! {
    /// The name of a declared variable, used as `${name}`.
    VariableName, pattern: "^[A-Za-z_][A-Za-z0-9_-]{0,62}$", examples: ["project"],
    check: |text| Shape {
        what: "a variable name",
        rule: "letters, digits, underscores and hyphens, 1 to 63 characters, beginning with a letter or underscore",
        length: 1..=63,
        first: |letter| letter.is_ascii_alphabetic() || letter == '_',
        rest: |letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-',
        last: |_| true,
    }.check(text),
}

text_type! {
    /// The id of a rule of an operator's policy.
    RuleName, pattern: "^[a-z](?:[a-z0-9-]{0,61}[a-z0-9]){0,1}$", examples: ["eu-only"],
    check: |text| Shape {
        what: "the id of a rule",
        rule: "1 to 63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=63, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

grammar_type! {
    /// The name of an environment of the spec, as `--env` takes it.
    EnvironmentName, pattern: "^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$", examples: ["prod"],
    check: |text| Shape {
        what: "the name of an environment",
        rule: "1 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=30, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// The DNS name of a Google API.
    ApiName, pattern: r"^[a-z][a-z0-9-]*\.googleapis\.com$", examples: ["run.googleapis.com"],
    check: |text| {
        let name = text.strip_suffix(".googleapis.com").unwrap_or_default();
        if name.chars().next().is_some_and(lower) && name.chars().all(lower_digit_hyphen) {
            return Ok(());
        }
        let refused = GrammarError::new(format!("`{}` is not the name of a Google API", shown(text)))
            .with_help("an API is named like `run.googleapis.com`");
        let bare = !text.is_empty() && text.chars().next().is_some_and(lower) && text.chars().all(lower_digit_hyphen);
        Err(if bare { refused.with_suggestion(format!("{text}.googleapis.com")) } else { refused })
    },
}

text_type! {
    /// The id of a service account: the part of its e-mail address before the `@`.
    ServiceAccountId, pattern: "^[a-z][a-z0-9-]{4,28}[a-z0-9]$", examples: ["ollama-run"],
    check: |text| Shape {
        what: "a service account id",
        rule: "6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 6..=30, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// The id of an Artifact Registry repository.
    RepositoryName, pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", examples: ["ollama"],
    check: |text| Shape {
        what: "a repository name",
        rule: "1 to 63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=63, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// The name of an image inside its repository.
    ImageName, pattern: "^[a-z0-9]+([._-][a-z0-9]+)*$", examples: ["ollama-gemma"],
    check: |text| {
        let parts = text.split(['.', '_', '-']);
        let fits = text.len() <= 128 && parts.into_iter().all(|part| !part.is_empty() && part.chars().all(lower_digit));
        if fits { return Ok(()); }
        Err(GrammarError::new(format!("`{}` is not an image name", shown(text)))
            .with_help("lower-case letters and digits in parts joined by one `-`, `_` or `.`, at most 128 characters"))
    },
}

text_type! {
    /// The id of a check, as `docs/checks.md` lists them.
    CheckName, pattern: "^[a-z][a-z-]{0,61}[a-z]$", examples: ["weights-too-large"],
    check: |text| Shape {
        what: "the id of a check",
        rule: "lower-case letters and hyphens, as docs/checks.md lists them",
        length: 2..=63, first: lower, rest: |letter| lower(letter) || letter == '-', last: lower,
    }.check(text),
}

text_type! {
    /// The name of a Cloud Run service.
    ServiceName, pattern: "^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$", examples: ["ollama-gemma"],
    check: |text| Shape {
        what: "a service name",
        rule: "1 to 49 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=49, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// The name of a volume of a service.
    VolumeName, pattern: "^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$", examples: ["models"],
    check: |text| Shape {
        what: "a volume name",
        rule: "1 to 63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=63, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// The name of an environment variable of a container. `PORT` and names beginning with `K_` belong to Cloud Run.
    EnvName, pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["OLLAMA_NUM_PARALLEL"],
    check: |text| {
        if ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"].contains(&text) {
            return Err(GrammarError::new(format!("`{text}` is set by Cloud Run itself"))
                .with_help("for the container's port use `port`"));
        }
        Shape {
            what: "the name of an environment variable",
            rule: "letters, digits and underscores, not beginning with a digit",
            length: 1..=1000,
            first: |letter| letter.is_ascii_alphabetic() || letter == '_',
            rest: |letter| letter.is_ascii_alphanumeric() || letter == '_',
            last: |_| true,
        }.check(text)
    },
}

text_type! {
    /// The name of an HTTP header that a probe sends.
    HeaderName, pattern: "^[A-Za-z0-9-]+$", examples: ["X-Probe"],
    check: |text| Shape {
        what: "the name of an HTTP header", rule: "letters, digits and hyphens",
        length: 1..=200,
        first: |letter| letter.is_ascii_alphanumeric() || letter == '-',
        rest: |letter| letter.is_ascii_alphanumeric() || letter == '-',
        last: |_| true,
    }.check(text),
}

text_type! {
    /// The key of a label. Keys that begin with `gemmactl` are this tool's own marks.
    LabelKey, pattern: "^[a-z][a-z0-9_-]{0,62}$", examples: ["team"],
    check: |text| {
        if text.starts_with("gemmactl") {
            return Err(GrammarError::new(format!("the label `{}` is reserved", shown(text)))
                .with_help("labels beginning with `gemmactl` mark what a stack owns; choose another key"));
        }
        Shape {
            what: "a label key",
            rule: "1 to 63 lower-case letters, digits, underscores and hyphens, beginning with a letter",
            length: 1..=63, first: lower, rest: label, last: label,
        }.check(text)
    },
}

text_type! {
    /// The value of a label: up to 63 lower-case letters, digits, underscores and hyphens; may be empty.
    LabelValue, pattern: "^[a-z0-9_-]{0,63}$", examples: ["search"],
    check: |text| Shape {
        what: "a label value",
        rule: "up to 63 lower-case letters, digits, underscores and hyphens",
        length: 0..=63, first: label, rest: label, last: label,
    }.check(text),
}

text_type! {
    /// A machine type of Cloud Build.
    MachineType, pattern: "^[A-Z][A-Z0-9_]{1,62}$", examples: ["E2_HIGHCPU_8", "E2_HIGHCPU_32"],
    check: |text| {
        let fits = text.chars().next().is_some_and(|letter| letter.is_ascii_uppercase())
            && (2..=63).contains(&text.len())
            && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        if fits { return Ok(()); }
        let refused = GrammarError::new(format!("`{}` is not a machine type of Cloud Build", shown(text)))
            .with_help("machine types are written like `E2_HIGHCPU_8`");
        let upper = text.to_ascii_uppercase().replace('-', "_");
        let near = upper != text && upper.starts_with(|letter: char| letter.is_ascii_uppercase())
            && upper.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        Err(if near { refused.with_suggestion(upper) } else { refused })
    },
}

text_type! {
    /// The name of a revision of a service.
    RevisionName, pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9]){0,1}$", examples: ["ollama-gemma-00001-abc"],
    check: |text| Shape {
        what: "the name of a revision",
        rule: "1 to 63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=63, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}

text_type! {
    /// A tag that gives a revision an address of its own.
    TrafficTag, pattern: "^[a-z](?:[a-z0-9-]{0,44}[a-z0-9])?$", examples: ["next"],
    check: |text| Shape {
        what: "a traffic tag",
        rule: "1 to 46 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
        length: 1..=46, first: lower, rest: lower_digit_hyphen, last: lower_digit,
    }.check(text),
}
