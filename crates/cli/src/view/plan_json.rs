//! The plan as JSON for programs. Version 1.
