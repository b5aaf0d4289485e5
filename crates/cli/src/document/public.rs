//! What a plan opens to everybody. Knows no kind.

use model::{Json, Place};

use super::{Plan, Way};

/// One way in which the plan opens something to everybody.
pub(crate) struct Public<'plan> {
    /// Where the spec asks for it.
    pub(crate) place: Option<&'plan Place>,
    /// Who is let in to what, in a sentence without full stop.
    pub(crate) what: String,
}

impl Plan {
    /// Everything that the plan opens to everybody. Each way counts: a grant, and a service that no longer asks.
    pub(crate) fn public_access(&self) -> Vec<Public<'_>> {
        let mut found = vec![];
        for change in &self.changes {
            for access in change.access.iter().filter(|access| access.way == Way::Given) {
                if let Some(who) = everybody(&access.grant.member) {
                    let what = format!("{who} gets {} on {}", access.grant.role, access.on);
                    found.push(Public { place: change.place.as_ref(), what });
                }
            }
            // Source: Cloud Run Admin v2, `Service.invokerIamDisabled`; the spec's word is `invokerIamCheck`.
            let unchecked = |field: &&model::FieldChange| {
                field.path == "invokerIamCheck" && field.after.as_ref().and_then(Json::as_bool) == Some(false)
            };
            if change.action.writes() && change.fields.iter().any(|field| unchecked(&field)) {
                let what = format!(
                    "anyone on the internet may call {}, which no longer checks its callers",
                    change.id
                );
                found.push(Public { place: change.place.as_ref(), what });
            }
        }
        found
    }
}

/// The words for members that stand for everybody. Source: IAM, principal identifiers.
fn everybody(member: &str) -> Option<&'static str> {
    if member.eq_ignore_ascii_case("allUsers") {
        Some("anyone on the internet")
    } else if member.eq_ignore_ascii_case("allAuthenticatedUsers") {
        Some("anyone with a Google account")
    } else {
        None
    }
}
