//! The plan as Markdown for pull requests.
