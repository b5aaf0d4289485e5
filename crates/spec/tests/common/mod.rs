//! What the tests of refusals share.

use std::path::Path;

use spec::{Colour, Variables};

/// The problems of a text, as a person sees them; contexts are read from `tests/stack`.
pub(crate) fn refused(text: &str) -> String {
    match spec::parse("gemmactl.yaml", text, Path::new("tests/stack"), &Variables::none()) {
        Ok(_) => "accepted".to_owned(),
        Err(problems) => problems.render(Colour::Plain),
    }
}
