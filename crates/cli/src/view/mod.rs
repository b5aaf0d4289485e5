//! What people see: pure functions of the plan and of events. Knows the model only.
