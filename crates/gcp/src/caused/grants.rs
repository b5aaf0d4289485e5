//! Grants that this run wrote, and which refusals they can explain: those of a permission that the role may hold, on what
//! the policy governs, of someone whom the grant may be for.
//!
//! What a role holds is known by name only: a predefined role is of one service, and holds permissions of that service.
//! Source: the naming rules of IAM's predefined roles and permissions.

use model::{Api, Grant, PolicyEdit};
use tokio::time::Instant;

use super::is_within;
use crate::http::Outgoing;

/// Roles that hold permissions of several services: what builds need.
const BUILDER_ROLES: [&str; 3] =
    ["roles/run.builder", "roles/cloudbuild.builds.builder", "roles/run.sourceDeveloper"];

/// One edit that added grants.
pub(super) struct Granted {
    since: Instant,
    /// For people: `project demo-project`.
    shown: String,
    /// The API and the path of what the policy governs.
    api: Api,
    on: String,
    grants: Vec<Grant>,
}

/// Someone who was refused something.
#[derive(Clone, Copy)]
pub(super) struct Refused<'a> {
    /// The permission, if it is known.
    pub(super) permission: Option<&'a str>,
    /// Who asked, as a policy writes it, if known.
    pub(super) caller: Option<&'a str>,
    /// What the API said; it may name an account.
    pub(super) message: &'a str,
}

impl Granted {
    /// The additions of an edit; `None` when it adds nothing.
    pub(super) fn by(edit: &PolicyEdit, now: Instant) -> Option<Self> {
        let path = &edit.policy.write.path;
        let on = path.rsplit_once(':').map_or(path.as_str(), |(thing, _)| thing);
        (!edit.add.is_empty()).then(|| Self {
            since: now,
            shown: edit.policy.shown.clone(),
            api: edit.policy.write.api,
            on: on.trim_end_matches("/iam").to_owned(),
            grants: edit.add.clone(),
        })
    }

    /// Whether it is of this edit.
    pub(super) fn is_of(&self, edit: &PolicyEdit) -> bool {
        self.shown == edit.policy.shown && self.grants == edit.add
    }

    /// When, and on what, if one of its grants may be the one that a refused call lacks. `is_new` tells accounts that
    /// this run made: none of them is the caller.
    pub(super) fn explains(
        &self,
        outgoing: &Outgoing,
        refused: Refused<'_>,
        is_new: impl Fn(&str) -> bool,
    ) -> Option<(Instant, &str)> {
        let governs = self.api == Api::ResourceManager || is_within(&outgoing.path, &self.on);
        let lacks = |grant: &Grant| {
            refused.permission.is_none_or(|permission| may_hold(&grant.role, permission))
                && may_be(&grant.member, refused, &is_new)
        };
        (governs && self.grants.iter().any(lacks)).then_some((self.since, self.shown.as_str()))
    }

    /// When, and on what, if it grants something to an account.
    pub(super) fn names(&self, email: &str) -> Option<(Instant, &str)> {
        let holds = |grant: &Grant| is_account(&grant.member, email);
        self.grants.iter().any(holds).then_some((self.since, self.shown.as_str()))
    }
}

/// Whether a role may hold a permission.
fn may_hold(role: &str, permission: &str) -> bool {
    let service = |text: &str| text.split('.').next().unwrap_or_default().to_lowercase();
    // Custom roles hold anything, and so do the basic ones, which have no service in their name.
    let Some(name) = role.strip_prefix("roles/").filter(|name| name.contains('.')) else { return true };
    service(name) == service(permission) || BUILDER_ROLES.contains(&role)
}

/// Whether a grant may be for the one who was refused.
fn may_be(member: &str, refused: Refused<'_>, is_new: impl Fn(&str) -> bool) -> bool {
    let Some((kind, name)) = member.split_once(':') else { return true };
    if refused.message.contains(name) {
        return true;
    }
    match (kind, refused.caller) {
        ("user", Some(caller)) => member.eq_ignore_ascii_case(caller),
        ("serviceAccount", Some(caller)) => is_account(caller, name),
        ("serviceAccount", None) => !is_new(name),
        // Whoever is in a group or a domain is not told.
        _ => true,
    }
}

fn is_account(member: &str, email: &str) -> bool {
    member.strip_prefix("serviceAccount:").is_some_and(|known| known.eq_ignore_ascii_case(email))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_hold_what_its_service_has_and_builders_hold_more() {
        for (role, permission, expected) in [
            ("roles/run.admin", "run.services.create", true),
            ("roles/run.admin", "storage.buckets.create", false),
            ("roles/serviceusage.serviceUsageConsumer", "serviceusage.services.use", true),
            ("roles/iam.serviceAccountUser", "iam.serviceAccounts.actAs", true),
            ("roles/run.builder", "storage.objects.get", true),
            ("roles/owner", "run.services.create", true),
            ("projects/p/roles/deployer", "run.services.create", true),
        ] {
            assert_eq!(may_hold(role, permission), expected, "{role} {permission}");
        }
    }

    #[test]
    fn a_grant_may_be_for_the_caller_or_for_whom_the_refusal_names() {
        let new = "build@p.iam.gserviceaccount.com";
        for (member, caller, message, expected) in [
            ("user:a@x.example", None, "", true),
            ("user:a@x.example", Some("user:A@x.example"), "", true),
            ("user:a@x.example", Some("user:b@x.example"), "", false),
            ("group:g@x.example", Some("user:b@x.example"), "", true),
            ("serviceAccount:ci@p.iam.gserviceaccount.com", None, "", true),
            ("serviceAccount:ci@p.iam.gserviceaccount.com", Some("user:b@x.example"), "", false),
            ("serviceAccount:build@p.iam.gserviceaccount.com", None, "", false),
            (
                "serviceAccount:build@p.iam.gserviceaccount.com",
                None,
                "build@p.iam.gserviceaccount.com does not have",
                true,
            ),
        ] {
            let refused = Refused { permission: None, caller, message };
            assert_eq!(
                may_be(member, refused, |email| email == new),
                expected,
                "{member} {caller:?} {message}"
            );
        }
    }
}
