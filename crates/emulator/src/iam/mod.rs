//! IAM v1 service accounts and IAM Credentials. Shapes: iam v1 discovery document and recorded exchanges.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::call::{Call, Handled};
use crate::part::Part;
use crate::policy::Policy;
use crate::world::World;

mod accounts;
mod credentials;

/// A project's service accounts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// By e-mail.
    pub(crate) accounts: BTreeMap<String, Part<Account>>,
    /// E-mails of accounts that were deleted, which are spoken of in other words than those that never were.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) deleted: BTreeSet<String>,
}

/// One service account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    /// E-mail, which is also its key.
    pub(crate) email: String,
    /// Never the same again, even for an account of the same name.
    pub(crate) unique_id: String,
    /// Name for people.
    #[serde(default)]
    pub(crate) display_name: String,
    /// Description for people.
    #[serde(default)]
    pub(crate) description: String,
    /// Whether it can be used.
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Who may do what with it.
    #[serde(default)]
    pub(crate) policy: Policy,
}

impl State {
    /// The IAM policies of all accounts that name a member. Only these count as changed.
    pub(crate) fn policies_naming(&mut self, member: &str) -> impl Iterator<Item = &mut Policy> {
        let naming = self.accounts.values_mut().filter(move |account| account.policy.names(member));
        naming.map(|account| &mut account.policy)
    }

    /// Makes an account that a service brings along, unless it is there.
    pub(crate) fn provide(&mut self, email: &str, display_name: &str) {
        self.accounts.entry(email.to_owned()).or_insert_with(|| {
            Part::from(Account {
                email: email.to_owned(),
                unique_id: accounts::new_unique_id(),
                display_name: display_name.to_owned(),
                description: String::new(),
                disabled: false,
                policy: Policy::default(),
            })
        });
    }
}

/// A stable id for an account that is not kept, such as a service agent.
pub(crate) fn unique_id_of(email: &str) -> String {
    accounts::digits(&crate::blobs::sha256_hex(email.as_bytes()))
}

/// Answers IAM and IAM Credentials calls.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    credentials::handle(call, world).or_else(|| accounts::handle(call, world))
}
