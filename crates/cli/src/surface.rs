//! A plan on one of its surfaces. `plan` and `show` print the same bytes of the same plan, but for the command that carries it out: only
//! the process that planned knows with what it was asked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use views::document::Plan;
use views::document::since::Difference;
use views::plan_markdown::{Form, Options};
use views::{annotation, plan_html, plan_json, plan_markdown, plan_text};

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
    let since = differences.as_deref();
    let markdown = |form| plan_markdown::render(plan, &options(arguments, form, since));
    let annotations = || annotation::of_plan(plan);
    let text = match arguments.format {
        Format::Text => plan_text::render(plan, since, &terminal.style_of_data(arguments.detail)),
        Format::Markdown => markdown(Form::Comment),
        Format::Summary => markdown(Form::Summary),
        Format::Json => plan_json::render(plan),
        Format::Html => plan_html::render(plan, since),
        Format::Sarif => annotation::sarif::render(&annotations(), &category(plan), &from_root()),
        Format::Annotations => annotation::workflow::render(&annotations(), &from_root()),
    };
    terminal.data(&text)?;
    Ok(())
}

/// How Markdown of a form is asked for.
fn options<'a>(arguments: &'a SurfaceArguments, form: Form, since: Option<&'a [Difference]>) -> Options<'a> {
    let usual = Options::of(form);
    let max_bytes = arguments.max_bytes.unwrap_or(usual.max_bytes);
    Options { max_bytes, whole: arguments.whole.as_deref(), since, ..usual }
}

/// Whether drift has this form. Errors: a page and the JSON are a plan's, and approve all of it.
pub(crate) fn has_drift_form(format: Format) -> Result<(), CliError> {
    match format {
        Format::Text | Format::Markdown | Format::Summary | Format::Sarif | Format::Annotations => Ok(()),
        Format::Json | Format::Html => {
            let text = "drift is a part of a plan, and this form would approve all of it: --format takes text, markdown, \
                        summary, sarif or annotations with --drift-only. In the JSON of the whole plan, what others changed \
                        has the cause or the reason `drifted`";
            Err(CliError::Usage(text.to_owned()))
        }
    }
}

/// Prints what others changed: a plan of drift alone. Errors: stdout cannot be written, or drift has no such form.
pub(crate) fn show_drift(
    drift: &Plan,
    arguments: &SurfaceArguments,
    terminal: &Terminal,
) -> Result<(), CliError> {
    has_drift_form(arguments.format)?;
    let markdown = |form| views::drift::markdown(drift, &options(arguments, form, None));
    let text = match arguments.format {
        Format::Text => views::drift::text(drift, &terminal.style_of_data(arguments.detail)),
        Format::Markdown => markdown(Form::Comment),
        Format::Summary => markdown(Form::Summary),
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

/// Names files from the root of their repository, with slashes; as they were given where there is no repository around them. Each file
/// is looked for once.
pub(crate) fn from_root() -> impl Fn(&str) -> String {
    let known: RefCell<BTreeMap<String, String>> = RefCell::default();
    move |file| {
        let mut known = known.borrow_mut();
        known.entry(file.to_owned()).or_insert_with(|| named_from_root(file)).clone()
    }
}

fn named_from_root(file: &str) -> String {
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
        let named = |path: &str| named_from_root(folder.path().join(path).to_str().unwrap());
        assert_eq!(named("repository/stacks/../stacks/gemma.yaml"), "stacks/gemma.yaml");
        assert_eq!(named("repository/gemma.yaml"), "gemma.yaml");
    }
}
