//! Holds writes against the rule that each is conditional where its API lets it be: on an etag or a generation, on a name
//! that must be free, on an id that no later namesake has. Which of these a method takes is read from the documents.

use serde_json::Value;

use super::find::{Route, Target, targets};
use super::unconditional::{UNCONDITIONAL, Unconditional};
use crate::exchange::{Content, Exchange};
use crate::table::{Access, Kind};

/// What a write, or a call that is none, says about conditions.
#[derive(Debug, Clone)]
pub enum Condition {
    /// It only asks, or no document has it.
    NoWrite,
    /// It carries one.
    Met,
    /// Its API takes none, or another one stands in its place.
    Excused(&'static Unconditional),
    /// It carries none.
    Missing(String),
}

/// Verbs of calls that are sent by POST and change nothing.
const ASKING: [&str; 4] = ["getIamPolicy", "list", "testIamPermissions", "wait"];

/// Query parameters that make a write conditional.
const PARAMETERS: [&str; 4] = ["etag", "ifGenerationMatch", "ifMetagenerationMatch", "generation"];

/// How a method takes a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Means {
    /// By one of these query parameters.
    Parameter(Vec<&'static str>),
    /// By this field of the body.
    Field(&'static [&'static str]),
    /// By making something under a name, which must be free.
    Name(&'static str),
    /// By the account's unique id in the path. Source: IAM v1, `projects.serviceAccounts.delete`.
    UniqueId,
}

/// Looks for the condition of a call.
pub fn condition(exchange: &Exchange) -> Condition {
    let mut missing = None;
    for target in targets(exchange) {
        if only_asks(exchange, target) {
            return Condition::NoWrite;
        }
        if let Some(excused) =
            UNCONDITIONAL.iter().find(|excused| excused.covers(&target.method.id, exchange))
        {
            return Condition::Excused(excused);
        }
        match means(target) {
            Some(means) if means.are_used(exchange) => return Condition::Met,
            Some(means) => missing = Some(format!("{}: carries no {}", target.method.id, means.shown())),
            None => {
                missing = Some(format!("{}: takes no condition, and no reason is given", target.method.id));
            }
        }
    }
    missing.map_or(Condition::NoWrite, Condition::Missing)
}

fn only_asks(exchange: &Exchange, target: Target) -> bool {
    let asks = target.method.path.verb.as_deref().is_some_and(|verb| ASKING.contains(&verb));
    // What follows in a session is bound to the request that opened it.
    let of_session = target.route == Route::Upload && exchange.parameter("upload_id").is_some();
    asks || of_session || target.method.verb == "GET"
}

/// How a method takes a condition, as far as the documents tell.
pub(crate) fn means(target: Target) -> Option<Means> {
    let Target { api, method, .. } = target;
    let parameters: Vec<&str> =
        PARAMETERS.into_iter().filter(|name| method.parameters.contains_key(*name)).collect();
    if !parameters.is_empty() {
        return Some(Means::Parameter(parameters));
    }
    if method.id == "iam.projects.serviceAccounts.delete" {
        return Some(Means::UniqueId);
    }
    let field = |schema: Option<&String>, name: &str| {
        let field = api.schemas.get(schema?)?.fields.get(name)?;
        (field.access == Access::Input).then_some(&field.kind)
    };
    let takes = method.takes.as_ref();
    if [".create", ".insert"].iter().any(|end| method.id.ends_with(end)) {
        let parameters = ["serviceId", "repositoryId"].into_iter();
        let parameter = parameters.clone().find(|name| method.parameters.contains_key(*name));
        return parameter
            .or_else(|| ["accountId", "name"].into_iter().find(|name| field(takes, name).is_some()))
            .map(Means::Name);
    }
    if field(takes, "etag").is_some() {
        return Some(Means::Field(&["etag"]));
    }
    match field(takes, "policy") {
        Some(Kind::Object(policy)) if field(Some(policy), "etag").is_some() => {
            Some(Means::Field(&["policy", "etag"]))
        }
        Some(_) | None => None,
    }
}

impl Means {
    fn are_used(&self, exchange: &Exchange) -> bool {
        let sent = |name: &str| exchange.parameter(name).is_some_and(|value| !value.is_empty());
        let said = |path: &[&str]| match &exchange.request {
            Content::Json(body) => path
                .iter()
                .try_fold(body, |value, name| value.get(name))
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty()),
            Content::Empty | Content::Opaque => false,
        };
        match self {
            Self::Parameter(names) => names.iter().any(|name| sent(name)),
            Self::Field(path) => said(path),
            Self::Name(name) => sent(name) || said(&[*name]),
            Self::UniqueId => {
                let last = exchange.path.rsplit('/').next().unwrap_or_default();
                !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Parameter(names) => format!("`{}` in the query", names.join("` or `")),
            Self::Field(path) => format!("`{}` in the body", path.join(".")),
            Self::Name(name) => format!("`{name}` of what is made"),
            Self::UniqueId => "unique id in the path".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::apis;

    #[test]
    fn what_is_excused_for_want_of_a_condition_has_none_in_the_documents() {
        for excused in UNCONDITIONAL {
            let found = apis().iter().find_map(|api| {
                let method = api.methods.iter().find(|method| method.id == excused.method)?;
                Some(Target { api, method, route: Route::Plain })
            });
            let target = found.unwrap_or_else(|| panic!("{} is no method of the tables", excused.method));
            assert_eq!(means(target).is_some(), excused.has_other_means(), "{}", excused.method);
        }
    }
}
