//! An ownership record of any bytes.

use model::{Action, Inventory, ProjectId, RecordVersion, Standing, VersionContent, Versioned};

use crate::shown::{STYLES, inert};

/// Reads the input as the record of a project, recalls what it says was made, and shows it.
pub fn record(data: &[u8]) {
    let project = ProjectId::parse("demo-project").unwrap();
    match gcp::untrusted::record(data, &project) {
        Ok(inventory) => recall(&project, &inventory),
        Err(problem) => assert!(!problem.is_empty()),
    }
}

fn recall(project: &ProjectId, inventory: &Inventory) {
    assert_eq!(inventory.project, *project);
    let again = gcp::untrusted::record(&model::encoding::encode(inventory).unwrap(), project);
    assert_eq!(again.as_ref(), Ok(inventory), "written and read again it is another record");
    for (stack, kept) in &inventory.stacks {
        for (id, entry) in &kept.entries {
            match resources::recall(project, stack, id, entry) {
                Ok(resource) => {
                    assert_eq!(resource.id(), id);
                    resource.lookup();
                    resource.steps(&Action::Delete, None);
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
    let versioned = Versioned { inventory: inventory.clone(), generation: 1 };
    let nothing = Inventory::new(project.clone());
    let difference = engine::RecordDifference::between(Some(inventory), &nothing);
    let version = RecordVersion {
        generation: 1,
        written: inventory.write_id.clone(),
        standing: Standing::Deleted { until: inventory.write_id.clone() },
        content: VersionContent::Record(Box::new(inventory.clone())),
    };
    for style in STYLES {
        inert(&views::record_history::generations(
            std::slice::from_ref(&version),
            "gs://bucket/inventory.json",
            style,
        ));
        inert(&views::record_history::difference(&difference, &version, Some(1), style));
        inert(&views::record::stacks(&versioned, "gs://bucket/inventory.json", style));
        for stack in inventory.stacks.keys() {
            inert(&views::record::entries(inventory, stack, style));
        }
    }
}
