//! A plan that was approved is what is done, or nothing is: one field of the spec, of what is live or of the record is
//! another one, and what is planned then either is refused, or has another fingerprint, or does the same to the last call.

use model::{Body, Entry, Goal, Inventory, Json, Origin, Plan, Prior, State, Step};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::draft::stacks;
use crate::edit::edits;
use crate::lab::Lab;
use crate::memory::Memory;
use crate::prior::priors;
use crate::{cases, run};

/// So many edits of each sort in one project.
const EDITS: usize = 60;

/// What carrying a plan out does: its calls in their order, and what the record is to remember of them. Not told by the
/// fingerprint's own way of walking a plan.
fn effect(plan: &Plan) -> String {
    let mut text = format!("{} {} {:?}\n", plan.project, plan.stack, plan.goal);
    for change in &plan.changes {
        let entry = plan.record.entry(&plan.stack, &change.id);
        let remembered = entry.map(|entry| (entry.origin, entry.prior, &entry.full_name));
        text.push_str(&format!(
            "{:?} {} {} {:?} {:?}\n{:?}\n",
            change.action,
            change.id,
            change.full_name,
            change.after,
            remembered,
            change.steps.iter().map(sorted).collect::<Vec<_>>()
        ));
    }
    text
}

/// The step with the names of its bodies in order: theirs means nothing, and what is sent back as it was read has another
/// one than what is written anew.
fn sorted(step: &Step) -> Step {
    let mut step = step.clone();
    let request = match &mut step {
        Step::Call { request, wait: _ } => Some(request),
        Step::Build { create, builds: _ } => Some(create),
        Step::Check(check) => Some(&mut check.otherwise),
        Step::Gathered(_) | Step::EditPolicy(_) | Step::Upload(_) | Step::EmptyBucket { .. } => None,
    };
    if let Some(Body::Json(body)) = request.map(|request| &mut request.body) {
        body.sort_all_objects();
    }
    step
}

/// The approved plan, and what may not become of it.
struct Approved {
    fingerprint: String,
    effect: String,
}

impl Approved {
    fn of(plan: &Plan) -> Self {
        Self { fingerprint: engine::fingerprint(plan), effect: effect(plan) }
    }

    /// Refused, another plan, or the same. Tells whether it would be carried out.
    #[track_caller]
    fn holds(&self, now: &Plan, what: &str) -> bool {
        let is_blocked = !now.refusals.is_empty() || !now.unknowns.is_empty() || !now.unread.is_empty();
        if is_blocked || engine::fingerprint(now) != self.fingerprint {
            return false;
        }
        assert_eq!(effect(now), self.effect, "{what} makes the approved plan do something else");
        true
    }
}

/// How many values a document has.
fn count(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(count).sum(),
        Json::Object(map) => map.values().map(count).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

/// Changes the value of that number in the order of the document, and tells what was changed.
fn change_at(json: &mut Json, left: &mut usize, how: u8) -> Option<String> {
    if *left == 0 {
        let before = json.to_string();
        *json = match (&*json, how % 3) {
            (Json::String(text), 0) => json!(format!("{text}x")),
            (Json::String(text), 1) => json!(text.get(1..).unwrap_or_default()),
            (Json::Number(number), _) => json!(number.as_f64().unwrap_or_default() + 1.0),
            (Json::Bool(flag), _) => json!(!flag),
            (Json::Array(items), 0) if !items.is_empty() => json!(items[1..]),
            _ => Json::Null,
        };
        return Some(format!("{before} as {json}"));
    }
    *left -= 1;
    let children: Vec<(String, &mut Json)> = match json {
        Json::Array(items) => items.iter_mut().map(|item| ("[]".to_owned(), item)).collect(),
        Json::Object(map) => map.iter_mut().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    };
    for (key, child) in children {
        if let Some(changed) = change_at(child, left, how) {
            return Some(format!("{key}.{changed}"));
        }
    }
    None
}

/// Changes one thing that the record says.
fn change_record(record: &mut Inventory, at: Index, how: u8) -> Option<String> {
    let mut entries: Vec<&mut Entry> =
        record.stacks.values_mut().flat_map(|stack| stack.entries.values_mut()).collect();
    let shared = record.shared.len();
    let all = entries.len() + shared;
    if all == 0 {
        return None;
    }
    let at = at.index(all);
    if at >= entries.len() {
        let key = record.shared.values_mut().nth(at - entries.len()).unwrap();
        match how % 3 {
            0 => key.prior = if key.prior == Prior::Absent { Prior::Present } else { Prior::Absent },
            1 => key.holders.clear(),
            _ => drop(key.holders.insert(model::StackName::parse("somebody-else").unwrap())),
        }
        return Some(format!("a shared key {how}"));
    }
    let entry = entries.swap_remove(at);
    let said = format!("{} {how}", entry.full_name);
    match how % 8 {
        0 => entry.prior = if entry.prior == Prior::Absent { Prior::Present } else { Prior::Absent },
        1 => {
            entry.origin = match entry.origin {
                Origin::Created => Origin::Adopted,
                Origin::Adopted => Origin::Recovered,
                Origin::Recovered => Origin::Created,
            };
        }
        2 => {
            entry.state = match entry.state {
                State::Present => State::Removing,
                State::Removing => State::Intent,
                State::Intent => State::Present,
            };
        }
        3 => entry.uid = Some("another".to_owned()),
        4 => entry.applied.clear(),
        5 => entry.after.clear(),
        6 => drop(entry.before.insert("description".to_owned(), json!("before"))),
        _ => entry.uid = None,
    }
    Some(said)
}

async fn whatever_is_edited(lab: &Lab, document: &Json, goal: Goal, picks: &[(Index, u8)]) -> [usize; 2] {
    let (spec, record) = (lab.parse(document), lab.inventory().await);
    let memory = Memory::of(lab, &spec, &record, goal).await;
    let (plan, _) = memory.plan(lab, &spec, &record, goal).await;
    let approved = Approved::of(&plan);
    assert!(approved.holds(&plan, "nothing"), "the plan is not its own");
    let mut counts = [0, 0];
    let mut note = |is_done: bool| counts[usize::from(is_done)] += 1;
    for (pick, how) in picks {
        let mut edited = memory.clone();
        let bodies = edited.bodies();
        let mut at = pick.index(bodies.iter().map(|body| count(body)).sum::<usize>());
        let mut said = None;
        for body in bodies {
            let values = count(body);
            if at < values {
                said = change_at(body, &mut at, *how);
                break;
            }
            at -= values;
        }
        let (now, _) = edited.plan(lab, &spec, &record, goal).await;
        note(approved.holds(&now, &format!("live {said:?}")));

        let mut edited = record.clone();
        if let Some(said) = change_record(&mut edited, *pick, *how) {
            let (now, _) = memory.plan(lab, &spec, &edited, goal).await;
            note(approved.holds(&now, &format!("record {said}")));
        }
    }
    counts
}

proptest! {
    #![proptest_config(cases(3))]

    #[test]
    fn no_single_edit_makes_an_approved_plan_do_something_else(
        draft in stacks(), prior in priors(), pick in any::<Index>(), picks in vec((any::<Index>(), any::<u8>()), EDITS),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let mut counts = whatever_is_edited(&lab, &draft.document, Goal::Present, &picks).await;
            lab.apply(&draft.document).await;
            let edits = edits(&draft, &prior);
            let approved = pick.get(&edits);
            approved.draft.lay_out(lab.folder());
            for goal in [Goal::Present, Goal::Absent] {
                let more = whatever_is_edited(&lab, &approved.draft.document, goal, &picks).await;
                counts = [counts[0] + more[0], counts[1] + more[1]];
            }
            // And every other edit of the spec, against the one that was approved.
            let plan = lab.prepare(&approved.draft.document, Goal::Present).await.plan;
            let approved = Approved::of(&plan);
            for edit in &edits {
                edit.draft.lay_out(lab.folder());
                let now = lab.prepare(&edit.draft.document, Goal::Present).await.plan;
                counts[usize::from(approved.holds(&now, &format!("spec {:?}", edit.draft)))] += 1;
            }
            conformance::evidence::add("edits after which an approved plan is refused", counts[0]);
            conformance::evidence::add("edits after which an approved plan does the same", counts[1]);
        });
    }
}
