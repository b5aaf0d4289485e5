//! Makes the tables of this crate from a folder of Google's discovery documents (`run.v2.json` and so on), as the Python
//! package `google-api-python-client` ships them: `cargo run -p conformance --bin extract -- FOLDER`.

use std::error::Error;
use std::fs;
use std::path::Path;

use conformance::table::{SELECTIONS, extract};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name the folder of the discovery documents")?;
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    for selection in SELECTIONS {
        let document = fs::read_to_string(Path::new(&folder).join(format!("{}.json", selection.document)))?;
        let table = extract(selection, &serde_json::from_str(&document)?);
        fs::write(tables.join(format!("{}.txt", selection.document)), table)?;
    }
    Ok(())
}
