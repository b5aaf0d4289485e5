//! Whether the caller may do what the spec's own steps do: one question to the project for all of them, and one to
//! each thing that may grant by itself what the project does not.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::join_all;
use gcp::{
    BucketPresence, Need, PolicyHolder, RoleWith, is_held_by, narrowest_roles, needs_of_record,
    needs_of_request, needs_of_step, role_with, tutorial_roles,
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
    order: Order,
}

/// Whether a plan that grants roles to its own caller can be what grants a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    /// It cannot: this is needed to plan, to write the record, which comes first, or to grant anything at all.
    First,
    /// It can.
    Later,
}

/// Which permissions the caller holds on the project, of all that the spec could ever need.
pub(super) async fn held<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> Held {
    ask(subject.project(), &permissions_of(&all(subject)), cloud).await
}

/// Judges the permissions of what the plan, as far as there is one, would do now.
pub(super) async fn check<C: Cloud>(
    subject: &Subject<'_>,
    cloud: &C,
    plan: Option<&Plan>,
    caller: Option<&str>,
    bucket: BucketPresence,
) -> Check {
    let mut purposes = to_read(subject);
    purposes.extend(to_apply(subject, plan));
    purposes.extend(to_keep_record(subject, bucket));
    purposes.extend(to_destroy(subject));
    // The same question as that of the other checks, unless the plan does what the making of a resource does not.
    let every: Vec<Purpose> = all(subject).into_iter().chain(purposes.iter().cloned()).collect();
    let asked = permissions_of(&every);
    let (held, number) =
        tokio::join!(ask(subject.project(), &asked, cloud), project::number(subject.project(), cloud));
    let caller = std::future::ready(caller.map(str::to_owned));
    judged(subject, cloud, Needed { plan, purposes, held, number }, caller).await
}

/// What the caller is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Only to plan: somebody else may apply.
    Plan,
    /// To apply.
    Apply,
}

/// Judges the permissions of exactly what a plan does: its steps, and the writes of the record around them. What it took to plan was
/// held a moment ago. The caller is asked for only if something is not granted on the project.
pub(super) async fn of_plan<C: Cloud>(
    subject: &Subject<'_>,
    cloud: &C,
    (plan, intent): (&Plan, Intent),
    bucket: impl Future<Output = BucketPresence>,
    caller: impl Future<Output = Option<String>>,
) -> Check {
    let with_record = |presence| {
        let steps = plan.changes.iter().flat_map(|change| of_steps(&change.steps, Moment::Apply, &change.id));
        let record = to_keep_record(subject, presence).into_iter();
        steps.chain(record.map(|purpose| Purpose { moment: Moment::Apply, ..purpose })).collect::<Vec<_>>()
    };
    let widest = with_record(BucketPresence::NotThere);
    let asked = permissions_of(&widest);
    let (held, number, presence) = tokio::join!(
        ask(subject.project(), &asked, cloud),
        project::number(subject.project(), cloud),
        bucket
    );
    let needed = Needed { plan: Some(plan), purposes: with_record(presence), held, number };
    let check = judged(subject, cloud, needed, caller).await;
    let holds_a_write = check.permissions.iter().any(|row| {
        let is_held =
            matches!(row.standing, Standing::OnProject | Standing::OnResource | Standing::WithThisPlan);
        is_held && !only_reads(row.permission)
    });
    match (intent, check.level) {
        // A planner without any right to write is one on purpose.
        (Intent::Plan, Level::Failed) if !holds_a_write => Check { level: Level::Warning, ..check }
            .seeing("none to change anything is held: enough to plan, and somebody else has to apply"),
        (Intent::Plan | Intent::Apply, _) => check,
    }
}

/// Whether a permission is one to look, as somebody has who only plans.
fn only_reads(permission: &str) -> bool {
    let verb = permission.rsplit('.').next().unwrap_or(permission);
    matches!(verb, "get" | "list" | "getIamPolicy" | "use" | "downloadArtifacts")
}

/// What is needed, and what the project told of it.
struct Needed<'plan> {
    plan: Option<&'plan Plan>,
    purposes: Vec<Purpose>,
    held: Held,
    /// The project's number.
    number: Option<String>,
}

async fn judged<C: Cloud>(
    subject: &Subject<'_>,
    cloud: &C,
    needed: Needed<'_>,
    caller: impl Future<Output = Option<String>>,
) -> Check {
    let Needed { plan, mut purposes, held, number } = needed;
    let default_account = number
        .map(|number| PolicyHolder::account(subject.project().as_str(), &project::compute_account(&number)));
    // Without a name, builds and services run as the project's default account.
    for purpose in &mut purposes {
        if purpose.need.permission == "iam.serviceAccounts.actAs" && purpose.need.on.is_none() {
            purpose.need.on.clone_from(&default_account);
        }
    }
    let is_all_held = purposes.iter().all(|purpose| held.has(purpose.need.permission) == Some(true));
    let (narrow, caller) = if is_all_held {
        (BTreeMap::new(), None)
    } else {
        tokio::join!(ask_things(&purposes, &held, cloud), caller)
    };
    let granted = plan
        .zip(caller.as_deref())
        .map(|(plan, caller)| planned::roles_for(plan, caller))
        .unwrap_or_default();
    judge(subject, rows(&purposes, &held, &narrow, &granted), &held, caller.as_deref())
}

fn permissions_of(purposes: &[Purpose]) -> BTreeSet<&str> {
    purposes.iter().map(|purpose| purpose.need.permission).collect()
}

/// All that the spec could ever need.
fn all(subject: &Subject<'_>) -> Vec<Purpose> {
    let mut purposes = to_read(subject);
    for resource in subject.graph.iter() {
        purposes.extend(of_steps(&Subject::creation(resource), Moment::Apply, resource.id()));
    }
    purposes.extend(to_keep_record(subject, BucketPresence::NotThere));
    purposes.extend(to_destroy(subject));
    purposes
}

fn to_read(subject: &Subject<'_>) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    let general = ["resourcemanager.projects.get", "serviceusage.services.use"];
    purposes.extend(general.map(|permission| Purpose {
        need: Need { permission, on: None },
        moment: Moment::Plan,
        of: "the project".to_owned(),
        order: Order::First,
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
            order: Order::First,
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
            Purpose { need, moment, of: "the record".to_owned(), order: Order::First }
        })
        .collect()
}

fn to_destroy(subject: &Subject<'_>) -> Vec<Purpose> {
    let steps = |resource| of_steps(&Subject::removal(resource), Moment::Destroy, resource.id());
    subject.graph.iter().flat_map(steps).collect()
}

fn of_steps(steps: &[Step], moment: Moment, id: &ResourceId) -> Vec<Purpose> {
    let of = |step| {
        let order = if planned::edits_project(step).is_some() { Order::First } else { Order::Later };
        let needs = needs_of_step(step).into_iter();
        needs.map(move |need| Purpose { need, moment, of: id.to_string(), order })
    };
    steps.iter().flat_map(of).collect()
}

/// What things say of permissions that the project does not grant; nothing of one that could not be asked.
async fn ask_things<C: Cloud>(
    purposes: &[Purpose],
    held: &Held,
    cloud: &C,
) -> BTreeMap<PolicyHolder, Option<BTreeSet<String>>> {
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
        .map(|(on, answer)| match answer {
            Ok(Found::Body(body)) => (on, Some(listed(&body))),
            // A thing that is not there yet grants nothing; nor can there be one while its API is off.
            Ok(Found::Absent | Found::ApiDisabled(_)) => (on, Some(BTreeSet::new())),
            // A failed look is neither a grant nor a lack.
            Err(_) => (on, None),
        })
        .collect()
}

fn rows(
    purposes: &[Purpose],
    held: &Held,
    narrow: &BTreeMap<PolicyHolder, Option<BTreeSet<String>>>,
    granted: &BTreeSet<String>,
) -> Vec<PermissionRow> {
    let mut by_permission: BTreeMap<&'static str, Vec<&Purpose>> = BTreeMap::new();
    for purpose in purposes {
        by_permission.entry(purpose.need.permission).or_default().push(purpose);
    }
    // Whether each thing grants it; what nobody can tell is none of both, unless another thing certainly does not.
    let on_things = |permission: &str, purposes: &[&Purpose]| {
        let told = purposes.iter().map(|purpose| match purpose.need.on.as_ref().map(|on| narrow.get(on)) {
            Some(Some(Some(held))) => Some(held.contains(permission)),
            Some(Some(None)) => None,
            Some(None) | None => Some(false),
        });
        let told: BTreeSet<Option<bool>> = told.collect();
        if told.contains(&Some(false)) {
            Some(false)
        } else if told.contains(&None) {
            None
        } else {
            Some(true)
        }
    };
    by_permission
        .into_iter()
        .filter_map(|(permission, purposes)| {
            let soon = purposes.iter().any(|purpose| purpose.order == Order::First);
            let comes = granted.iter().any(|role| is_held_by(role, permission));
            let standing = match held.has(permission) {
                None => Standing::Unknown,
                Some(true) => Standing::OnProject,
                Some(false) => match on_things(permission, &purposes) {
                    Some(true) => Standing::OnResource,
                    Some(false) | None if comes && !soon => Standing::WithThisPlan,
                    Some(false) => Standing::Missing,
                    None => Standing::Unknown,
                },
            };
            let needed: BTreeSet<(Moment, String)> =
                purposes.iter().map(|purpose| (purpose.moment, purpose.of.clone())).collect();
            let needed = needed.into_iter().collect();
            Some(PermissionRow { permission, role: role_with(permission)?, standing, needed })
        })
        .collect()
}

/// Which of the tutorial's roles hold what narrower roles hold that are told: whoever follows it looks for these. Empty where it
/// grants the same.
fn wider_of_the_tutorial(roles: &[RoleWith]) -> String {
    let wider = roles.iter().filter_map(|with| match tutorial_roles(with.role).as_slice() {
        [] => None,
        same if same.contains(&with.role) => None,
        [wide, ..] => Some(format!("{wide} for {}", with.role)),
    });
    let wider: Vec<String> = wider.collect();
    if wider.is_empty() { String::new() } else { format!(" (Google's tutorial takes {})", wider.join(", ")) }
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
    let level = match (missing.is_empty(), count(Standing::Unknown) > 0) {
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
    let roles = narrowest_roles(&asked);
    if !roles.is_empty() {
        check = check.say(format!("grant what is missing{}:", wider_of_the_tutorial(&roles)));
    }
    for role in roles {
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
