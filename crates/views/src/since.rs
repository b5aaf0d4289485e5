//! What is different from an earlier plan, a line each; the same lines on a terminal, in Markdown and in an error.

use std::fmt;

use model::{Action, FieldChange};

use super::Symbols;
use super::escape::escape;
use super::line::arrow;
use super::value::{self, Length};
use super::words::action_verb;
use crate::document::since::{Difference, Side};
use crate::document::{Access, Way};

/// One difference, told.
pub struct Told {
    /// `+` for what only the later plan does, `-` for what only the earlier one did, `!` for the rest.
    pub sign: &'static str,
    /// What is different, escaped.
    pub text: String,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.sign, self.text)
    }
}

/// Each difference.
pub fn lines(differences: &[Difference], symbols: Symbols) -> Vec<Told> {
    let told = |difference| {
        let (sign, text) = told(difference, symbols);
        Told { sign, text: escape(&text).into_owned() }
    };
    differences.iter().map(told).collect()
}

/// Everything that is different, for a comment: in a fence, where no text is mark-up.
pub fn markdown(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "\n**Since the earlier plan**: nothing; both do the same\n".to_owned();
    }
    let lines: Vec<String> = lines(differences, Symbols::Unicode)
        .iter()
        .map(|told| super::plan_markdown::fence_line("", &told.to_string()))
        .collect();
    format!("\n**Since the earlier plan**:\n\n{}", super::plan_markdown::fence(&lines))
}

/// A sentence for a comment that stands in the place of one about another plan, of which only the fingerprint is known.
pub fn replaced(fingerprint: &str) -> String {
    let shown: String = fingerprint.chars().take(crate::document::SHORT).collect();
    format!(
        "The plan that stood here before was {}; this is another one.",
        super::plan_markdown::code(&shown)
    )
}

fn told(difference: &Difference, symbols: Symbols) -> (&'static str, String) {
    let change = |field: Option<&FieldChange>| change(field, symbols);
    match difference {
        Difference::Subject { was, is } => ("!", format!("it was for {was}, and is for {is}")),
        Difference::Action { id, was: None, is } => ("+", format!("{id}  {}", verb(*is))),
        Difference::Action { id, was, is: None } => ("-", format!("{id}  {}", verb(*was))),
        Difference::Action { id, was, is } => ("!", format!("{id}  {}, was {}", verb(*is), verb(*was))),
        Difference::Field { id, path, was: None, is } => {
            ("+", format!("{id}  {path}  {}", change(is.as_deref())))
        }
        Difference::Field { id, path, was, is: None } => {
            ("-", format!("{id}  {path}  {}", change(was.as_deref())))
        }
        Difference::Field { id, path, was, is } => {
            ("!", format!("{id}  {path}  {}, was {}", change(is.as_deref()), change(was.as_deref())))
        }
        Difference::Access { side, access } => (sign(*side), grant(access)),
        Difference::Calls { id } => {
            ("!", format!("{id}  the same change of another state: it was written to in between"))
        }
        Difference::Blocked { side: Side::Is, id } => ("+", format!("{id}  is refused or cannot be read")),
        Difference::Blocked { side: Side::Was, id } => {
            ("-", format!("{id}  is no longer refused, and can be read"))
        }
        Difference::Inner => ("!", "the order, or what the record remembers".to_owned()),
    }
}

fn sign(side: Side) -> &'static str {
    match side {
        Side::Was => "-",
        Side::Is => "+",
    }
}

fn verb(action: Option<Action>) -> &'static str {
    action.map_or("not in the plan", action_verb)
}

fn change(field: Option<&FieldChange>, symbols: Symbols) -> String {
    let Some(field) = field else { return "as it is".to_owned() };
    let (old, new) = value::pair(&field.path, field.before.as_ref(), field.after.as_ref(), Length::Short);
    format!("{old} {} {new}", arrow(symbols))
}

fn grant(access: &Access) -> String {
    let way = match access.way {
        Way::Given => "gets",
        Way::Taken => "loses",
    };
    format!("{} {way} {} on {}", access.grant.member, access.grant.role, access.on)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples;
    use super::*;

    fn lines(differences: &[Difference]) -> Vec<String> {
        super::lines(differences, Symbols::Unicode).iter().map(Told::to_string).collect()
    }

    fn of(plan: &model::Plan) -> crate::document::Plan {
        crate::document::Plan::of(plan, model::Ignored::default())
    }

    #[test]
    fn only_what_the_later_plan_does_otherwise_is_told() {
        let was = samples::edited();
        let mut is = samples::edited();
        let service = is.changes.iter_mut().find(|change| change.id.kind() == "service").unwrap();
        service.fields[0].after = Some(json!(16));
        service.fields.remove(1);
        is.changes.pop();
        is.changes.push(samples::role("storage.admin", Action::Create, model::Reason::NotFound, 39));
        let (was, is) = (of(&was), of(&is));
        insta::assert_snapshot!(lines(&is.since(&was)).join("\n"), @r"
        ! service/ollama-gemma  concurrency  4 → 16, was 4 → 8
        - service/ollama-gemma  env.OLLAMA_NUM_PARALLEL  4 → 8
        + user:me@example.com gets roles/storage.admin on project demo-project
        - user:ana@acme.example loses roles/run.invoker on service ollama-gemma
        ");
        assert_eq!(was.since(&was), []);
    }

    #[test]
    fn plans_for_different_things_are_not_compared_line_by_line() {
        let (was, is) = (of(&samples::edited()), of(&samples::destroyed()));
        assert_eq!(
            lines(&is.since(&was)),
            [
                "! it was for stack ollama-gemma in project demo-project, and is for destroying stack ollama-gemma in \
                 project demo-project"
            ]
        );
    }
}
