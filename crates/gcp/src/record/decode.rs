//! From the bytes of the record's object to a record. Pure; takes nothing that it does not know.

use model::record::SCHEMA;
use model::{Inventory, Json, ProjectId};

/// The one field of a record that every form has.
#[derive(serde::Deserialize)]
struct Form {
    #[serde(default)]
    schema: Json,
}

/// Understands the record of a project. Errors: a newer form, another project or anything else unexpected, as a
/// fragment that says what.
pub(crate) fn decode(bytes: &[u8], project: &ProjectId) -> Result<Inventory, String> {
    // The form first, everything else unread: another form may mean other things by the same words.
    let form = match serde_json::from_slice::<Form>(bytes) {
        Ok(form) => form,
        Err(error) if error.is_data() => Form { schema: Json::Null },
        Err(error) => return Err(format!("it is not JSON: {error}; an older generation may be whole")),
    };
    match form.schema.as_u64() {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        Some(schema) => {
            return Err(format!(
                "it has form {schema}, this gemmactl knows {SCHEMA}: use the version that wrote it"
            ));
        }
        None => return Err("it does not say its form (`schema`)".to_owned()),
    }
    let inventory: Inventory = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if inventory.project == *project {
        Ok(inventory)
    } else {
        Err(format!("it speaks about project {}, not {project}", inventory.project))
    }
}
