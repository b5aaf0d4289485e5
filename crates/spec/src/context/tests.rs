//! Build contexts: which files count, and what changes a digest.

use super::*;

#[test]
fn equal_fields_split_differently_give_another_digest() {
    let digest = |fields: &[&str]| {
        let mut digester = Digester::new("test");
        fields.iter().for_each(|field| digester.field(field));
        digester.hex()
    };
    assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
}
