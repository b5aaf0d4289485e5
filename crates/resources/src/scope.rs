//! What the items of a spec know of each other: project-wide facts, looked up once. Knows no API call.

use std::collections::BTreeMap;

use model::{Place, ProjectId, Region, ResourceId, StackName};
use spec::Document;
use spec::Spec;
use spec::types::{DependencyKind, DependencyReference, ServiceAccountReference};

use crate::{account, api, image, repository, role, service};

/// Up to so many role members of the deployer are waited for one by one. Beyond that the last one waits for the others
/// and everything else for the last one, so that the graph grows with the spec and not with its square.
const WAITED_FOR_SINGLY: usize = 16;

/// A spec, seen as a whole.
#[derive(Debug)]
pub(crate) struct Scope<'spec> {
    spec: &'spec Spec,
    /// E-mail addresses of the spec's service accounts, in lower case, with their ids.
    accounts: BTreeMap<String, ResourceId>,
    /// Role members that are accounts of this spec, by the account's address in lower case.
    roles_of_accounts: BTreeMap<String, Vec<ResourceId>>,
    /// The other role members, in the order of the spec.
    deployer_roles: Vec<ResourceId>,
}

impl<'spec> Scope<'spec> {
    /// Looks at a spec.
    pub(crate) fn of(spec: &'spec Spec) -> Self {
        let document = &spec.document;
        let accounts = document
            .service_accounts
            .keys()
            .map(|name| {
                let email = account::email(name.as_str(), &document.project);
                (email.to_lowercase(), account::id(name.as_str()))
            })
            .collect();
        let mut scope =
            Self { spec, accounts, roles_of_accounts: BTreeMap::new(), deployer_roles: Vec::new() };
        for binding in &document.iam {
            for member in &binding.members {
                let id = role::id(binding, member.as_str());
                match scope.account_of_member(member.as_str()) {
                    Some((email, _)) => scope.roles_of_accounts.entry(email).or_default().push(id),
                    None => scope.deployer_roles.push(id),
                }
            }
        }
        scope
    }

    /// The typed spec.
    pub(crate) fn document(&self) -> &'spec Document {
        &self.spec.document
    }

    /// The spec with its build contexts.
    pub(crate) fn spec(&self) -> &'spec Spec {
        self.spec
    }

    /// The project.
    pub(crate) fn project(&self) -> &'spec ProjectId {
        &self.spec.document.project
    }

    /// The stack.
    pub(crate) fn stack(&self) -> &'spec StackName {
        &self.spec.document.stack
    }

    /// The region of everything that names none.
    pub(crate) fn region(&self) -> &'spec Region {
        &self.spec.document.region
    }

    /// Where the spec says something, by the keys that lead there.
    pub(crate) fn place(&self, keys: &[&str]) -> Option<Place> {
        let mut pointer = String::new();
        for key in keys {
            pointer.push('/');
            // Source: RFC 6901, section 3.
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        self.spec.places.place(&pointer)
    }

    /// Those of some APIs that the spec enables.
    pub(crate) fn apis(&self, names: &[&str]) -> Vec<ResourceId> {
        let listed = |name: &str| self.document().apis.iter().any(|entry| entry.name().as_str() == name);
        names.iter().filter(|name| listed(name)).map(|name| api::id(name)).collect()
    }

    /// The e-mail address of an account that is named or given by address.
    pub(crate) fn email(&self, account: &ServiceAccountReference) -> String {
        match account.declared() {
            Some(name) => account::email(name, self.project()),
            None => account.as_str().to_owned(),
        }
    }

    /// The account of this spec that has an e-mail address.
    pub(crate) fn account(&self, email: &str) -> Option<ResourceId> {
        self.accounts.get(&email.to_lowercase()).cloned()
    }

    /// The e-mail address and id of the account of this spec that a member means.
    pub(crate) fn account_of_member(&self, member: &str) -> Option<(String, ResourceId)> {
        let email = member.strip_prefix("serviceAccount:")?.to_lowercase();
        self.accounts.get(&email).map(|id| (email.clone(), id.clone()))
    }

    /// What stands for the role members that are not accounts of this spec: whoever deploys must hold all of them
    /// before anything is made.
    pub(crate) fn deployer_roles(&self) -> impl Iterator<Item = ResourceId> + '_ {
        let skipped = match self.deployer_roles.len() {
            0..=WAITED_FOR_SINGLY => 0,
            many => many - 1,
        };
        self.deployer_roles.iter().skip(skipped).cloned()
    }

    /// The other role members that one of the deployer waits for, where it stands for all of them.
    pub(crate) fn gathered_roles(&self, id: &ResourceId) -> &[ResourceId] {
        match self.deployer_roles.split_last() {
            Some((last, others)) if others.len() >= WAITED_FOR_SINGLY && last == id => others,
            Some(_) | None => &[],
        }
    }

    /// Role members that are a certain account of this spec.
    pub(crate) fn roles_of(&self, email: &str) -> impl Iterator<Item = ResourceId> + '_ {
        self.roles_of_accounts.get(&email.to_lowercase()).into_iter().flatten().cloned()
    }

    /// An account that something runs as, with its roles: all of it must be there first.
    pub(crate) fn identity(&self, email: &str) -> Vec<ResourceId> {
        self.account(email).into_iter().chain(self.roles_of(email)).collect()
    }
}

/// The resource that a `dependsOn` line means.
pub(crate) fn referenced(reference: &DependencyReference) -> ResourceId {
    match reference.kind() {
        DependencyKind::Image => image::id(reference.name()),
        DependencyKind::Repository => repository::id(reference.name()),
        DependencyKind::Service => service::id(reference.name()),
        DependencyKind::ServiceAccount => account::id(reference.name()),
    }
}
