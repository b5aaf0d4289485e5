//! Somebody else changes the project right before a call of apply or destroy.

use emulator::{Exchange, Fault, Outside};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::command::Command;
use crate::lab::{Lab, Verdict};
use crate::picture::Picture;
use crate::report::{Judged, Share, Tally};
use crate::scene::Scene;
use crate::trace::{Point, points};

/// What becomes of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is somebody else's, and stays through apply and destroy.
    Stays,
    /// It was about a thing of the stack, which the next run makes right.
    MadeRight,
}

/// One edit.
struct Edit {
    name: &'static str,
    fate: Fate,
    method: &'static str,
    path: &'static str,
    body: fn() -> Value,
}

/// The edits. Those of the stack's own things find nothing while the thing is not there.
const EDITS: [Edit; 10] = [
    Edit {
        name: "grants the same role to another member",
        fate: Fate::Stays,
        method: "POST",
        path: "/emulator/project",
        body: || json!({"grant": [{"role": "roles/run.builder", "member": "user:eve@example.com"}]}),
    },
    Edit {
        name: "grants another role",
        fate: Fate::Stays,
        method: "POST",
        path: "/emulator/project",
        body: || json!({"grant": [{"role": "roles/browser", "member": "group:auditors@example.com"}]}),
    },
    Edit {
        name: "enables an API",
        fate: Fate::Stays,
        method: "POST",
        path: "/emulator/project",
        body: || json!({"enable": ["secretmanager.googleapis.com"]}),
    },
    Edit {
        name: "labels a bucket of its own",
        fate: Fate::Stays,
        method: "PATCH",
        path: "/storage/v1/b/somebody-elses-bucket",
        body: || json!({"labels": {"edited": "yes"}}),
    },
    Edit {
        name: "makes a bucket",
        fate: Fate::Stays,
        method: "POST",
        path: "/storage/v1/b?project=demo-project",
        body: || json!({"name": "made-in-between", "location": "EU"}),
    },
    Edit {
        name: "makes an account",
        fate: Fate::Stays,
        method: "POST",
        path: "/v1/projects/demo-project/serviceAccounts",
        body: || json!({"accountId": "made-in-between"}),
    },
    Edit {
        name: "deletes the account that the service runs as",
        fate: Fate::MadeRight,
        method: "DELETE",
        path: "/v1/projects/demo-project/serviceAccounts/one-run@demo-project.iam.gserviceaccount.com",
        body: || Value::Null,
    },
    Edit {
        name: "deletes the repository",
        fate: Fate::MadeRight,
        method: "DELETE",
        path: "/v1/projects/demo-project/locations/europe-west1/repositories/models",
        body: || Value::Null,
    },
    Edit {
        name: "deletes the service",
        fate: Fate::MadeRight,
        method: "DELETE",
        path: "/v2/projects/demo-project/locations/europe-west1/services/server",
        body: || Value::Null,
    },
    Edit {
        name: "renames the account that builds",
        fate: Fate::MadeRight,
        method: "PATCH",
        path: "/v1/projects/demo-project/serviceAccounts/one-build@demo-project.iam.gserviceaccount.com",
        body: || json!({"serviceAccount": {"displayName": "Edited"}, "updateMask": "displayName"}),
    },
];

impl Edit {
    /// Whether what it is about is there before a call, by the clean runs.
    fn is_possible_at(&self, point: Point, bench: &Bench) -> bool {
        let (Fate::MadeRight, Some((parent, name))) = (self.fate, self.path.rsplit_once('/')) else {
            return true;
        };
        // An account is made by what stands before the `@` of its address.
        let name = name.split('@').next().unwrap_or(name);
        let makes = |call: &Exchange| {
            let named = format!("{} {}", call.query, call.request);
            call.method == "POST" && call.path == parent && named.contains(name)
        };
        let takes = |call: &Exchange| {
            let below = call.path.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/'));
            call.method == "DELETE" && below.is_some_and(|below| !below.contains('/'))
        };
        match point.scene {
            Scene::Apply => bench.apply_trace.iter().position(makes).is_some_and(|made| made < point.at),
            Scene::Destroy => {
                bench.destroy_trace.iter().position(takes).is_some_and(|taken| point.at <= taken)
            }
            // The edits are of what the first stack made.
            Scene::Rollout | Scene::Rollback => false,
        }
    }
}

/// An edit before a call.
#[derive(Clone, Copy)]
struct Case {
    point: Point,
    edit: &'static Edit,
}

/// An edit of a thing of the stack does nothing where the thing is being made, or is gone, a call earlier or later than in the
/// clean run.
const MAY_MISS: usize = 15;

/// Every edit before every call of apply and destroy at which it can do something.
pub fn edits(bench: &Bench, share: Share, threads: usize) -> Tally {
    let all = points(bench)
        .into_iter()
        .flat_map(|point| EDITS.iter().map(move |edit| Case { point, edit }))
        .filter(|case| case.edit.is_possible_at(case.point, bench))
        .collect();
    let name = |case: &Case| format!("somebody {} before {}", case.edit.name, case.point);
    Tally::of(all, share, threads, MAY_MISS, name, |case| judge(bench, case))
}

fn judge(bench: &Bench, Case { point, edit }: &Case) -> Verdict<Judged> {
    let lab = bench.lab(bench.start_of(point.scene))?;
    let request = Outside { method: edit.method.to_owned(), path: edit.path.to_owned(), body: (edit.body)() };
    lab.rules(vec![point.row.rule(
        "edit",
        point.number(),
        Some(1),
        Fault::Outside { requests: vec![request.clone()] },
    )])?;
    let ran = lab.run(point.scene.command(), point.scene.stack())?;
    let (reached, done) = (lab.struck("edit") > 0, lab.done("edit") > 0);
    if !ran.code.is_some_and(|code| [0, 1, 3, 4, 5].contains(&code)) || ran.said.contains("panicked") {
        return Err(format!("the run ended with {:?}: {}", ran.code, ran.said));
    }
    lab.rules(Vec::new())?;
    if !reached {
        lab.emulator().act(&request);
    }
    if reached && !done && edit.fate == Fate::Stays {
        return Err("nobody could do that".to_owned());
    }
    let wanted = bench.untouched.copy();
    if edit.fate == Fate::Stays {
        wanted.act(&request);
    }
    settled(&lab, point.scene.stack(), &Picture::of(&wanted)?)
        .map_err(|wrong| format!("{wrong}\n  the run had said: {}", ran.said))?;
    Ok(if done { Judged::AsPromised } else { Judged::NotReached })
}

/// Running again converges, and destroying leaves what others made.
fn settled(lab: &Lab<'_>, stack: &str, wanted: &Picture) -> Verdict {
    lab.has_all_of(wanted)?;
    lab.must(Command::Apply, stack)?;
    lab.must(Command::Plan, stack)?;
    lab.has_all_of(wanted)?;
    lab.must(Command::Destroy, stack)?;
    lab.is_as(wanted)
}
