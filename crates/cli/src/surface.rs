//! A plan on one of its surfaces. `plan` and `show` print the same bytes of the same plan.

use std::path::{Component, Path, PathBuf};

use views::document::Plan;
use views::plan_markdown::{Form, Options};
use views::{annotation, plan_html, plan_json, plan_markdown, plan_text, since};

use crate::arguments::{Format, SurfaceArguments};
use crate::error::CliError;
use crate::terminal::Terminal;

/// Prints a plan, with what is different from an earlier one. Errors: stdout cannot be written.
pub(crate) fn show(
    plan: &Plan,
    earlier: Option<&Plan>,
    arguments: &SurfaceArguments,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let differences = earlier.map(|earlier| plan.since(earlier));
    let markdown = |form| {
        let usual = Options::of(form);
        plan_markdown::render(
            plan,
            &Options {
                max_bytes: arguments.max_bytes.unwrap_or(usual.max_bytes),
                whole: arguments.whole.as_deref(),
                since: differences.as_deref(),
                ..usual
            },
        )
    };
    let text = match arguments.format {
        Format::Text => {
            let more = differences.as_deref().map(since::text).unwrap_or_default();
            plan_text::render(plan, &terminal.style_of_data(arguments.detail)) + &more
        }
        Format::Markdown => markdown(Form::Comment),
        Format::Summary => markdown(Form::Summary),
        Format::Json => plan_json::render(plan),
        Format::Html => plan_html::render(plan, differences.as_deref()),
        Format::Sarif => annotation::sarif::render(&annotation::of_plan(plan), &category(plan), &from_root),
        Format::Annotations => annotation::workflow::render(&annotation::of_plan(plan), &from_root),
    };
    terminal.data(&text)?;
    Ok(())
}

/// Prints what others changed: a plan of drift alone. Errors: stdout cannot be written.
pub(crate) fn show_drift(
    drift: &Plan,
    arguments: &SurfaceArguments,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let text = match arguments.format {
        Format::Text => views::drift::text(drift, &terminal.style_of_data(arguments.detail)),
        Format::Markdown | Format::Summary => views::drift::markdown(drift),
        Format::Json | Format::Html | Format::Sarif | Format::Annotations => {
            return show(drift, None, arguments, terminal);
        }
    };
    terminal.data(&text)?;
    Ok(())
}

/// What tells the results of one stack and environment from those of another on the same commit.
fn category(plan: &Plan) -> String {
    let environment = plan.environment.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
    format!("plan/{}{environment}", plan.stack)
}

/// A file as it is named from the root of its repository, with slashes; as it was given where there is no repository around it.
pub(crate) fn from_root(file: &str) -> String {
    let Ok(path) = std::path::absolute(file).map(|path| without_dots(&path)) else { return file.to_owned() };
    let root = path.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    let Some(inside) = root.and_then(|root| path.strip_prefix(root).ok()) else { return file.to_owned() };
    let parts: Vec<String> =
        inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// A path in which `..` has taken the folder before it away.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_of_its_repository() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("repository/.git")).unwrap();
        let named = |path: &str| from_root(folder.path().join(path).to_str().unwrap());
        assert_eq!(named("repository/stacks/../stacks/gemma.yaml"), "stacks/gemma.yaml");
        assert_eq!(named("repository/gemma.yaml"), "gemma.yaml");
    }
}
