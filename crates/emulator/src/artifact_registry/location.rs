//! Where Artifact Registry keeps repositories: every region, and three multi-regions.

use serde_json::{Value, json};

use crate::call::Answer;
use crate::storage::regions;
use crate::world::Project;

const MULTI_REGIONS: [&str; 3] = ["asia", "europe", "us"];

/// Whether repositories can be made there.
pub(super) fn is_known(name: &str) -> bool {
    MULTI_REGIONS.contains(&name) || regions().any(|region| region == name)
}

/// `GET .../locations`.
pub(super) fn list(project: &Project) -> Answer {
    let all: Vec<Value> = regions()
        .chain(MULTI_REGIONS)
        .map(|location| {
            json!({
                "name": format!("projects/{}/locations/{location}", project.id),
                "locationId": location,
            })
        })
        .collect();
    Answer::json(json!({ "locations": all }))
}
