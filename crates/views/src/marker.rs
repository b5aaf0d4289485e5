//! The hidden mark by which a comment is known again as the plan of a stack: an HTML comment, first in the body. Names, a
//! fingerprint and numbers of narrow grammar only, never a value. Whoever reads one back trusts it only in a comment that the
//! same account wrote.

use std::fmt;

use model::{EnvironmentName, StackName};

use crate::document::{LONG, Plan};

/// With this every mark begins; what follows is `key=value`, parted by blanks.
const BEGIN: &str = "<!-- gemmactl v1 ";
const END: &str = " -->";

/// The mark of one comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Whose plan.
    pub stack: StackName,
    /// For which environment, if any. Stack and environment together are the key of a sticky comment.
    pub environment: Option<EnvironmentName>,
    /// The plan's fingerprint, 64 hexadecimal digits.
    pub fingerprint: String,
    /// Whether the body shows the whole plan.
    pub extent: Extent,
    /// How many things the plan deletes, those that are made again included.
    pub deletions: usize,
}

/// How much of a plan a body shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Less, to keep within its budget.
    Shortened,
}

impl Marker {
    /// The mark of a plan.
    pub fn of(plan: &Plan, extent: Extent) -> Self {
        Self {
            stack: plan.stack.clone(),
            environment: plan.environment.clone(),
            fingerprint: plan.fingerprint.clone(),
            extent,
            deletions: plan.deletions().count(),
        }
    }

    /// The mark that a body begins with; none if it begins with anything else, or with a mark of another version.
    pub fn read(body: &str) -> Option<Self> {
        let (fields, _) = body.strip_prefix(BEGIN)?.split_once(END)?;
        let field = |name: &str| {
            fields.split(' ').find_map(|field| field.split_once('=').filter(|(key, _)| *key == name))
        };
        let value = |name: &str| field(name).map(|(_, value)| value);
        let fingerprint = value("fp")?;
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if fingerprint.len() != LONG || !fingerprint.chars().all(is_digit) {
            return None;
        }
        Some(Self {
            stack: StackName::parse(value("stack")?).ok()?,
            environment: value("env").map(EnvironmentName::parse).transpose().ok()?,
            fingerprint: fingerprint.to_owned(),
            extent: match value("complete")? {
                "1" => Extent::Whole,
                "0" => Extent::Shortened,
                _other => return None,
            },
            deletions: value("deletes")?.parse().ok()?,
        })
    }
}

/// The comment, without a line break.
impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{BEGIN}stack={}", self.stack)?;
        if let Some(environment) = &self.environment {
            write!(formatter, " env={environment}")?;
        }
        let complete = match self.extent {
            Extent::Whole => 1,
            Extent::Shortened => 0,
        };
        write!(formatter, " fp={} complete={complete} deletes={}{END}", self.fingerprint, self.deletions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_mark_says_whose_plan_it_is_and_is_read_back() {
        let plan = samples::shown(&samples::deleted());
        let mark = Marker::of(&plan, Extent::Whole);
        let text = mark.to_string();
        assert_eq!(
            text,
            "<!-- gemmactl v1 stack=ollama-gemma \
             fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=2 -->"
        );
        assert_eq!(Marker::read(&format!("{text}\n### gemmactl plan")), Some(mark));
        let prod = EnvironmentName::parse("prod").unwrap();
        let plan = crate::document::Plan { environment: Some(prod), ..plan };
        let mark = Marker::of(&plan, Extent::Shortened);
        let text = mark.to_string();
        assert!(text.contains(" env=prod ") && text.contains(" complete=0 "), "{text}");
        assert_eq!(Marker::read(&text), Some(mark));
    }

    #[test]
    fn what_is_no_mark_of_ours_is_none() {
        let plan = samples::shown(&samples::deleted());
        let text = Marker::of(&plan, Extent::Whole).to_string();
        for other in [
            String::new(),
            format!(" {text}"),
            text.replace("v1", "v2"),
            text.replace(" -->", ""),
            text.replace("complete=1", "complete=2"),
            text.replace("fp=0", "fp=x"),
            text.replace("stack=ollama-gemma", "stack=@octocat"),
            text.replace("stack=ollama-gemma", "stack=ollama-gemma env=a/b"),
        ] {
            assert_eq!(Marker::read(&other), None, "{other}");
        }
    }

    #[test]
    fn a_later_version_may_add_fields() {
        let plan = samples::shown(&samples::deleted());
        let mark = Marker::of(&plan, Extent::Whole);
        let text = mark.to_string().replace(" -->", " salt=12 -->");
        assert_eq!(Marker::read(&text), Some(mark));
    }
}
