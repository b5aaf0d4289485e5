//! The fewest and narrowest predefined roles that hold some permissions. Data, with look-ups.
//! Source: Google's published role lists, August 2026.

use std::collections::{BTreeMap, BTreeSet};

use crate::errors::role_for;

/// A narrow role, and a wider one that holds all that gemmactl asks of the narrow one.
const WIDER: &[(&str, &str)] = &[
    ("roles/artifactregistry.reader", "roles/artifactregistry.writer"),
    ("roles/artifactregistry.repoAdmin", "roles/artifactregistry.admin"),
    ("roles/artifactregistry.repoAdmin", "roles/artifactregistry.createOnPushRepoAdmin"),
    ("roles/artifactregistry.writer", "roles/artifactregistry.createOnPushWriter"),
    ("roles/artifactregistry.writer", "roles/artifactregistry.repoAdmin"),
    ("roles/browser", "roles/artifactregistry.admin"),
    ("roles/browser", "roles/cloudbuild.builds.editor"),
    ("roles/browser", "roles/iam.serviceAccountUser"),
    ("roles/browser", "roles/resourcemanager.projectIamAdmin"),
    ("roles/browser", "roles/run.admin"),
    ("roles/browser", "roles/storage.admin"),
    ("roles/cloudbuild.builds.viewer", "roles/cloudbuild.builds.editor"),
    ("roles/cloudquotas.viewer", "roles/cloudquotas.admin"),
    ("roles/cloudquotas.viewer", "roles/serviceusage.serviceUsageAdmin"),
    ("roles/iam.securityReviewer", "roles/resourcemanager.projectIamAdmin"),
    ("roles/iam.serviceAccountCreator", "roles/iam.serviceAccountAdmin"),
    ("roles/iam.serviceAccountViewer", "roles/iam.serviceAccountCreator"),
    ("roles/iam.serviceAccountViewer", "roles/iam.serviceAccountUser"),
    ("roles/run.developer", "roles/run.admin"),
    ("roles/run.viewer", "roles/run.developer"),
    ("roles/serviceusage.serviceUsageConsumer", "roles/serviceusage.serviceUsageAdmin"),
    ("roles/serviceusage.serviceUsageViewer", "roles/serviceusage.serviceUsageConsumer"),
    ("roles/storage.bucketViewer", "roles/storage.admin"),
    ("roles/storage.objectAdmin", "roles/storage.admin"),
    ("roles/storage.objectUser", "roles/storage.objectAdmin"),
    ("roles/storage.objectViewer", "roles/storage.objectUser"),
];

/// A role, and what of the asked it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleWith {
    /// `roles/run.admin`
    pub role: &'static str,
    /// The permissions, in order.
    pub permissions: Vec<&'static str>,
}

/// The narrowest usual role that holds a permission; `None` for one that gemmactl does not use.
pub fn role_with(permission: &str) -> Option<&'static str> {
    role_for(permission).map(|(_, role)| role)
}

/// The roles that Google's tutorial grants to whoever deploys, the one that it names apart for enabling APIs, and the one
/// that reading logs takes.
const TUTORIAL: &[&str] = &[
    "roles/artifactregistry.admin",
    "roles/cloudbuild.builds.editor",
    "roles/iam.serviceAccountUser",
    "roles/logging.viewer",
    "roles/resourcemanager.projectIamAdmin",
    "roles/run.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/serviceusage.serviceUsageConsumer",
    "roles/storage.admin",
];

/// The narrowest of the tutorial's roles that hold a role's permissions, in order; none where none of them does.
pub fn tutorial_roles(role: &str) -> Vec<&'static str> {
    let holding: Vec<&'static str> = TUTORIAL.iter().copied().filter(|wide| is_within(role, wide)).collect();
    let is_narrowest =
        |wide: &&'static str| !holding.iter().any(|other| other != wide && is_within(other, wide));
    holding.iter().copied().filter(is_narrowest).collect()
}

/// Whether a role that somebody has holds a permission, as far as the table knows.
pub fn is_held_by(role: &str, permission: &str) -> bool {
    role == "roles/owner" || role_with(permission).is_some_and(|narrow| is_within(narrow, role))
}

/// Roles that together hold the permissions, in order: the narrowest of each, without those that another one covers.
pub fn narrowest_roles(permissions: &BTreeSet<&str>) -> Vec<RoleWith> {
    let known: Vec<(&'static str, &'static str)> =
        permissions.iter().filter_map(|permission| role_for(permission)).collect();
    let narrowest: BTreeSet<&'static str> = known.iter().map(|(_, role)| *role).collect();
    let is_covered = |role: &str| narrowest.iter().any(|other| *other != role && is_within(role, other));
    let mut roles: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
    for role in narrowest.iter().filter(|role| !is_covered(role)) {
        roles.insert(*role, Vec::new());
    }
    for (permission, narrow) in known {
        // Some may be held by two of them; the first one is named.
        if let Some((_, held)) = roles.iter_mut().find(|(role, _)| is_within(narrow, role)) {
            held.push(permission);
        }
    }
    roles.into_iter().map(|(role, permissions)| RoleWith { role, permissions }).collect()
}

/// Whether a role is another one, or a part of it. The table has no circles, which a test holds.
fn is_within(narrow: &str, wide: &str) -> bool {
    narrow == wide
        || WIDER.iter().filter(|(inner, _)| *inner == narrow).any(|(_, outer)| is_within(outer, wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_role_is_wider_than_itself() {
        for (narrow, wide) in WIDER {
            assert!(!is_within(wide, narrow), "{narrow} and {wide} are within each other");
        }
    }

    #[test]
    fn a_wider_role_that_is_needed_anyway_stands_for_the_narrower() {
        let asked = BTreeSet::from([
            "run.services.create",
            "run.services.get",
            "resourcemanager.projects.get",
            "storage.objects.get",
        ]);
        assert_eq!(
            narrowest_roles(&asked),
            [
                RoleWith {
                    role: "roles/run.admin",
                    permissions: vec![
                        "resourcemanager.projects.get",
                        "run.services.create",
                        "run.services.get"
                    ]
                },
                RoleWith { role: "roles/storage.objectViewer", permissions: vec!["storage.objects.get"] },
            ]
        );
    }

    #[test]
    fn the_tutorials_role_is_the_narrowest_of_its_roles() {
        for (role, expected) in [
            ("roles/run.admin", &["roles/run.admin"] as &[_]),
            ("roles/storage.objectUser", &["roles/storage.admin"]),
            ("roles/serviceusage.serviceUsageViewer", &["roles/serviceusage.serviceUsageConsumer"]),
            ("roles/iam.serviceAccountCreator", &[]),
        ] {
            assert_eq!(tutorial_roles(role), expected, "{role}");
        }
    }

    #[test]
    fn a_role_holds_what_narrower_roles_hold() {
        for (role, permission, expected) in [
            ("roles/run.admin", "run.services.get", true),
            ("roles/run.viewer", "run.services.create", false),
            ("roles/owner", "serviceusage.services.enable", true),
            ("roles/storage.admin", "storage.objects.get", true),
            ("roles/run.admin", "no.such.permission", false),
        ] {
            assert_eq!(is_held_by(role, permission), expected, "{role} {permission}");
        }
    }
}
