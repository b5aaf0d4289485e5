//! Allow policies: single grants, and edits that join into one read-modify-write. Knows no resource.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ApiRequest, Json};

/// One (role, member, condition): the unit that gemmactl owns in a policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// `roles/run.invoker`
    pub role: String,
    /// `user:me@example.com`
    pub member: String,
    /// The condition of the binding, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Json>,
}

impl Grant {
    /// The key by which a split policy knows the grant. Members compare without case, as IAM compares e-mails.
    pub fn key(&self) -> String {
        grant_key(&self.role, &self.member, self.condition.as_ref())
    }

    /// The same grant with the parts of its condition in one order, whatever order they were read in: title, description,
    /// expression, and then others by name.
    #[must_use]
    pub fn in_order(&self) -> Self {
        let rank =
            |name: &str| ["title", "description", "expression"].iter().position(|known| *known == name);
        let ordered = |condition: &Json| match condition {
            Json::Object(parts) => {
                let mut parts: Vec<_> = parts.iter().collect();
                parts.sort_by_key(|(name, _)| (rank(name).unwrap_or(usize::MAX), *name));
                Json::Object(parts.into_iter().map(|(name, part)| (name.clone(), part.clone())).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                condition.clone()
            }
        };
        Self { condition: self.condition.as_ref().map(ordered), ..self.clone() }
    }
}

fn grant_key(role: &str, member: &str, condition: Option<&Json>) -> String {
    let condition = condition
        .map(|c| {
            let part = |name| c.get(name).and_then(Json::as_str).unwrap_or_default();
            format!("\n{}\n{}", part("title"), part("expression"))
        })
        .unwrap_or_default();
    format!("{role}\n{}{condition}", member.to_lowercase())
}

/// Where a policy is read and written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The read: `getIamPolicy` with policy version 3.
    pub read: ApiRequest,
    /// The write: `setIamPolicy`, its body still empty.
    pub write: ApiRequest,
    /// For people: `project demo-project`, `service ollama-gemma`.
    pub shown: String,
}

/// Grants to add to and remove from one policy. Edits of the same policy join into one read-modify-write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEdit {
    /// Whose policy.
    pub policy: PolicyRef,
    /// To be there afterwards.
    pub add: Vec<Grant>,
    /// To be gone afterwards; a `deleted:` form of a member goes with it.
    pub remove: Vec<Grant>,
}

/// One binding of a policy with every member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The role.
    pub role: String,
    /// Its members.
    #[serde(default)]
    pub members: Vec<String>,
    /// Its condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Json>,
}

/// Splits a policy into its grants, by [`Grant::key`]. Linear in the size of the policy.
///
/// What is left of a grant to a deleted account stands under the key of that grant, unless the account is there again
/// and holds it: [`is_remains`] tells the two apart.
pub fn split_policy(policy: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    let mut grants = BTreeMap::new();
    for binding in policy.get("bindings").and_then(Json::as_array).into_iter().flatten() {
        let role = binding.get("role").and_then(Json::as_str).unwrap_or_default();
        let condition = condition_of(binding);
        for member in binding.get("members").and_then(Json::as_array).into_iter().flatten() {
            let member = member.as_str().unwrap_or_default();
            let mut grant = serde_json::Map::new();
            grant.insert("role".to_owned(), role.into());
            grant.insert("member".to_owned(), member.into());
            if let Some(condition) = condition {
                grant.insert("condition".to_owned(), condition.clone());
            }
            let grant = Cow::Owned(Json::Object(grant));
            match remains_of(member) {
                Some(gone) => drop(grants.entry(grant_key(role, gone, condition)).or_insert(grant)),
                None => drop(grants.insert(grant_key(role, member, condition), grant)),
            }
        }
    }
    grants
}

/// The words for members that stand for everybody. Source: IAM, principal identifiers.
pub fn everybody(member: &str) -> Option<&'static str> {
    if member.eq_ignore_ascii_case("allUsers")
        || member.eq_ignore_ascii_case("principalSet://goog/public:all")
    {
        Some("anyone on the internet")
    } else if member.eq_ignore_ascii_case("allAuthenticatedUsers") {
        Some("anyone with a Google account")
    } else {
        None
    }
}

impl PolicyEdit {
    /// The policy after the edit, everything foreign untouched; `None` when nothing would change.
    ///
    /// Bindings are keyed by role and condition; members compare without case. Version 3 is set when a condition is
    /// there, as `setIamPolicy` demands. Source: Resource Manager v3, `Policy`.
    pub fn applied_to(&self, policy: &Json) -> Option<Json> {
        let mut edited = policy.as_object().cloned().unwrap_or_default();
        let mut bindings: Vec<Json> =
            edited.get("bindings").and_then(Json::as_array).cloned().unwrap_or_default();
        let mut changed = false;
        for grant in &self.remove {
            for binding in bindings.iter_mut().filter(|binding| is_binding_of(binding, grant)) {
                if let Some(members) = binding.get_mut("members").and_then(Json::as_array_mut) {
                    let before = members.len();
                    members.retain(|member| !is_member(member.as_str().unwrap_or_default(), &grant.member));
                    changed |= members.len() != before;
                }
            }
        }
        bindings.retain(|binding| {
            binding.get("members").and_then(Json::as_array).is_none_or(|members| !members.is_empty())
        });
        for grant in &self.add {
            changed |= add_grant(&mut bindings, grant);
        }
        if !changed {
            return None;
        }
        if bindings.iter().any(|binding| condition_of(binding).is_some()) {
            edited.insert("version".to_owned(), 3.into());
        }
        edited.insert("bindings".to_owned(), Json::Array(bindings));
        Some(Json::Object(edited))
    }
}

/// Adds a grant unless it is there. What is left of the same member after its account was deleted goes as it is added: it grants
/// nothing, and Cloud IAM keeps it beside the account that was made anew.
fn add_grant(bindings: &mut Vec<Json>, grant: &Grant) -> bool {
    let is_there = bindings.iter().filter(|binding| is_binding_of(binding, grant)).any(|binding| {
        let members = binding.get("members").and_then(Json::as_array).into_iter().flatten();
        members.filter_map(Json::as_str).any(|member| member.eq_ignore_ascii_case(&grant.member))
    });
    if is_there {
        return false;
    }
    let mut of_role = bindings
        .iter_mut()
        .filter(|binding| is_binding_of(binding, grant))
        .filter_map(|binding| binding.get_mut("members").and_then(Json::as_array_mut));
    if let Some(members) = of_role.next() {
        members.retain(|member| !is_member(member.as_str().unwrap_or_default(), &grant.member));
        members.push(grant.member.clone().into());
        return true;
    }
    let mut binding = serde_json::Map::new();
    binding.insert("role".to_owned(), grant.role.clone().into());
    binding.insert("members".to_owned(), Json::Array(vec![grant.member.clone().into()]));
    if let Some(condition) = &grant.condition {
        binding.insert("condition".to_owned(), condition.clone());
    }
    bindings.push(Json::Object(binding));
    true
}

/// The condition of a binding. An empty one says nothing: protobuf's JSON form takes it for an absent one.
fn condition_of(binding: &Json) -> Option<&Json> {
    binding.get("condition").filter(|condition| condition.as_object().is_some_and(|parts| !parts.is_empty()))
}

fn is_binding_of(binding: &Json, grant: &Grant) -> bool {
    binding.get("role").and_then(Json::as_str) == Some(grant.role.as_str())
        && grant_key("", "", condition_of(binding)) == grant_key("", "", grant.condition.as_ref())
}

/// The member itself, or what is left of it after its account was deleted (`deleted:serviceAccount:a@b?uid=1`).
fn is_member(live: &str, ours: &str) -> bool {
    if live.eq_ignore_ascii_case(ours) {
        return true;
    }
    remains_of(live).is_some_and(|gone| gone.eq_ignore_ascii_case(ours))
}

/// Whether a member is what is left of a deleted account: it grants nothing, and never will again, even if an account
/// of the same address is made anew (recorded).
pub fn is_remains(member: &str) -> bool {
    remains_of(member).is_some()
}

/// The member that was, before its account was deleted.
fn remains_of(member: &str) -> Option<&str> {
    Some(member.strip_prefix("deleted:")?.split_once("?uid=")?.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Api;

    #[test]
    fn everybody_is_known_in_every_spelling_and_nobody_else_is() {
        for member in
            ["allUsers", "allusers", "ALLUSERS", "allAuthenticatedUsers", "principalSet://goog/public:all"]
        {
            assert!(everybody(member).is_some(), "{member}");
        }
        for member in
            ["user:allUsers@example.com", "domain:example.com", "group:all@example.com", "allUser", ""]
        {
            assert_eq!(everybody(member), None, "{member}");
        }
    }

    fn edit(add: &[(&str, &str)], remove: &[(&str, &str)]) -> PolicyEdit {
        let grants = |list: &[(&str, &str)]| {
            list.iter()
                .map(|(role, member)| Grant {
                    role: (*role).into(),
                    member: (*member).into(),
                    condition: None,
                })
                .collect()
        };
        let read = ApiRequest::post(Api::ResourceManager, "v3/projects/p:getIamPolicy", json!({}));
        let write = ApiRequest::post(Api::ResourceManager, "v3/projects/p:setIamPolicy", json!({}));
        PolicyEdit {
            policy: PolicyRef { read, write, shown: "project p".into() },
            add: grants(add),
            remove: grants(remove),
        }
    }

    #[test]
    fn the_parts_of_a_condition_have_one_order_whatever_order_they_were_read_in() {
        let grant = |condition: &str| Grant {
            role: "roles/a".to_owned(),
            member: "user:a@x.com".to_owned(),
            condition: Some(serde_json::from_str(condition).unwrap()),
        };
        for condition in [
            r#"{"expression":"e","title":"t","location":"l","description":"d"}"#,
            r#"{"location":"l","description":"d","title":"t","expression":"e"}"#,
        ] {
            let shown = grant(condition).in_order().condition.unwrap().to_string();
            assert_eq!(shown, r#"{"title":"t","description":"d","expression":"e","location":"l"}"#);
        }
    }

    #[test]
    fn a_condition_that_says_nothing_is_none() {
        for nothing in [json!(null), json!({})] {
            let policy =
                json!({"bindings": [{"role": "roles/a", "members": ["user:a@x.com"], "condition": nothing}]});
            let wanted =
                Grant { role: "roles/a".to_owned(), member: "user:a@x.com".to_owned(), condition: None };
            assert!(split_policy(&policy).contains_key(&wanted.key()), "{policy}");
        }
    }

    #[test]
    fn foreign_members_conditions_and_audit_configs_survive_an_edit() {
        let policy = json!({
            "etag": "abc", "version": 1,
            "auditConfigs": [{"service": "allServices"}],
            "bindings": [
                {"role": "roles/a", "members": ["user:foreign@x.com", "user:ours@x.com"]},
                {"role": "roles/a", "members": ["user:ours@x.com"], "condition": {"title": "t", "expression": "e"}},
            ],
        });
        let edited =
            edit(&[("roles/b", "user:new@x.com")], &[("roles/a", "user:Ours@x.com")]).applied_to(&policy);
        assert_eq!(
            edited,
            Some(json!({
                "etag": "abc", "version": 3,
                "auditConfigs": [{"service": "allServices"}],
                "bindings": [
                    {"role": "roles/a", "members": ["user:foreign@x.com"]},
                    {"role": "roles/a", "members": ["user:ours@x.com"], "condition": {"title": "t", "expression": "e"}},
                    {"role": "roles/b", "members": ["user:new@x.com"]},
                ],
            }))
        );
    }

    #[test]
    fn an_edit_that_changes_nothing_writes_nothing() {
        let policy = json!({"etag": "abc", "bindings": [{"role": "roles/a", "members": ["user:A@x.com"]}]});
        assert_eq!(
            edit(&[("roles/a", "user:a@x.com")], &[("roles/b", "user:a@x.com")]).applied_to(&policy),
            None
        );
    }

    #[test]
    fn the_remains_of_a_grant_are_found_by_its_key_until_it_is_there_again() {
        let (dead, alive) = ("deleted:serviceAccount:x@p.example?uid=12", "serviceAccount:x@p.example");
        let key = Grant { role: "roles/a".into(), member: alive.into(), condition: None }.key();
        for (members, found) in
            [(vec![dead], dead), (vec![dead, alive], alive), (vec![alive, dead], alive), (vec![alive], alive)]
        {
            let policy = json!({"bindings": [{"role": "roles/a", "members": members}]});
            let split = split_policy(&policy);
            assert_eq!(split.len(), 1, "{policy}");
            assert_eq!(split[&key]["member"], found, "{policy}");
            assert_eq!(is_remains(found), found == dead);
        }
    }

    #[test]
    fn what_is_left_of_a_member_goes_when_the_member_is_added_again_and_of_others_stays() {
        let (dead, alive) = ("deleted:serviceAccount:x@p.example?uid=12", "serviceAccount:x@p.example");
        let (foreign, other) = ("user:foreign@x.com", "deleted:serviceAccount:y@p.example?uid=13");
        let policy = json!({"bindings": [
            {"role": "roles/a", "members": [foreign, dead, other, "deleted:serviceAccount:x@p.example?uid=9"]},
            {"role": "roles/b", "members": [dead]},
            {"role": "roles/a", "members": [dead], "condition": {"title": "t", "expression": "e"}},
        ]});
        let edited = edit(&[("roles/a", alive)], &[]).applied_to(&policy).unwrap();
        let of = |at: usize| edited["bindings"][at]["members"].clone();
        assert_eq!(of(0), json!([foreign, other, alive]));
        assert_eq!((of(1), of(2)), (json!([dead]), json!([dead])), "another role, another condition");
    }

    #[test]
    fn what_is_left_of_a_member_stays_beside_the_member_itself() {
        let (dead, alive) = ("deleted:serviceAccount:x@p.example?uid=12", "serviceAccount:x@p.example");
        let policy = json!({"bindings": [{"role": "roles/a", "members": [dead, alive]}]});
        assert_eq!(edit(&[("roles/a", alive)], &[]).applied_to(&policy), None, "nothing is added");
    }

    #[test]
    fn the_remains_of_a_deleted_account_are_removed_with_it() {
        let policy = json!({"bindings": [
            {"role": "roles/a", "members": ["deleted:serviceAccount:x@p.iam.gserviceaccount.com?uid=12"]}]});
        let removed =
            edit(&[], &[("roles/a", "serviceAccount:x@p.iam.gserviceaccount.com")]).applied_to(&policy);
        assert_eq!(removed, Some(json!({"bindings": []})));
    }
}
