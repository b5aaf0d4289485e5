//! Many writers of one policy: each adds and takes away its own member, over and over, and nobody's is lost. The writers
//! are gemmactl's own edits of a policy, without the runs around them.

use std::time::Duration;

use gcp::{Auth, Endpoint, GoogleCloud, Pace, Target};
use model::{
    Api, ApiRequest, Cloud as _, Grant, Method, PolicyEdit, PolicyRef, ProjectId, Step, Unsupervised,
};
use serde_json::json;

use crate::bench::Bench;
use crate::lab::{PROJECT, Verdict};
use crate::picture::Picture;
use crate::workers::side_by_side;

/// The role that everybody edits; it was granted to others before.
const ROLE: &str = "roles/run.builder";

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contention {
    /// Edits that were made.
    pub edits: usize,
    /// Writes that were refused because somebody was faster.
    pub refused: usize,
    /// Edits after which the writer's own member was not as it had just been made.
    pub lost: usize,
}

/// Lets so many writers edit the project's policy for so many rounds each.
///
/// Errors: an edit failed; somebody else's members, conditions or audit settings are not what they were.
pub fn contention(bench: &Bench, writers: usize, rounds: usize) -> Verdict<Contention> {
    let lab = bench.lab(&bench.untouched)?;
    let names: Vec<String> = (0..writers).map(|writer| format!("user:writer-{writer}@example.com")).collect();
    let results = side_by_side(writers, &names, |member| {
        let cloud = client(&lab.endpoint())?;
        let mut lost = 0;
        for round in 0..rounds {
            // The last round adds, so that everybody has to be there at the end.
            let adds = (rounds - round) % 2 == 1;
            let edit = Step::EditPolicy(edit(member, adds));
            lab.wait_for(cloud.run(&edit, &Unsupervised)).map_err(|error| format!("{member}: {error}"))?;
            lost += usize::from(Picture::of(lab.emulator())?.grants_to(ROLE, member) != adds);
        }
        Ok::<usize, String>(lost)
    });
    let mut lost = 0;
    for result in results {
        lost += result?;
    }
    let now = Picture::of(lab.emulator())?;
    lab.nothing_lost()?;
    lost += names.iter().filter(|member| !now.grants_to(ROLE, member)).count();
    let refused = lab.journal().iter().filter(|exchange| exchange.status == 409).count();
    Ok(Contention { edits: writers * rounds, refused, lost })
}

fn edit(member: &str, adds: bool) -> PolicyEdit {
    let path = |verb| format!("v3/projects/{PROJECT}:{verb}");
    let request = |verb| ApiRequest::new(Api::ResourceManager, Method::Post, path(verb));
    let policy = PolicyRef {
        read: request("getIamPolicy").with_body(json!({"options": {"requestedPolicyVersion": 3}})),
        write: request("setIamPolicy"),
        shown: format!("project {PROJECT}"),
    };
    let grant = Grant { role: ROLE.to_owned(), member: member.to_owned(), condition: None };
    let (add, remove) = if adds { (vec![grant], Vec::new()) } else { (Vec::new(), vec![grant]) };
    PolicyEdit { policy, add, remove }
}

fn client(url: &str) -> Verdict<GoogleCloud> {
    let project = ProjectId::parse(PROJECT).map_err(|error| error.to_string())?;
    let endpoint = Endpoint::parse(url).map_err(|error| error.to_string())?;
    let target = Target { endpoint, quota_project: Some(project.clone()), project };
    let cloud = GoogleCloud::new(target, Auth::default()).map_err(|error| error.to_string())?;
    let pace = Pace { base: Duration::from_millis(5), cap: Duration::from_millis(100), ..Pace::loopback() };
    Ok(cloud.with_pace(pace))
}
