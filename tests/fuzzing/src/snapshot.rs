//! A saved snapshot of any bytes.

use engine::SavedSnapshot;
use model::{Goal, RecordStore as _};

use crate::plan::{planned, show};
use views::document;
use views::noise::{self, Noise};

/// Reads the input as a saved snapshot, plans the sample stack from it, present and absent, and shows the plans.
pub fn snapshot(data: &[u8]) {
    let snapshot = match SavedSnapshot::read(data) {
        Ok(snapshot) => snapshot,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let again = SavedSnapshot::read(snapshot.text().as_bytes()).unwrap();
    assert_eq!(again.text(), snapshot.text(), "saved again it is another snapshot");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for goal in [Goal::Present, Goal::Absent] {
        let record = runtime.block_on(snapshot.load()).unwrap().inventory;
        if let Some((plan, live)) = runtime.block_on(planned(&snapshot, &record, goal)) {
            show(&document::Plan::of(&plan, noise::ignored(&plan, &live, Noise::Counted)));
        }
    }
    for read in snapshot.missing() {
        assert!(!read.is_empty());
    }
}
