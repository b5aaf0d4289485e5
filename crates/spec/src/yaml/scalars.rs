//! Files that are a flat map of scalars: values for variables.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// Reads a flat map; every value keeps its spelling, so that `1.10` stays `1.10`.
pub(crate) fn scalar_map(source: &Arc<Source>) -> Result<IndexMap<String, String>, Box<Diagnostic>> {
    if source.text().trim().is_empty() {
        return Ok(IndexMap::new());
    }
    let options = serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
        merge_keys: serde_yaml::options::MergeKeyPolicy::Error,
        budget: serde_yaml::budget! { max_depth: 4, max_nodes: 20_000, max_aliases: 0, max_anchors: 0, max_documents: 1 },
    };
    serde_yaml::from_str_with_options(source.text(), options).map_err(|error| {
        let span = error.location().map(|location| location.span());
        let start = span
            .and_then(|span| span.byte_offset())
            .and_then(|at| usize::try_from(at).ok())
            .unwrap_or_default();
        let start = (0..=start.min(source.text().len()))
            .rev()
            .find(|at| source.text().is_char_boundary(*at))
            .unwrap_or_default();
        let end = source
            .text()
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .map_or(start, |letter| start + letter.len_utf8());
        let formatter = serde_yaml::UserMessageFormatter;
        let problem = Diagnostic::new(
            "invalid-variables",
            format!("this is not a map of variables: {}", error.render_with_formatter(&formatter)),
        )
        .with_help(
            "a file of variables holds lines like `project: my-project`, each a text, number or boolean",
        );
        Box::new(problem.under(source, start..end))
    })
}
