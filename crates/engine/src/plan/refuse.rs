//! Words for what a plan refuses: what, why, and the ways out.

use model::{Effect, Entry, FieldChange, Live, Owner, Prior, Refusal, Resource, Tie};

use super::Planner;
use super::decide::{Adoption, Ground};

/// The ways out where something is there that may be somebody else's. What no line of the spec stands for is named after the
/// stack.
fn taking_over(resource: &dyn Resource) -> Vec<String> {
    let ways = if resource.place().is_some() {
        ["give it another name in the spec", "or take it over with `adopt: true` on the item"]
    } else {
        ["delete it, if nobody needs it any more", "or give the stack another name"]
    };
    ways.map(str::to_owned).to_vec()
}

impl Planner<'_> {
    pub(crate) fn is_refused(&self, resource: &dyn Resource) -> bool {
        self.refusals.last().is_some_and(|refusal| refusal.id == *resource.id())
    }

    /// A refusal of the table.
    pub(crate) fn refuse(&mut self, resource: &dyn Resource, live: Option<&Live>, ground: Ground) {
        let name = resource.full_name();
        let (problem, ways_out) = match ground {
            Ground::OtherStack if self.now_called(resource).is_some() => {
                let stack = &self.options.stack;
                let now = self.now_called(resource).unwrap_or(stack);
                (
                    format!("{name} belongs to the stack `{now}`, which was called `{stack}` before"),
                    vec![
                        format!("write `stack: {now}` in the spec"),
                        "or give it another name in this spec".to_owned(),
                    ],
                )
            }
            Ground::OtherStack => {
                let other = live.map_or("another stack", |live| match &live.owner {
                    Owner::OtherStack(stack) => stack.as_str(),
                    Owner::ThisStack | Owner::Unmarked | Owner::Unmarkable | Owner::Remains => {
                        "another stack"
                    }
                });
                (
                    format!("{name} belongs to the stack `{other}`"),
                    vec![
                        "give it another name in this spec".to_owned(),
                        format!("or let the stack `{other}` give it up first"),
                        format!(
                            "or, if this is `{other}` under a new name: gemmactl record rename {other} {}",
                            self.options.stack
                        ),
                    ],
                )
            }
            Ground::Unmarked(Adoption::NotAsked | Adoption::Allowed) => {
                (format!("{name} is there already, and this stack did not make it"), taking_over(resource))
            }
            Ground::Unmarked(Adoption::RefusedByRun) => (
                format!("{name} is there already, and this run may take nothing over"),
                vec![
                    "give it another name in the spec".to_owned(),
                    "or run where `adopt: true` is allowed".to_owned(),
                ],
            ),
            Ground::StampLost => (
                format!("{name} has lost this stack's stamp, or was made anew by somebody else"),
                taking_over(resource),
            ),
            Ground::NoEntry => (
                format!("{name} carries this stack's stamp, but the ownership record does not know it"),
                vec![
                    "note it in the record with gemmactl record rebuild".to_owned(),
                    "or take its stamp off, and it is left alone".to_owned(),
                ],
            ),
            Ground::Recovered => (
                format!(
                    "{name} was recovered by its stamp, and nobody knows whether it was there before this stack"
                ),
                vec![
                    "delete it with --recovered delete".to_owned(),
                    "or leave it there, without the stamp, with --recovered detach".to_owned(),
                ],
            ),
        };
        self.push(resource, problem, ways_out);
    }

    /// The record speaks of a thing at another place.
    pub(crate) fn refuse_moved(&mut self, resource: &dyn Resource, entry: &Entry) {
        let problem = format!(
            "the record knows {} as {}, the spec puts it at {}; moving it would lose what is there",
            resource.id(),
            entry.full_name,
            resource.full_name()
        );
        let ways_out = vec![
            "give the new one another name in the spec".to_owned(),
            "or take it out of the spec, apply, and add it again".to_owned(),
        ];
        self.push(resource, problem, ways_out);
    }

    /// A replacement without leave.
    pub(crate) fn refuse_replace(&mut self, at: usize, resource: &dyn Resource, fields: &[FieldChange]) {
        let inside = self.inside(at);
        let lost =
            if inside.is_empty() { String::new() } else { format!(", and with it {}", inside.join(", ")) };
        let problem = format!(
            "{} cannot be changed in place: {} would be deleted and made again{lost}",
            fixed(fields),
            resource.full_name()
        );
        let ways_out =
            vec![format!("leave {} as it is", fixed(fields)), "or allow it with --allow-replace".to_owned()];
        self.push(resource, problem, ways_out);
    }

    /// A replacement of what this stack did not make.
    pub(crate) fn refuse_replacing_other(&mut self, resource: &dyn Resource, fields: &[FieldChange]) {
        let before = match self.prior(resource, self.entry(resource.id())) {
            Prior::Unknown => "was recovered by its stamp",
            Prior::Absent | Prior::Present => "was there before this stack",
        };
        let problem = format!(
            "{} cannot be changed in place, and {} {before}, so it is not deleted for it",
            fixed(fields),
            resource.full_name()
        );
        let ways_out = vec![
            format!("leave {} as it is", fixed(fields)),
            "or give the new one another name in the spec".to_owned(),
        ];
        self.push(resource, problem, ways_out);
    }

    /// An adoption that would have to replace.
    pub(crate) fn refuse_adopting_other(&mut self, resource: &dyn Resource, fields: &[FieldChange]) {
        let problem = format!(
            "{} cannot be taken over: {} differs and cannot be changed in place",
            resource.full_name(),
            fixed(fields)
        );
        let ways_out = vec![
            format!("write {} in the spec as it is", fixed(fields)),
            "or give the new one another name in the spec".to_owned(),
        ];
        self.push(resource, problem, ways_out);
    }

    pub(super) fn push(&mut self, resource: &dyn Resource, problem: String, ways_out: Vec<String>) {
        let place = resource.place().cloned();
        self.refusals.push(Refusal { id: resource.id().clone(), place, problem, ways_out });
    }

    /// What lives inside a resource, directly or further down.
    fn inside(&self, at: usize) -> Vec<String> {
        let mut inside = Vec::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let Some(node) = self.graph.nodes.get(at) else { continue };
            for link in node.needed_by.iter().filter(|link| link.tie == Tie::Inside) {
                inside.extend(self.graph.id_at(link.to).map(ToString::to_string));
                open.push(link.to);
            }
        }
        inside.sort();
        inside.dedup();
        inside
    }
}

/// The fields that cannot be changed in place, for a sentence.
fn fixed(fields: &[FieldChange]) -> String {
    let fixed: Vec<String> = fields
        .iter()
        .filter(|field| field.effect == Effect::Replace)
        .map(|field| format!("`{}`", field.path))
        .collect();
    fixed.join(", ")
}
