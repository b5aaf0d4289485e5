//! The command line: every argument and every environment variable that gemmactl reads. Nothing else reads the
//! environment, so what a run depends on is visible here.
#![expect(clippy::doc_markdown, reason = "help texts are shown as they are written, backticks too")]

use std::ffi::OsString;
