//! Whether an account has what a build takes: to fetch the sources from their bucket, and to push the image to its repository. Judged by
//! the policies of the project and of both things, with what the plan adds to the project's and takes from it. Only what no
//! policy can give is missing for sure. Must never know how an account is found.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use gcp::PolicyHolder;
use model::policy::split_policy;
use model::{Cloud, Found, Grant, Json, Step};

use super::subject::Subject;
use super::{planned, project};
use views::finding::check::{Check, Level};

/// Roles that are enough for a build beside the owner's: what is asked for, and the wide one of old default accounts.
const ENOUGH: [&str; 3] = ["roles/cloudbuild.builds.builder", "roles/editor", "roles/run.builder"];

/// Roles that hold `storage.objects.get` and not all that the usual narrow role for it does. Source: Google's published role lists.
const FETCH: [&str; 2] = ["roles/storage.legacyObjectOwner", "roles/storage.legacyObjectReader"];

/// Roles that stand beside in many policies and hold neither, by the beginning of their names. Any other role may hold them.
const NEITHER: [&str; 17] = [
    "roles/billing.",
    "roles/browser",
    "roles/cloudbuild.builds.editor",
    "roles/cloudbuild.builds.viewer",
    "roles/cloudquotas.",
    "roles/iam.security",
    "roles/iam.serviceAccount",
    "roles/iam.workloadIdentity",
    "roles/logging.",
    "roles/monitoring.",
    "roles/resourcemanager.",
    "roles/run.admin",
    "roles/run.developer",
    "roles/run.invoker",
    "roles/run.viewer",
    "roles/secretmanager.",
    "roles/serviceusage.",
];

/// What a build does with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Fetch,
    Push,
}

impl Need {
    fn of(thing: &PolicyHolder) -> Option<Self> {
        match thing {
            PolicyHolder::Bucket(_) => Some(Self::Fetch),
            PolicyHolder::Repository(_) => Some(Self::Push),
            PolicyHolder::Account(_) | PolicyHolder::Service(_) => None,
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::Fetch => "storage.objects.get",
            Self::Push => "artifactregistry.repositories.uploadArtifacts",
        }
    }

    /// Whether a role holds it; none: it may.
    fn is_held_by(self, role: &str) -> Option<bool> {
        let (holds, others) = match self {
            Self::Fetch => (FETCH.contains(&role), "roles/artifactregistry."),
            Self::Push => (false, "roles/storage."),
        };
        if holds || ENOUGH.contains(&role) || gcp::is_held_by(role, self.permission()) {
            return Some(true);
        }
        // A service agent's role holds what the service needs of others.
        let is_beside = NEITHER.iter().chain([&others]).any(|beginning| role.starts_with(beginning));
        (is_beside && !role.ends_with("erviceAgent")).then_some(false)
    }
}

/// How it stands with a need, with the words for it; the better one is the greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nothing gives it.
    Missing,
    /// A policy that may give it could not be read.
    Untold(String),
    /// It depends on what is not looked at.
    Perhaps(String),
    /// Something gives it.
    Given(String),
}

/// What steps change in the project's policy.
#[derive(Debug, Default)]
pub(super) struct Edits {
    added: Vec<Grant>,
    removed: Vec<Grant>,
}

impl Edits {
    /// The edits of some steps.
    pub(super) fn of<'steps>(steps: impl Iterator<Item = &'steps Step>) -> Self {
        steps.filter_map(planned::edits_project).fold(Self::default(), |mut all, edit| {
            all.added.extend(edit.add.iter().cloned());
            all.removed.extend(edit.remove.iter().cloned());
            all
        })
    }
}

/// Whether an account is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is, as far as anybody tells.
    There,
    /// The plan makes it.
    Planned,
}

/// What a build does, and as whom.
pub(super) struct Runner<'check> {
    /// The account's e-mail address.
    pub(super) email: &'check str,
    pub(super) presence: Presence,
    /// The buckets and repositories that it works with.
    pub(super) things: &'check BTreeSet<PolicyHolder>,
}

/// Adds to a check of an account whether it has what its builds take.
pub(super) async fn judge<C: Cloud>(
    check: Check,
    subject: &Subject<'_>,
    runner: &Runner<'_>,
    edits: &Edits,
    cloud: &C,
) -> Check {
    let standings = standings(subject, runner, edits, cloud).await;
    let mut told = BTreeSet::new();
    let mut level = Level::Ok;
    for (thing, (need, standing)) in &standings {
        let permission = need.permission();
        let (worst, seen) = match standing {
            Standing::Given(by) => (Level::Ok, by.clone()),
            Standing::Perhaps(why) => {
                (Level::Warning, format!("nothing is certain to give it {permission} on {thing}: {why}"))
            }
            Standing::Untold(why) => {
                (Level::Unknown, format!("whether it has {permission} on {thing} is not known: {why}"))
            }
            Standing::Missing => (Level::Failed, format!("nothing gives it {permission} on {thing}")),
        };
        level = level.max(worst);
        told.insert(seen);
    }
    let check = told.into_iter().fold(check, Check::seeing).at_least(level);
    match (level, runner.presence) {
        (Level::Ok | Level::Unknown, _) => check,
        (Level::Warning | Level::Failed, Presence::There) => grant(check, subject, runner.email),
        (Level::Warning | Level::Failed, Presence::Planned) => {
            check.say("give it roles/run.builder under `iam`")
        }
    }
}

/// The same with the command that gives an account the role of a build.
pub(super) fn grant(check: Check, subject: &Subject<'_>, email: &str) -> Check {
    check.run(&[
        "gcloud",
        "projects",
        "add-iam-policy-binding",
        subject.project().as_str(),
        &format!("--member=serviceAccount:{email}"),
        "--role=roles/run.builder",
    ])
}

/// Things whose own policy is asked only where the project's does not give what is needed.
async fn standings<'things, C: Cloud>(
    subject: &Subject<'_>,
    runner: &Runner<'things>,
    edits: &Edits,
    cloud: &C,
) -> BTreeMap<&'things PolicyHolder, (Need, Standing)> {
    let read = resources::project_policy(subject.project());
    let (policy, inherits) = tokio::join!(cloud.read(&read), project::inherits(subject.project(), cloud));
    let inherited = match inherits {
        Some(false) => Standing::Missing,
        Some(true) => Standing::Perhaps("a folder or an organization may".to_owned()),
        None => Standing::Untold("the project could not be read".to_owned()),
    };
    let on_project = |need: Need| {
        let live = match &policy {
            Ok(Found::Body(policy)) => in_policy(policy, runner.email, need, "it has", &edits.removed),
            Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => {
                Standing::Untold("the project's policy could not be read".to_owned())
            }
        };
        let added = edits.added.iter().map(|grant| of_grant(grant, runner.email, need, "apply gives it"));
        added.chain([live, inherited.clone()]).max().unwrap_or(Standing::Missing)
    };
    let things = runner.things.iter().filter_map(|thing| Some((thing, Need::of(thing)?)));
    let things: Vec<_> = things.map(|(thing, need)| (thing, need, on_project(need))).collect();
    let answers = things.into_iter().map(|(thing, need, on_project)| async move {
        match on_project {
            Standing::Given(_) => (thing, (need, on_project)),
            Standing::Missing | Standing::Untold(_) | Standing::Perhaps(_) => {
                let own = match cloud.read(&thing.policy()).await {
                    Ok(Found::Body(policy)) => {
                        in_policy(&policy, runner.email, need, &format!("{thing} gives it"), &[])
                    }
                    // What is not there yet gives nothing; nor does it while its API is off.
                    Ok(Found::Absent | Found::ApiDisabled(_)) => Standing::Missing,
                    Err(_) => Standing::Untold(format!("the policy of {thing} could not be read")),
                };
                (thing, (need, on_project.max(own)))
            }
        }
    });
    join_all(answers).await.into_iter().collect()
}

fn in_policy(policy: &Json, email: &str, need: Need, gives: &str, removed: &[Grant]) -> Standing {
    let standings = split_policy(policy).into_iter().filter_map(|(key, grant)| {
        let grant: Grant = serde_json::from_value(grant.into_owned()).ok()?;
        let goes = removed.iter().any(|other| other.key() == key);
        Some(match of_grant(&grant, email, need, gives) {
            Standing::Given(_) if goes => Standing::Perhaps(format!("apply takes {} from it", grant.role)),
            standing @ (Standing::Given(_)
            | Standing::Perhaps(_)
            | Standing::Untold(_)
            | Standing::Missing) => standing,
        })
    });
    standings.max().unwrap_or(Standing::Missing)
}

/// What one grant does for an account.
fn of_grant(Grant { role, member, condition }: &Grant, email: &str, need: Need, gives: &str) -> Standing {
    let (kind, name) = member.split_once(':').unwrap_or((member, ""));
    let is_it = match kind {
        "serviceAccount" => Some(name.eq_ignore_ascii_case(email)),
        "allUsers" | "allAuthenticatedUsers" => Some(true),
        // Whoever has these roles on the project is known by the project's own policy.
        "user" | "deleted" | "projectOwner" | "projectEditor" | "projectViewer" => Some(false),
        // Whoever is in a group, a domain or a set is not told.
        _ => None,
    };
    match (need.is_held_by(role), is_it, condition.is_some()) {
        (Some(false), _, _) | (_, Some(false), _) => Standing::Missing,
        (Some(true), Some(true), false) => Standing::Given(format!("{gives} {role}")),
        (Some(true), Some(true), true) => Standing::Perhaps(format!("{role} has a condition")),
        (Some(true) | None, None, _) => Standing::Perhaps(format!("{member} with {role} may")),
        (None, Some(true), _) => Standing::Perhaps(format!("{role} may")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    const EMAIL: &str = "build@demo-project.iam.gserviceaccount.com";

    fn standing(bindings: &Json, need: Need) -> Standing {
        in_policy(&json!({ "bindings": bindings }), EMAIL, need, "it has", &[])
    }

    #[test]
    fn a_grant_gives_what_its_role_holds_to_whom_it_names_for_sure() {
        let itself = "serviceAccount:Build@demo-project.iam.gserviceaccount.com";
        for (role, member, fetch, push) in [
            ("roles/run.builder", itself, "given", "given"),
            ("roles/editor", itself, "given", "given"),
            ("roles/owner", itself, "given", "given"),
            ("roles/storage.admin", itself, "given", "missing"),
            ("roles/storage.objectAdmin", itself, "given", "missing"),
            ("roles/storage.legacyObjectReader", itself, "given", "missing"),
            ("roles/artifactregistry.createOnPushRepoAdmin", itself, "missing", "given"),
            ("roles/artifactregistry.createOnPushWriter", itself, "missing", "given"),
            ("roles/storage.objectViewer", itself, "given", "missing"),
            ("roles/artifactregistry.writer", itself, "missing", "given"),
            ("roles/artifactregistry.reader", itself, "missing", "perhaps"),
            ("roles/logging.logWriter", itself, "missing", "missing"),
            ("roles/logging.serviceAgent", itself, "perhaps", "perhaps"),
            ("projects/demo-project/roles/builds", itself, "perhaps", "perhaps"),
            ("roles/run.builder", "group:builds@example.com", "perhaps", "perhaps"),
            ("roles/run.admin", "group:builds@example.com", "missing", "missing"),
            ("roles/run.builder", "user:ana@example.com", "missing", "missing"),
            ("roles/run.builder", "deleted:serviceAccount:x@y.z?uid=1", "missing", "missing"),
        ] {
            for (need, expected) in [(Need::Fetch, fetch), (Need::Push, push)] {
                let found = match standing(&json!([{"role": role, "members": [member]}]), need) {
                    Standing::Given(_) => "given",
                    Standing::Perhaps(_) => "perhaps",
                    Standing::Untold(_) => "untold",
                    Standing::Missing => "missing",
                };
                assert_eq!(found, expected, "{role} {member} {need:?}");
            }
        }
    }

    #[test]
    fn a_grant_with_a_condition_and_one_that_goes_are_no_pass() {
        let member = format!("serviceAccount:{EMAIL}");
        let binding = json!({"role": "roles/run.builder", "members": [member]});
        let mut conditional = binding.clone();
        conditional.as_object_mut().unwrap().insert("condition".to_owned(), json!({"title": "june"}));
        let perhaps = |why: &str| Standing::Perhaps(why.to_owned());
        assert_eq!(standing(&json!([conditional]), Need::Push), perhaps("roles/run.builder has a condition"));
        let policy = json!({ "bindings": [binding] });
        let removed = [Grant { role: "roles/run.builder".to_owned(), member, condition: None }];
        assert_eq!(
            in_policy(&policy, EMAIL, Need::Push, "it has", &removed),
            perhaps("apply takes roles/run.builder from it")
        );
    }
}
