//! IAM policies as every service keeps them: bindings, conditions, etag. Whose policy it is, is not known here.
//! Behaviour: Resource Manager's getIamPolicy and setIamPolicy as recorded, and the IAM policy reference.

mod members;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::refuse_unknown;
use crate::clock::micros;
use crate::error::ApiError;
use crate::world::Project;

/// The etag of a policy that was never written.
const NEVER_WRITTEN: &str = "ACAB";

/// An IAM policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    /// 1, or 3 once it has had a condition.
    #[serde(default)]
    pub(crate) version: i64,
    /// Who has which role.
    #[serde(default)]
    pub(crate) bindings: Vec<Binding>,
    /// Kept as it was sent.
    #[serde(default)]
    pub(crate) audit_configs: Vec<Value>,
    /// Changes with each write.
    pub(crate) etag: String,
}

/// One role's members, under one condition or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Binding {
    /// Such as `roles/run.invoker`.
    pub(crate) role: String,
    /// Such as `user:me@example.com`.
    #[serde(default)]
    pub(crate) members: Vec<String>,
    /// Only in effect when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<Value>,
}

/// Whether anonymous members are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anonymous {
    /// `allUsers` and `allAuthenticatedUsers` are taken.
    Taken,
    /// They are refused, as projects do.
    Refused,
}

impl Default for Policy {
    fn default() -> Self {
        Self { version: 0, bindings: Vec::new(), audit_configs: Vec::new(), etag: NEVER_WRITTEN.to_owned() }
    }
}

impl Policy {
    /// A policy whose only member is an owner.
    pub(crate) fn owned_by(member: &str, now: Timestamp) -> Self {
        let mut policy = Self::default();
        policy.grant("roles/owner", member, now);
        policy
    }

    /// Adds one member without condition, as a service does for its own agent.
    pub(crate) fn grant(&mut self, role: &str, member: &str, now: Timestamp) {
        if self.holds(role, member) {
            return;
        }
        match self.bindings.iter_mut().find(|binding| binding.role == role && binding.condition.is_none()) {
            Some(binding) => binding.members.push(member.to_owned()),
            None => self.bindings.push(Binding {
                role: role.to_owned(),
                members: vec![member.to_owned()],
                condition: None,
            }),
        }
        self.tidy();
        self.touch(now);
    }

    /// Whether a member has a role without condition.
    pub(crate) fn holds(&self, role: &str, member: &str) -> bool {
        self.bindings.iter().any(|binding| {
            binding.role == role
                && binding.condition.is_none()
                && binding.members.iter().any(|known| known.eq_ignore_ascii_case(member))
        })
    }

    /// Every role with its members, under a condition or not.
    pub(crate) fn grants(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = |binding: &Binding| {
            let role = binding.role.clone();
            binding.members.clone().into_iter().map(move |member| (role.clone(), member))
        };
        self.bindings.iter().flat_map(pairs)
    }

    /// Whether a member has any role here.
    pub(crate) fn names(&self, member: &str) -> bool {
        let mut members = self.bindings.iter().flat_map(|binding| &binding.members);
        members.any(|known| known.eq_ignore_ascii_case(member))
    }

    /// Turns a deleted account's memberships into their `deleted:` form. The etag stays, as recorded.
    pub(crate) fn mark_deleted(&mut self, gone: &str, unique_id: &str) {
        for member in self.bindings.iter_mut().flat_map(|binding| binding.members.iter_mut()) {
            if member.eq_ignore_ascii_case(gone) {
                *member = format!("deleted:{gone}?uid={unique_id}");
            }
        }
    }

    /// The policy as getIamPolicy answers it; an empty one is only its etag.
    pub(crate) fn to_json(&self) -> Value {
        let mut answer = Map::new();
        if !self.bindings.is_empty() || !self.audit_configs.is_empty() {
            answer.insert("version".into(), json!(self.version.max(1)));
        }
        answer.insert("etag".into(), json!(self.etag));
        if !self.bindings.is_empty() {
            answer.insert("bindings".into(), json!(self.bindings));
        }
        if !self.audit_configs.is_empty() {
            answer.insert("auditConfigs".into(), json!(self.audit_configs));
        }
        Value::Object(answer)
    }

    /// Carries out a setIamPolicy request body (`{policy, updateMask}`) and gives the new policy.
    /// A stale etag is 409 `ABORTED`; no etag overwrites.
    pub(crate) fn set(
        &mut self,
        request: &Value,
        project: &Project,
        anonymous: Anonymous,
        now: Timestamp,
    ) -> Result<Value, ApiError> {
        let Some(wanted) = request.get("policy").filter(|policy| policy.is_object()) else {
            return Err(ApiError::invalid("Policy must be set in the request."));
        };
        refuse_unknown(request, &["policy", "updateMask"], "")?;
        refuse_unknown(wanted, &["version", "bindings", "auditConfigs", "etag"], "policy")?;
        if let Some(etag) = wanted.get("etag").and_then(Value::as_str).filter(|etag| !etag.is_empty())
            && bytes_of(etag) != bytes_of(&self.etag)
        {
            return Err(ApiError::aborted(
                "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. \
                 The request's ETag did not match the current policy's ETag.",
            ));
        }
        let mask = request.get("updateMask").and_then(Value::as_str).unwrap_or("");
        let names = |field: &str| mask.split(',').any(|path| path.trim() == field);
        let mut next = self.clone();
        if mask.is_empty() || names("bindings") {
            let bindings = wanted.get("bindings").cloned().unwrap_or_else(|| json!([]));
            next.bindings = serde_json::from_value(bindings)
                .map_err(|wrong| ApiError::invalid(format!("Invalid value at 'policy.bindings': {wrong}")))?;
        }
        if names("auditConfigs") || names("audit_configs") {
            next.audit_configs =
                wanted.get("auditConfigs").and_then(Value::as_array).cloned().unwrap_or_default();
        }
        let version = wanted.get("version").and_then(Value::as_i64).unwrap_or(0);
        let conditional = next.bindings.iter().any(|binding| binding.condition.is_some());
        if conditional && version != 3 {
            return Err(ApiError::invalid(
                "Conditions in a policy are only supported with policy version 3.",
            ));
        }
        if !matches!(version, 0 | 1 | 3) {
            return Err(ApiError::invalid(format!("Invalid policy version {version}: must be 0, 1 or 3.")));
        }
        members::check(&next.bindings, self, project, anonymous)?;
        next.version = if conditional { 3 } else { 1 };
        next.tidy();
        next.touch(now);
        *self = next;
        Ok(self.to_json())
    }

    /// A deleted principal may stay where it is, and go nowhere else.
    fn require_deleted(&self, role: &str, member: &str) -> Result<(), ApiError> {
        let mut bindings = self.bindings.iter().filter(|known| known.role == role);
        if bindings.any(|known| known.members.iter().any(|held| held == member)) {
            return Ok(());
        }
        Err(ApiError::invalid(format!("The member {member} is of a deleted principal and cannot be added.")))
    }

    /// One binding a role and condition, sorted by role, each member once, no empty ones.
    fn tidy(&mut self) {
        self.bindings.sort_by(|one, other| one.role.cmp(&other.role));
        let mut merged: Vec<Binding> = Vec::new();
        for binding in self.bindings.drain(..) {
            let mut of_the_role = merged.iter_mut().rev().take_while(|known| known.role == binding.role);
            match of_the_role.find(|known| known.condition == binding.condition) {
                Some(known) => known.members.extend(binding.members),
                None => merged.push(binding),
            }
        }
        for binding in &mut merged {
            binding.members.sort();
            binding.members.dedup();
        }
        merged.retain(|binding| !binding.members.is_empty());
        self.bindings = merged;
    }

    /// Gives it an etag that it never had: a time in microseconds, counted on when two writes share one.
    fn touch(&mut self, now: Timestamp) {
        let last = STANDARD
            .decode(&self.etag)
            .ok()
            .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok())
            .map_or(0, |bytes| u64::from_be_bytes(bytes) & 0x00ff_ffff_ffff_ffff);
        let next = micros(now).max(last + 1) & 0x00ff_ffff_ffff_ffff;
        self.etag = STANDARD.encode((next | (7 << 56)).to_be_bytes());
    }
}

/// What an etag stands for: it is a bytes field, which may be written in either alphabet of base64, with or without padding.
fn bytes_of(etag: &str) -> String {
    etag.trim_end_matches('=').replace('-', "+").replace('_', "/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::world::World;

    fn bindings() -> impl Strategy<Value = Vec<Binding>> {
        let members = proptest::collection::vec("user:[a-d]@example[.]com", 0..4);
        let binding =
            ("roles/[a-c]", members, proptest::option::of("[xy]")).prop_map(|(role, members, title)| {
                Binding {
                    role,
                    members,
                    condition: title.map(|title| json!({ "title": title, "expression": "true" })),
                }
            });
        proptest::collection::vec(binding, 0..6)
    }

    #[test]
    fn an_etag_may_come_back_in_the_other_alphabet_of_base64() {
        assert_eq!(bytes_of("B-_a=="), bytes_of("B+/a"));
        assert_ne!(bytes_of("BwZg"), bytes_of("BwZh"));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back_sorted_and_writing_it_again_changes_only_the_etag(wanted in bindings()) {
            let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
            let mut world = World::default();
            world.ensure_project("demo-project", "user:me@example.com", now);
            let project = world.project("demo-project").unwrap();
            let mut policy = Policy::default();
            let write = |policy: &mut Policy, bindings: &[Binding]| {
                let body = json!({ "policy": { "version": 3, "bindings": bindings, "etag": policy.etag } });
                policy.set(&body, project, Anonymous::Refused, now).unwrap();
            };
            write(&mut policy, &wanted);
            let held = |list: &[Binding], binding: &Binding, member: &String| list.iter().any(|known| {
                known.role == binding.role && known.condition == binding.condition && known.members.contains(member)
            });
            for binding in &wanted {
                for member in &binding.members {
                    prop_assert!(held(&policy.bindings, binding, member));
                }
            }
            for binding in &policy.bindings {
                for member in &binding.members {
                    prop_assert!(held(&wanted, binding, member));
                }
            }
            prop_assert!(policy.bindings.windows(2).all(|pair| pair[0].role <= pair[1].role));
            let first = policy.clone();
            write(&mut policy, &first.bindings);
            prop_assert_eq!(&policy.bindings, &first.bindings);
            prop_assert_ne!(&policy.etag, &first.etag, "even when the clock stands still");
        }
    }
}
