//! From the bytes of the record's object to the record of this project. Pure; takes nothing that it does not know.

use model::encoding::{self, DecodeError};
use model::{Inventory, ProjectId};

/// Understands the record of a project. Errors: a newer form, damage, another project or anything else unexpected, as
/// a fragment that says what, and where to look for a better one.
pub(crate) fn decode(bytes: &[u8], project: &ProjectId) -> Result<Inventory, String> {
    let inventory = encoding::decode(bytes).map_err(|error| match error {
        // The version that wrote it understands it; an older generation would only know less.
        DecodeError::OtherForm { .. } => error.to_string(),
        DecodeError::NotJson(_) | DecodeError::NoForm | DecodeError::Damaged | DecodeError::Malformed(_) => {
            format!("{error}; an older generation may be whole: `gemmactl record restore` lists them")
        }
    })?;
    of_project(inventory, project)
}

/// The same of one generation among others: says no more than what is wrong with it.
pub(super) fn decode_generation(bytes: &[u8], project: &ProjectId) -> Result<Inventory, String> {
    of_project(encoding::decode(bytes).map_err(|error| error.to_string())?, project)
}

fn of_project(inventory: Inventory, project: &ProjectId) -> Result<Inventory, String> {
    if inventory.project == *project {
        Ok(inventory)
    } else {
        Err(format!("it speaks about project {}, not {project}", inventory.project))
    }
}
