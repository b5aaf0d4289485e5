//! The mark by which a found object tells whose it is. Knows no kind.

use model::{Json, Owner, StackName};

/// The label that carries the stack's name, on kinds that have labels.
pub(crate) const LABEL: &str = "gemmactl-stack";

const OPEN: &str = "[gemmactl:";
const CLOSE: char = ']';

/// Whose an object is by its labels.
pub(crate) fn owner_by_label(labels: Option<&Json>, stack: &StackName) -> Owner {
    let marked = labels.and_then(|labels| labels.get(LABEL)).and_then(Json::as_str);
    owner(marked, stack)
}

fn owner(marked: Option<&str>, stack: &StackName) -> Owner {
    match marked.map(StackName::parse) {
        Some(Ok(name)) if name == *stack => Owner::ThisStack,
        Some(Ok(name)) => Owner::OtherStack(name),
        // Text that cannot be a stack's name is no mark of ours.
        Some(Err(_)) | None => Owner::Unmarked,
    }
}

/// A description with the mark at its end, cut so that both fit into so many bytes.
pub(crate) fn marked_description(description: &str, stack: &StackName, at_most: usize) -> String {
    let kept = fitting_description(description, stack, at_most);
    if kept.is_empty() { format!("{OPEN}{stack}{CLOSE}") } else { format!("{kept} {OPEN}{stack}{CLOSE}") }
}

/// The part of a description that fits beside the mark.
pub(crate) fn fitting_description<'text>(
    description: &'text str,
    stack: &StackName,
    at_most: usize,
) -> &'text str {
    let mark = OPEN.len() + stack.as_str().len() + CLOSE.len_utf8() + 1;
    let mut end = description.len().min(at_most.saturating_sub(mark));
    while !description.is_char_boundary(end) {
        end -= 1;
    }
    description.get(..end).unwrap_or_default().trim_end()
}

/// A description without the mark, and whose mark it carried.
pub(crate) fn read_description<'text>(text: &'text str, stack: &StackName) -> (&'text str, Owner) {
    let found = text
        .strip_suffix(CLOSE)
        .and_then(|rest| rest.rsplit_once(OPEN))
        .map(|(description, name)| (description.trim_end(), owner(Some(name), stack)));
    match found {
        Some((description, owner @ (Owner::ThisStack | Owner::OtherStack(_)))) => (description, owner),
        Some((_, Owner::Unmarked | Owner::Unmarkable | Owner::Remains)) | None => (text, Owner::Unmarked),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stack() -> StackName {
        StackName::parse("demo").unwrap()
    }

    #[test]
    fn labels_tell_whose_an_object_is() {
        for (labels, expected) in [
            (json!({"gemmactl-stack": "demo"}), Owner::ThisStack),
            (json!({"gemmactl-stack": "other"}), Owner::OtherStack(StackName::parse("other").unwrap())),
            (json!({"gemmactl-stack": "NOT A NAME"}), Owner::Unmarked),
            (json!({"team": "search"}), Owner::Unmarked),
        ] {
            assert_eq!(owner_by_label(Some(&labels), &stack()), expected, "{labels}");
        }
        assert_eq!(owner_by_label(None, &stack()), Owner::Unmarked);
    }

    #[test]
    fn a_marked_description_reads_back_as_it_was() {
        for text in ["", "Runs the service", "brackets [like these]", "ü".repeat(200).as_str()] {
            let marked = marked_description(text, &stack(), 256);
            assert!(marked.len() <= 256, "{marked}");
            let fits = fitting_description(text, &stack(), 256);
            assert_eq!(read_description(&marked, &stack()), (fits, Owner::ThisStack));
        }
        assert_eq!(read_description("plain [text]", &stack()), ("plain [text]", Owner::Unmarked));
    }
}
