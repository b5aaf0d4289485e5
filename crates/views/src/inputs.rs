//! The inputs of content: files of a build context, told by their digests under `context.`. Knows no kind.

use crate::document::Change;
use model::FieldChange;

/// Field paths that name a file of a context begin so.
const PREFIX: &str = "context.";

/// What became of a file.
pub(super) fn fate(field: &FieldChange) -> &'static str {
    match (&field.before, &field.after) {
        (None, _) => "added",
        (_, None) => "removed",
        (Some(_), Some(_)) => "changed",
    }
}

/// The file that a field speaks about, if it is an input.
pub(super) fn file(field: &FieldChange) -> Option<&str> {
    field.path.strip_prefix(PREFIX)
}

/// Whether a field is a setting of its own, with its own line of the spec: not a file, and not told by the files.
pub(super) fn is_setting(field: &FieldChange) -> bool {
    file(field).is_none() && !matches!(field.path.as_str(), "dockerfile" | "tag")
}

/// What changed, for "rebuild because ..": files first, then settings.
pub(super) fn summary(change: &Change) -> String {
    let is_dockerfile = |field: &&FieldChange| field.path == "dockerfile";
    let listed = change.fields.iter().filter_map(file).any(|name| name.ends_with("Dockerfile"));
    let dockerfile = change.fields.iter().filter(is_dockerfile).filter(|_| !listed);
    let dockerfile = dockerfile.map(|field| format!("the Dockerfile {}", fate(field)));
    let files = change.fields.iter().filter_map(|field| Some(format!("{} {}", file(field)?, fate(field))));
    let files = dockerfile.chain(files);
    let settings = change.fields.iter().filter(|field| is_setting(field));
    let all: Vec<String> =
        files.chain(settings.map(|field| format!("{} {}", field.path, fate(field)))).collect();
    if all.is_empty() { "its inputs changed".to_owned() } else { super::words::listed(&all, 2) }
}

#[cfg(test)]
mod tests {
    use model::{Action, Cause, Reason};
    use serde_json::json;

    use super::super::samples;
    use super::*;

    #[test]
    fn a_dockerfile_that_is_no_file_of_the_list_is_named_first() {
        let input = |path: &str| samples::field(path, None, Some(json!("1")), Cause::InputChanged, None);
        let change = samples::change("image/gemma", Action::Create, Reason::InputsChanged, 1);
        let mut change = samples::fields(change, vec![input("context.prompt.txt"), input("dockerfile")]);
        change.fields[1].before = Some(json!("2"));
        assert_eq!(summary(&samples::shown_change(change)), "the Dockerfile changed, prompt.txt added");
    }

    #[test]
    fn files_come_before_settings_and_many_are_counted() {
        let input =
            |path: &str, before, after| samples::field(path, before, after, Cause::InputChanged, None);
        let change = samples::change("image/gemma", Action::Create, Reason::InputsChanged, 1);
        let change = samples::fields(
            change,
            vec![
                input("args.MODEL", Some(json!("a")), Some(json!("b"))),
                input("context.Dockerfile", Some(json!("1")), Some(json!("2"))),
                input("context.old.txt", Some(json!("1")), None),
                input("tag", Some(json!("1")), Some(json!("2"))),
            ],
        );
        assert_eq!(summary(&samples::shown_change(change)), "Dockerfile changed, old.txt removed and 1 more");
        let nothing = samples::change("image/gemma", Action::Create, Reason::InputsChanged, 1);
        assert_eq!(summary(&samples::shown_change(nothing)), "its inputs changed");
    }
}
