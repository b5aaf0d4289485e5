//! The inputs of content: files of a build context, told by their digests under `context.`. Knows no kind.

use model::{Change, FieldChange};

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

/// What changed, for "rebuild because ..": files first, other settings when there are none.
pub(super) fn summary(change: &Change) -> String {
    let files: Vec<String> =
        change.fields.iter().filter_map(|field| Some(format!("{} {}", file(field)?, fate(field)))).collect();
    if !files.is_empty() {
        return super::words::listed(&files, 2);
    }
    let settings: Vec<String> =
        change.fields.iter().map(|field| field.path.clone()).filter(|path| path != "tag").collect();
    match settings.as_slice() {
        [] => "its inputs changed".to_owned(),
        settings => format!("{} changed", super::words::listed(settings, 3)),
    }
}
