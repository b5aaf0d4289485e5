//! What the plan comes to: the heading, what stands in the way, and a warning where something is lost or opened to everybody.

use std::fmt::Write;

use model::Goal;

use super::level::Level;
use super::{Body, cost, cut, operator_policy, preflight, span};
use crate::document::{Change, Plan, Public};
use crate::words::{self, counted};

/// The heading, and a sentence where the body is not the whole plan.
pub(super) fn write(body: &Body<'_>, text: &mut String) {
    let plan = body.plan;
    let command = match plan.goal {
        Goal::Present => "plan",
        Goal::Absent => "destroy",
    };
    let environment = plan.environment.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
    let _ = writeln!(text, "### gemmactl {command} · {}{environment} · {}\n", plan.stack, tally(plan));
    if let Some(shortened) = body.level.shortened() {
        let saved = "`gemmactl show PLAN`, with what `plan -o PLAN` saved";
        text.push_str(&body.options.not_all("Not the whole plan", shortened, saved));
    }
}

/// How many of what.
pub(super) fn tally(plan: &Plan) -> String {
    if plan.is_empty() && !plan.is_blocked() {
        return match plan.goal {
            Goal::Present => format!("no changes ({})", counted(plan.changes.len(), "resource", "resources")),
            Goal::Absent => "nothing to destroy".to_owned(),
        };
    }
    words::in_all(plan).map(words::numbered).collect::<Vec<_>>().join(", ")
}

/// What a reviewer must not overlook.
pub(super) fn caution(body: &Body<'_>, text: &mut String) {
    let plan = body.plan;
    let mut warnings: Vec<String> = vec![];
    if plan.is_blocked() {
        let counts: Vec<String> = words::in_the_way(plan).map(words::numbered).collect();
        warnings.push(format!("**Nothing is applied** while this stands: {}", counts.join(", ")));
    }
    warnings.extend(preflight::caution(plan));
    warnings.extend(public(plan, body.level));
    let (made, lost): (Vec<&Change>, Vec<&Change>) =
        plan.deletions().partition(|change| change.action == model::Action::Replace);
    for (word, changes) in [("Deletes", lost), ("Deletes and makes again", made)] {
        let ids: Vec<String> = changes
            .iter()
            .take(SHOWN + 1)
            .map(|change| span::code(&cut::name(&change.id.to_string(), body.level.name())))
            .collect();
        match ids.len() {
            0 => {}
            1..=SHOWN => warnings.push(format!("**{word}** {}", ids.join(", "))),
            _ => warnings
                .push(format!("**{word}** {}, listed below", counted(changes.len(), "thing", "things"))),
        }
    }
    if warnings.is_empty() {
        return;
    }
    text.push_str("> [!CAUTION]\n");
    for warning in warnings {
        let _ = writeln!(text, "> - {warning}");
    }
    text.push('\n');
}

/// Names in one warning; the tables have them all.
const SHOWN: usize = 10;

/// Everything that is open to everybody, or will be, and of what nobody knows it.
pub(super) fn open(plan: &Plan) -> [(&'static str, Vec<Public<'_>>); 3] {
    [
        ("Public access", plan.public_access()),
        ("Public access, live", plan.exposed()),
        ("Access not read", plan.unread_access()),
    ]
}

/// So many ways in are named in one warning; of more of them, the list of access names each.
pub(super) fn ways_shown(level: Level) -> usize {
    match level {
        Level::Full | Level::Changes | Level::Fields | Level::Resources => SHOWN,
        Level::Counts => 3,
        Level::Least => 1,
    }
}

/// One way in, in a sentence, with its line of the spec.
pub(super) fn way_in(word: &str, public: &Public<'_>, level: Level) -> String {
    let what = span::text(&cut::text(&public.what, level.sentence().max(200)));
    let place = public.place.map(|place| span::code(&cut::text(&span::place(place), level.name())));
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("**{word}**: {what}{place}")
}

fn public(plan: &Plan, level: Level) -> Vec<String> {
    let told = |(word, found): (&'static str, Vec<Public<'_>>)| {
        if found.len() > ways_shown(level) {
            return vec![format!("**{word}**: {}, listed below", counted(found.len(), "way in", "ways in"))];
        }
        found.iter().map(|public| way_in(word, public, level)).collect()
    };
    open(plan).into_iter().flat_map(told).collect()
}

/// What is refused and what could not be read, a few lines each.
pub(super) fn in_the_way(body: &Body<'_>) -> Vec<String> {
    let plan = body.plan;
    let refusals = plan.refusals.iter().map(|each| {
        let ways: Vec<&str> = each.ways_out.iter().map(String::as_str).collect();
        ("refused", &each.id, &each.place, &each.problem, ways)
    });
    let unknowns = plan.unknowns.iter().map(|each| {
        let ways: Vec<&str> = each.help.as_deref().into_iter().collect();
        ("unknown", &each.id, &each.place, &each.problem, ways)
    });
    let level = body.level;
    let item = |(word, id, place, problem, ways): (
        &str,
        &model::ResourceId,
        &Option<model::Place>,
        &String,
        Vec<&str>,
    )| {
        let place = place
            .as_ref()
            .map(|place| format!(" at {}", span::code(&cut::text(&span::place(place), level.name()))));
        let id = span::code(&cut::name(&id.to_string(), level.name()));
        let mut text = format!("- {word}: {id}{}: {}\n", place.unwrap_or_default(), sentence(problem, level));
        match level {
            Level::Full | Level::Changes | Level::Fields | Level::Resources => {
                for way in ways {
                    let _ = writeln!(text, "  - way out: {}", sentence(way, level));
                }
            }
            Level::Counts | Level::Least => {}
        }
        text
    };
    let over = cost::over_budget(plan);
    operator_policy::denied(body).into_iter().chain(over).chain(refusals.chain(unknowns).map(item)).collect()
}

fn sentence(text: &str, level: Level) -> String {
    span::text(&cut::text(text, level.sentence()))
}

/// The head of the list of what stands in the way.
pub(super) const IN_THE_WAY: &str = "#### In the way\n\n";
