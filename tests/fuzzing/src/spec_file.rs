//! A spec file of any bytes.

use engine::Graph;
use model::Action;
use spec::{Colour, Diagnostics, EnvironmentChoice, LoadError, Spec, Variables};

use crate::sample;

/// Reads the input as a spec file, and what it asks for as resources.
pub fn spec(data: &[u8]) {
    let loaded = match std::str::from_utf8(data) {
        Ok(text) => {
            let lines = text.lines().count();
            let every = EnvironmentChoice::Every;
            spec::parse_environments("gemmactl.yaml", text, &sample::folder(), &Variables::none(), every)
                .map_err(|problems| check(&problems, lines))
        }
        Err(_) => of_file(data),
    };
    for spec in loaded.into_iter().flatten() {
        resolve(&spec);
    }
}

/// What is no text is refused where the file is read.
fn of_file(data: &[u8]) -> Result<Vec<Spec>, ()> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gemmactl.yaml");
    std::fs::write(&file, data).unwrap();
    spec::load_environments(&file, &Variables::none(), EnvironmentChoice::Every).map_err(
        |error| match error {
            LoadError::Invalid(problems) => check(&problems, String::from_utf8_lossy(data).lines().count()),
            LoadError::Read { source, .. } => panic!("{source}"),
        },
    )
}

/// Every problem can be shown, and has a place in the file and a text.
fn check(problems: &Diagnostics, lines: usize) {
    assert!(!problems.is_empty());
    let shown = problems.render(Colour::Plain);
    assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
    for problem in problems {
        let line = problem.place.as_ref().map_or(1, |place| place.line);
        assert!(usize::try_from(line).unwrap() <= lines + 1, "{problem}");
        // The structural check and the types never disagree.
        assert_ne!(problem.id, "invalid-spec", "{problem}");
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem}");
    }
}

/// Nothing can fail any more once a spec is checked.
fn resolve(spec: &Spec) {
    let resources = resources::resolve(spec);
    for resource in &resources {
        assert!(!resource.full_name().is_empty());
        assert!(!resource.steps(&Action::Create, None).is_empty(), "{} is made by nothing", resource.id());
    }
    if let Err(errors) = Graph::build(resources) {
        assert!(errors.iter().all(|error| !error.to_string().is_empty()));
    }
}
