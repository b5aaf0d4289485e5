//! The stacks of the model, and the projects that they are made in.

use model::Goal;

use crate::cloud::Project;
use crate::kinds::{Toy, grant, switch, thing};
use crate::process::Job;

const MEMBER: &str = "user:me";

/// Two things that cannot be stamped, which the stacks share, and four that can.
fn of_six() -> Vec<Toy> {
    let name = |name: &str| format!("{name}-one");
    vec![
        switch("run").on_line(1),
        grant(MEMBER).on_line(2).after("api/run"),
        thing(&name("account")).on_line(3).after("api/run"),
        thing(&name("repository")).on_line(4).in_api("run").after("api/run"),
        thing(&name("bucket")).on_line(5).after("thing/account-one"),
        thing(&name("service"))
            .on_line(6)
            .in_api("run")
            .after("api/run")
            .after("grant/user:me")
            .after("thing/account-one")
            .after("thing/repository-one"),
    ]
}

/// The same two shared things, and one of its own.
fn of_three() -> Vec<Toy> {
    vec![
        switch("run").on_line(1),
        grant(MEMBER).on_line(2).after("api/run"),
        thing("service-two").on_line(3).in_api("run").after("api/run").after("grant/user:me"),
    ]
}

pub(crate) fn one(goal: Goal) -> Job {
    Job { stack: "one", goal, toys: of_six() }
}

pub(crate) fn two(goal: Goal) -> Job {
    Job { stack: "two", goal, toys: of_three() }
}

/// A stack of the small size under the first name, where the schedules are many.
pub(crate) fn small(goal: Goal) -> Job {
    Job { stack: "one", goal, toys: of_small() }
}

fn of_small() -> Vec<Toy> {
    vec![
        switch("run").on_line(1),
        grant(MEMBER).on_line(2).after("api/run"),
        thing("service-one").on_line(3).in_api("run").after("api/run").after("grant/user:me"),
    ]
}

/// Every project in which some of the things that cannot be stamped are there before.
pub(crate) fn projects() -> Vec<Project> {
    let subsets: [(&[&str], &[&str]); 4] =
        [(&[], &[]), (&["run"], &[]), (&[], &[MEMBER]), (&["run"], &[MEMBER])];
    subsets.into_iter().map(|(switches, members)| Project::new(switches, members)).collect()
}
