//! A saved plan of any bytes.

use crate::shown::inert_plan;
use views::Symbols;
use views::document::PlanFile;
use views::since;

/// Reads the input as a saved plan, shows it, and compares it with itself. It says nothing that is trusted: what is applied is
/// always planned anew.
pub fn saved_plan(data: &[u8]) {
    match PlanFile::read(data) {
        Ok(plan) => {
            let again = PlanFile::read(inert_plan(&plan).as_bytes()).unwrap();
            assert_eq!(again, plan, "saved again it is another plan");
            assert!(since::lines(&again.since(&plan), Symbols::Ascii).is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
