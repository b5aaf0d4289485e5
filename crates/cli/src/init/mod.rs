//! A first spec: of answers to a few questions, or of the command that deployed the service before. Asks no cloud.

mod answers;
mod command;
mod draft;
mod questions;
mod text;

use std::path::Path;

use catalogue::Catalogue;
use checks::Examination;
use serde_json::{Value, json};
use spec::types::OllamaModel;
use spec::{Diagnostics, Spec, Variables};

use self::answers::Answers;
use self::draft::Draft;
pub(crate) use self::text::SCHEMA_FILE;
use crate::arguments::InitArguments;
use crate::error::CliError;
use crate::terminal::Terminal;

/// What is to be written.
pub(crate) struct Made {
    /// The text of the spec.
    pub(crate) text: String,
    /// A Dockerfile of one's own: its folder, and its text.
    pub(crate) dockerfile: Option<(String, String)>,
    /// What the checks find in the spec.
    pub(crate) found: Examination,
}

/// Makes the spec. Errors: the command or an answer cannot be taken, or what they ask for is no right spec; every problem is told.
pub(crate) fn make(arguments: &InitArguments, terminal: &Terminal) -> Result<Made, CliError> {
    let catalogue = Catalogue::shipped();
    let colour = terminal.spec_colour();
    let problems = |problems: Diagnostics| CliError::Spec(problems.render(colour));
    let folder =
        arguments.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = if let Some(command) = &arguments.from_command {
        let mut draft = command::read(command).map_err(problems)?;
        adjust(&mut draft, arguments)?;
        draft
    } else {
        fitting(&questions::answers(arguments, terminal, catalogue)?, folder, catalogue)
    };
    let spec = parsed(&draft, folder).map_err(problems)?;
    let found = checks::examine(&spec, catalogue);
    match &arguments.dockerfile {
        None => Ok(Made { text: text::of(&draft), dockerfile: None, found }),
        Some(folder) => own_folder(draft, &spec, folder, found),
    }
}

/// The draft of some answers, with as many slots and tokens as the GPU's memory holds.
fn fitting(answers: &Answers, folder: &Path, catalogue: &Catalogue) -> Draft {
    let mut tried = answers::SLOTS.iter().map(|slots| answers::draft(answers, *slots, catalogue));
    let fits = |draft: &Draft| {
        let found = parsed(draft, folder).ok().map(|spec| checks::examine(&spec, catalogue));
        found.is_some_and(|found| !found.problems.iter().any(|problem| OVERFULL.contains(&problem.id)))
    };
    let least = answers::SLOTS.last().copied().unwrap_or((1, 4096));
    tried.find(fits).unwrap_or_else(|| answers::draft(answers, least, catalogue))
}

/// Findings that a smaller cache mends.
const OVERFULL: [&str; 3] = ["gpu-memory-exceeded", "gpu-memory-tight", "context-above-model"];

/// What flags beside a command say of it.
fn adjust(draft: &mut Draft, arguments: &InitArguments) -> Result<(), CliError> {
    if let Some(project) = &arguments.project {
        draft.project = Some(project.clone());
    }
    if let Some(region) = &arguments.region {
        draft.region.clone_from(region);
    }
    if let Some(model) = &arguments.model {
        let model = OllamaModel::parse(model).map_err(|error| usage("--model", &error))?;
        if !draft.is_built {
            return Err(CliError::Usage(
                "--model renders what --source builds; the command has no --source".to_owned(),
            ));
        }
        let mut build = answers::build();
        let account = draft.image.as_ref().and_then(|image| image.pointer("/build/serviceAccount")).cloned();
        if let (Some(build), Some(account)) = (build.as_object_mut(), account) {
            build.insert("serviceAccount".to_owned(), account);
        }
        draft.image = Some(json!({"ollama": {"model": model.as_str()}, "build": build}));
        // Unset, it follows the GPU's memory.
        if draft.get(&["env", "OLLAMA_CONTEXT_LENGTH"]).is_none() && draft.get(&["gpu"]).is_some() {
            draft.set(
                &["env", "OLLAMA_CONTEXT_LENGTH"],
                answers::SLOTS.first().map_or(4096, |(_, tokens)| *tokens),
            );
        }
    } else if arguments.dockerfile.is_some() {
        return Err(CliError::Usage("--dockerfile needs the model that it holds; add --model".to_owned()));
    }
    Ok(())
}

/// The same with the Dockerfile in a folder: what the rendered image brings to its service is said there.
fn own_folder(mut draft: Draft, spec: &Spec, folder: &str, found: Examination) -> Result<Made, CliError> {
    let none = || CliError::Usage("no Dockerfile belongs to this server".to_owned());
    let context = spec.contexts.get(&draft.service).ok_or_else(none)?;
    let probe =
        spec.document.services.get(draft.service.as_str()).and_then(|service| service.startup_probe.as_ref());
    if let Some(probe) = probe.filter(|_| draft.get(&["startupProbe"]).is_none()) {
        let mut value = json!({"http": {"port": spec::READY_PORT}});
        let times =
            [("initialDelay", probe.initial_delay), ("timeout", probe.timeout), ("period", probe.period)];
        if let Some(fields) = value.as_object_mut() {
            let times = times.into_iter().filter_map(|(key, time)| Some((key, time?)));
            fields.extend(times.map(|(key, time)| (key.to_owned(), Value::from(time.to_string()))));
            fields.extend(probe.failure_threshold.map(|times| ("failureThreshold".to_owned(), times.into())));
        }
        draft.set(&["startupProbe"], value);
    }
    if let Some(image) = draft.image.as_mut().and_then(Value::as_object_mut) {
        image.shift_remove("ollama");
    }
    draft.set_build("context", folder);
    let dockerfile = Some((folder.to_owned(), context.dockerfile_text.clone()));
    Ok(Made { text: text::of(&draft), dockerfile, found })
}

/// The draft as a checked spec.
fn parsed(draft: &Draft, folder: &Path) -> Result<Spec, Diagnostics> {
    // Any project will do where the spec leaves it to a variable.
    let given: &[String] = &["project=any-project".to_owned()];
    let variables = if draft.project.is_none() { Variables::gather(&[], given) } else { Variables::none() };
    spec::parse("gemmactl.yaml", &text::of(draft), folder, &variables)
}

fn usage(flag: &str, error: &spec::types::GrammarError) -> CliError {
    let help = error.suggestion.as_ref().map(|text| format!("; did you mean {text}?"));
    let help = help.or_else(|| error.help.as_ref().map(|help| format!("; {help}"))).unwrap_or_default();
    CliError::Usage(format!("{flag}: {}{help}", error.message))
}

/// The name of a service for what people call a model: lower-case letters, digits and hyphens.
fn service_name(text: &str) -> String {
    let letters: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .skip_while(|letter| !letter.is_ascii_lowercase())
        .take(40)
        .collect();
    let name = letters.trim_end_matches('-');
    if name.is_empty() { "model".to_owned() } else { name.to_owned() }
}

/// The name of a stack for a service: at most 30 letters.
fn stack_name(service: &str) -> String {
    let short: String = service.chars().take(30).collect();
    short.trim_end_matches('-').to_owned()
}
