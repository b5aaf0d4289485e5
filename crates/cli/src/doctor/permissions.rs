//! Whether the caller may do what the spec's own steps do: one question to the project for all of them, and one to
//! each thing that may grant by itself what the project does not.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use gcp::{
    BucketPresence, Need, PolicyHolder, is_held_by, narrowest_roles, needs_of_record, needs_of_request,
    needs_of_step, role_with,
};
use model::{Cloud, Found, Lookup, Plan, ResourceId, Step};

pub(super) use super::held::Held;
use super::held::{ask, listed};
use super::subject::Subject;
use super::{planned, project};
use views::finding::check::{Check, CheckId, Level, Moment, PermissionRow, Standing};

/// A need of the spec, when it is one, and of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Purpose {
    need: Need,
    moment: Moment,
    of: String,
}

/// Which permissions the caller holds on the project, of all that the spec could ever need.
pub(super) async fn held<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> Held {
    let mut purposes = to_read(subject);
    for resource in subject.graph.iter() {
        purposes.extend(of_steps(&Subject::creation(resource), Moment::Apply, resource.id()));
    }
    purposes.extend(to_keep_record(subject, BucketPresence::NotThere));
    purposes.extend(to_destroy(subject));
    let asked = purposes.iter().map(|purpose| purpose.need.permission).collect();
    ask(subject.project(), &asked, cloud).await
}

/// Judges the permissions of what the plan, as far as there is one, would do now.
pub(super) async fn check<C: Cloud>(
    subject: &Subject<'_>,
    cloud: &C,
    plan: Option<&Plan>,
    caller: Option<&str>,
    bucket: BucketPresence,
) -> Check {
    let (held, number) = tokio::join!(held(subject, cloud), project::number(subject.project(), cloud));
    let mut purposes = to_read(subject);
    purposes.extend(to_apply(subject, plan));
    purposes.extend(to_keep_record(subject, bucket));
    purposes.extend(to_destroy(subject));
    let default_account = number.map(|number| format!("{number}-compute@developer.gserviceaccount.com"));
    let default_account =
        default_account.map(|email| PolicyHolder::account(subject.project().as_str(), &email));
    // Without a name, builds and services run as the project's default account.
    for purpose in &mut purposes {
        if purpose.need.permission == "iam.serviceAccounts.actAs" && purpose.need.on.is_none() {
            purpose.need.on.clone_from(&default_account);
        }
    }
    let narrow = ask_things(&purposes, &held, cloud).await;
    let granted = plan.zip(caller).map(|(plan, caller)| planned::roles_for(plan, caller)).unwrap_or_default();
    judge(subject, rows(&purposes, &held, &narrow, &granted), &held, caller)
}

fn to_read(subject: &Subject<'_>) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    let general = ["resourcemanager.projects.get", "serviceusage.services.use"];
    purposes.extend(general.map(|permission| Purpose {
        need: Need { permission, on: None },
        moment: Moment::Plan,
        of: "the project".to_owned(),
    }));
    for resource in subject.graph.iter() {
        let lookup = resource.lookup();
        let gathered = match &lookup {
            Lookup::Object { siblings: Some(siblings), .. } => {
                needs_of_request(&(siblings.gather)(&siblings.parent, &[&siblings.key]))
            }
            Lookup::Object { siblings: None, .. } | Lookup::Part { .. } => Vec::new(),
        };
        let needs = needs_of_request(lookup.request()).into_iter().chain(gathered);
        purposes.extend(needs.map(|need| Purpose {
            need,
            moment: Moment::Plan,
            of: resource.id().to_string(),
        }));
    }
    purposes
}

/// What the plan does; the creation of what it knows nothing of.
fn to_apply(subject: &Subject<'_>, plan: Option<&Plan>) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    let changes = plan.map(|plan| plan.changes.as_slice()).unwrap_or_default();
    for change in changes {
        purposes.extend(of_steps(&change.steps, Moment::Apply, &change.id));
    }
    let known: BTreeSet<&ResourceId> = changes.iter().map(|change| &change.id).collect();
    for resource in subject.graph.iter().filter(|resource| !known.contains(resource.id())) {
        purposes.extend(of_steps(&Subject::creation(resource), Moment::Apply, resource.id()));
    }
    purposes
}

fn to_keep_record(subject: &Subject<'_>, presence: BucketPresence) -> Vec<Purpose> {
    let needs = needs_of_record(subject.bucket, presence).into_iter();
    needs
        .map(|need| {
            let reads = need.permission == "storage.objects.get";
            let moment = if reads { Moment::Plan } else { Moment::Apply };
            Purpose { need, moment, of: "the record".to_owned() }
        })
        .collect()
}

fn to_destroy(subject: &Subject<'_>) -> Vec<Purpose> {
    let steps = |resource| of_steps(&Subject::removal(resource), Moment::Destroy, resource.id());
    subject.graph.iter().flat_map(steps).collect()
}

fn of_steps(steps: &[Step], moment: Moment, id: &ResourceId) -> Vec<Purpose> {
    let needs = steps.iter().flat_map(needs_of_step);
    needs.map(|need| Purpose { need, moment, of: id.to_string() }).collect()
}

/// What things say of permissions that the project does not grant.
async fn ask_things<C: Cloud>(
    purposes: &[Purpose],
    held: &Held,
    cloud: &C,
) -> BTreeMap<PolicyHolder, BTreeSet<String>> {
    let mut questions: BTreeMap<PolicyHolder, BTreeSet<&str>> = BTreeMap::new();
    for Purpose { need, .. } in purposes {
        if let (Some(on), Some(false)) = (&need.on, held.has(need.permission)) {
            questions.entry(on.clone()).or_default().insert(need.permission);
        }
    }
    let requests: Vec<_> = questions.iter().map(|(on, permissions)| on.question(permissions)).collect();
    let answers = join_all(requests.iter().map(|request| cloud.read(request))).await;
    questions
        .into_keys()
        .zip(answers)
        .filter_map(|(on, answer)| match answer {
            Ok(Found::Body(body)) => Some((on, listed(&body))),
            // A thing that is not there yet grants nothing, and a failed look is no grant.
            Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => None,
        })
        .collect()
}

fn rows(
    purposes: &[Purpose],
    held: &Held,
    narrow: &BTreeMap<PolicyHolder, BTreeSet<String>>,
    granted: &BTreeSet<String>,
) -> Vec<PermissionRow> {
    let mut by_permission: BTreeMap<&'static str, Vec<&Purpose>> = BTreeMap::new();
    for purpose in purposes {
        by_permission.entry(purpose.need.permission).or_default().push(purpose);
    }
    let on_things = |permission: &str, purposes: &[&Purpose]| {
        purposes.iter().all(|purpose| {
            let held = purpose.need.on.as_ref().and_then(|on| narrow.get(on));
            held.is_some_and(|held| held.contains(permission))
        })
    };
    by_permission
        .into_iter()
        .filter_map(|(permission, purposes)| {
            let soon = purposes.iter().any(|purpose| purpose.moment == Moment::Plan);
            let comes = granted.iter().any(|role| is_held_by(role, permission));
            let standing = match held.has(permission) {
                None => Standing::Unknown,
                Some(true) => Standing::OnProject,
                Some(false) if on_things(permission, &purposes) => Standing::OnResource,
                Some(false) if comes && !soon => Standing::WithThisPlan,
                Some(false) => Standing::Missing,
            };
            let needed: BTreeSet<(Moment, String)> =
                purposes.iter().map(|purpose| (purpose.moment, purpose.of.clone())).collect();
            let needed = needed.into_iter().collect();
            Some(PermissionRow { permission, role: role_with(permission)?, standing, needed })
        })
        .collect()
}

fn judge(subject: &Subject<'_>, rows: Vec<PermissionRow>, held: &Held, caller: Option<&str>) -> Check {
    let count = |standing| rows.iter().filter(|row| row.standing == standing).count();
    let mut said = vec![format!("{} of {} held on the project", count(Standing::OnProject), rows.len())];
    for (standing, words) in [
        (Standing::OnResource, "on each thing itself"),
        (Standing::WithThisPlan, "granted to you by this plan"),
        (Standing::Unknown, "untold"),
        (Standing::Missing, "missing"),
    ] {
        if count(standing) > 0 {
            said.push(format!("{} {words}", count(standing)));
        }
    }
    let missing: Vec<&PermissionRow> = rows.iter().filter(|row| row.standing == Standing::Missing).collect();
    let only_later = |row: &&PermissionRow| row.needed.iter().all(|(moment, _)| *moment == Moment::Destroy);
    let level = match (missing.is_empty(), held.problem.is_some()) {
        (true, false) => Level::Ok,
        (true, true) => Level::Unknown,
        (false, _) if missing.iter().all(only_later) => Level::Warning,
        (false, _) => Level::Failed,
    };
    let mut check = Check::new(CheckId::Permissions, level, said.join(", "));
    if let Some(problem) = &held.problem {
        check = check.seeing(format!("the project could not be asked for all: {}", problem.message));
    }
    for row in &missing {
        let (moment, of) =
            row.needed.first().map(|(moment, of)| (moment.word(), of.as_str())).unwrap_or_default();
        let more = match row.needed.len() {
            0 | 1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        check = check.seeing(format!("missing {}, to {moment} {of}{more}", row.permission));
    }
    let member = caller.unwrap_or("user:YOUR-ADDRESS");
    let asked: BTreeSet<&str> = missing.iter().map(|row| row.permission).collect();
    for role in narrowest_roles(&asked) {
        check = check.run(&[
            "gcloud",
            "projects",
            "add-iam-policy-binding",
            subject.project().as_str(),
            &format!("--member={member}"),
            &format!("--role={}", role.role),
        ]);
    }
    if !missing.is_empty() {
        check = check.say("a new grant takes some minutes; denials by policy and grants that a folder makes are not told apart here");
    }
    Check { permissions: rows, ..check }
}
