//! `gemmactl validate`: checks the spec without asking the cloud.

use catalogue::Catalogue;
use engine::Graph;
use model::Severity;
use serde_json::json;
use spec::{Diagnostic, Diagnostics, LoadError, OperatorPolicy, Spec};

use crate::arguments::{ProblemFormat, SpecArguments, ValidateArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::policy;
use crate::surface::from_root;
use crate::terminal::Terminal;
use views::annotation::{Annotation, Level, Rule, of_judgement, sarif, workflow};
use views::document::operator_policy::Judgement;

/// Says that the spec is right, or every problem that it has.
pub(crate) fn run(arguments: &ValidateArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let catalogue = flow::catalogue(&arguments.spec)?;
    let rules = policy::load(&arguments.policy, terminal.spec_colour())?;
    match arguments.format {
        ProblemFormat::Text => {
            let specs = flow::load_all(&arguments.spec, &catalogue, terminal.spec_colour())?;
            let mut text = String::new();
            let found = Found::of(&specs, &catalogue);
            if !found.problems.is_empty() {
                let shown = terminal.found(Diagnostics(found.problems));
                if found.exit == Exit::Error {
                    return Err(CliError::Spec(shown));
                }
                terminal.talk(&views::escape::escape_problems(shown.trim_end()));
            }
            let mut judgements = Vec::new();
            for (spec, ignored) in specs.iter().zip(found.ignored) {
                text += &right(spec, &arguments.spec, ignored)?;
                if let Some(judgement) = policy::judged(rules.as_ref(), spec, &catalogue) {
                    text += &views::operator_policy::text(&judgement);
                    judgements.push(judgement);
                }
            }
            terminal.data(&text)?;
            judgements.iter().try_for_each(policy::obey)?;
            Ok(Exit::Done)
        }
        ProblemFormat::Json => machine(arguments, &catalogue, rules.as_ref(), terminal, json_of),
        ProblemFormat::Sarif => {
            machine(arguments, &catalogue, rules.as_ref(), terminal, |problems, judgements| {
                sarif::render(&annotations(problems, judgements), "validate", &from_root())
            })
        }
        ProblemFormat::Annotations => {
            machine(arguments, &catalogue, rules.as_ref(), terminal, |problems, judgements| {
                workflow::render(&annotations(problems, judgements), &from_root())
            })
        }
    }
}

/// What the checks find in all the environments.
struct Found {
    problems: Vec<Diagnostic>,
    /// How many findings each spec says to ignore.
    ignored: Vec<usize>,
    /// What it ends with.
    exit: Exit,
}

impl Found {
    fn of(specs: &[Spec], catalogue: &Catalogue) -> Self {
        let mut found = Self { problems: Vec::new(), ignored: Vec::new(), exit: Exit::Done };
        for spec in specs {
            let examination = checks::examine(spec, catalogue);
            if examination.is_faulty() {
                found.exit = Exit::Error;
            }
            found.ignored.push(examination.ignored);
            found.problems.extend(examination.problems.0);
        }
        // Environments share most of their lines.
        found.problems.sort_by(|one, other| (&one.place, one.id).cmp(&(&other.place, other.id)));
        found.problems.dedup();
        found
    }
}

/// That a spec is right, and what it comes to. Errors: its resources wait for each other.
fn right(spec: &Spec, arguments: &SpecArguments, ignored: usize) -> Result<String, CliError> {
    let graph = Graph::build(resources::resolve(spec)).map_err(|errors| CliError::graph(&errors))?;
    let (environment, project) = match &spec.environment {
        Some(name) => (format!("environment {name}, "), format!(" in project {}", spec.document.project)),
        None => (String::new(), String::new()),
    };
    let stack = &spec.document.stack;
    let ignored = match ignored {
        0 => String::new(),
        1 => "; 1 finding ignored".to_owned(),
        many => format!("; {many} findings ignored"),
    };
    Ok(format!(
        "{}: right; {environment}stack {stack}{project} with {} resources{ignored}\n",
        views::escape::escape(&arguments.file.display().to_string()),
        graph.len()
    ))
}

/// Prints every problem in a form for programs. Errors: the file cannot be read.
fn machine(
    arguments: &ValidateArguments,
    catalogue: &Catalogue,
    rules: Option<&OperatorPolicy>,
    terminal: &Terminal,
    form: impl Fn(&[Diagnostic], &[Judgement]) -> String,
) -> Result<Exit, CliError> {
    let choice = arguments.spec.environments();
    let (problems, specs, exit) = match flow::load_choice(&arguments.spec, catalogue, choice) {
        Ok(specs) => {
            let Found { problems, exit, .. } = Found::of(&specs, catalogue);
            (problems, specs, exit)
        }
        Err(LoadError::Invalid(problems)) => (problems.0, Vec::new(), Exit::Error),
        Err(LoadError::Read { path, source }) => return Err(CliError::Unreadable { path, source }),
    };
    let judgements: Vec<_> = specs.iter().filter_map(|spec| policy::judged(rules, spec, catalogue)).collect();
    terminal.data(&form(&problems, &judgements))?;
    judgements.iter().try_for_each(policy::obey)?;
    Ok(exit)
}

/// Problems, and one judgement for each environment in the order of the file.
fn json_of(problems: &[Diagnostic], judgements: &[Judgement]) -> String {
    let judged: Vec<_> = judgements.iter().map(views::operator_policy::json).collect();
    let answer = if judged.is_empty() {
        json!({ "version": 1, "problems": problems })
    } else {
        json!({ "version": 1, "problems": problems, "policy": judged })
    };
    format!("{}\n", views::escape::json_text(&answer))
}

/// Problems and broken rules as remarks beside their lines.
fn annotations(problems: &[Diagnostic], judgements: &[Judgement]) -> Vec<Annotation> {
    let of = |problem: &Diagnostic| Annotation {
        rule: Rule::fixed(problem.id, "A problem of the spec, or what a check found in it"),
        level: match problem.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Note,
        },
        subject: problem.message.clone(),
        message: problem.message.clone(),
        help: problem.advice().into_iter().collect(),
        place: problem.place.clone(),
    };
    problems.iter().map(of).chain(judgements.iter().flat_map(of_judgement)).collect()
}
