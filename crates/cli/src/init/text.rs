//! The text of a first spec.

use super::draft::{Draft, PROJECT};

/// What editors need to know the format. The file is written beside the spec.
pub(crate) const SCHEMA_FILE: &str = "gemmactl.schema.json";

/// The spec with a head for editors and people.
pub(super) fn of(draft: &Draft) -> String {
    let body = spec::yaml_text(&draft.document());
    // A value that looks like a variable is spelled out; this one is meant.
    let written = format!("project: \"$${{{}}}\"\n", "project");
    let body = body.replacen(&written, &format!("project: {PROJECT}\n"), 1);
    format!(
        "# yaml-language-server: $schema={SCHEMA_FILE}\n\
         # Made by gemmactl init. `gemmactl plan --emulator` tries it without an account; docs/spec.md has every key.\n{body}"
    )
}
