//! The text of an exported spec.

use std::fmt::Write;

use model::ResourceId;
use serde_json::Value;
use views::escape::escape_line;

/// The spec with a head that says where it comes from and what it does not hold.
pub(super) fn of(document: &Value, service: &ResourceId, left: &[String]) -> String {
    let mut text = format!(
        "# Made by gemmactl export of the live {service}. Its first plan takes over what is there and changes nothing.\n\
         # The image is the one that runs; to build it from a folder, see `images` in the reference of the spec.\n"
    );
    if !left.is_empty() {
        text.push_str("# Live and not in this spec, so it stays as it is:\n");
        for line in left {
            let _ = writeln!(text, "#   {}", escape_line(line));
        }
    }
    text + &spec::yaml_text(document)
}
