//! What a plan opens to everybody. Knows no kind.

use model::policy::everybody;
use model::{Exposure, FieldChange, Json, Place};

use super::{Plan, Way};

/// One way in which something is open to everybody, or will be.
pub struct Public<'plan> {
    /// Where the spec asks for it.
    pub place: Option<&'plan Place>,
    /// Who is let in to what, in a sentence without full stop.
    pub what: String,
}

impl<'plan> Public<'plan> {
    fn of(exposure: &'plan Exposure) -> Self {
        Self { place: exposure.place.as_ref(), what: exposure.what.clone() }
    }
}

impl Plan {
    /// Everything of which nobody knows who gets in, because its policy could not be read.
    pub fn unread_access(&self) -> Vec<Public<'_>> {
        self.unread().map(Public::of).collect()
    }

    /// What stands open to everybody and is known to.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Exposure> {
        self.exposures.iter().filter(|exposure| !exposure.is_unread())
    }

    /// Of what nobody knows whether it stands open.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &Exposure> {
        self.exposures.iter().filter(|exposure| exposure.is_unread())
    }

    /// Everything that is open to everybody already without the spec: what stays so, and what this plan closes.
    pub fn exposed(&self) -> Vec<Public<'_>> {
        let open = self.open().map(Public::of);
        let closes = |field: &FieldChange| {
            let is = |value: &Option<Json>, wanted| value.as_ref().and_then(Json::as_bool) == Some(wanted);
            field.path == "invokerIamCheck" && is(&field.before, false) && !is(&field.after, false)
        };
        let closing = self.changes.iter().filter(|change| change.fields.iter().any(closes));
        open.chain(closing.map(|change| Public {
            place: change.place.as_ref(),
            what: format!("anyone on the internet gets into {} now; this plan closes it", change.id),
        }))
        .collect()
    }

    /// Everything that the plan opens to everybody. Each way counts: a grant, and a service that no longer asks.
    pub fn public_access(&self) -> Vec<Public<'_>> {
        let mut found = vec![];
        for change in &self.changes {
            for access in change.access.iter().filter(|access| access.way == Way::Given) {
                if let Some(who) = everybody(&access.grant.member) {
                    let what = format!("{who} gets {} on {}", access.grant.role, access.on);
                    found.push(Public { place: change.place.as_ref(), what });
                }
            }
            // Source: Cloud Run Admin v2, `Service.invokerIamDisabled`; the spec's word is `invokerIamCheck`.
            let unchecked = |field: &&FieldChange| {
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
