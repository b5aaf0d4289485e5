//! A saved plan of any bytes.

use crate::document::{Plan, PlanFile};
use crate::shown::inert_plan;

/// Reads the input as a saved plan and shows it. It says nothing that is trusted: what is applied is always planned anew.
pub fn saved_plan(data: &[u8]) {
    let Ok(file) = serde_json::from_slice::<PlanFile>(data) else { return };
    match Plan::try_from(file) {
        Ok(plan) => {
            let again = serde_json::from_str::<PlanFile>(&inert_plan(&plan)).unwrap();
            assert_eq!(Plan::try_from(again).unwrap(), plan, "saved again it is another plan");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
