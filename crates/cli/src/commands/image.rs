//! `gemmactl image`: what the images of a spec are made from. Asks no cloud.

use spec::Spec;
use spec::types::ImageSource;

use crate::arguments::{DockerfileArguments, ImageCommand};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::terminal::Terminal;

/// Does it.
pub(crate) fn run(command: &ImageCommand, terminal: &Terminal) -> Result<Exit, CliError> {
    match command {
        ImageCommand::Dockerfile(arguments) => dockerfile(arguments, terminal),
    }
}

/// Prints a Dockerfile. Its bytes are those that are sent to the build, so nothing of it is escaped where it goes to a file;
/// control characters are what a terminal would obey.
fn dockerfile(arguments: &DockerfileArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let name = chosen(&spec, arguments.name.as_deref())?;
    match spec.contexts.get(name) {
        Some(context) => terminal.data(&shown(&context.dockerfile_text))?,
        None => return Err(CliError::Usage(not_built(&spec, name))),
    }
    Ok(Exit::Done)
}

/// A text in which every line is escaped, and the line breaks stay.
fn shown(text: &str) -> String {
    let lines = text.lines().map(|line| {
        format!("{}\n", line.split('\t').map(views::escape::escape).collect::<Vec<_>>().join("\t"))
    });
    lines.collect()
}

/// The image that is named, or the only one that is built.
fn chosen<'name>(spec: &'name Spec, name: Option<&'name str>) -> Result<&'name str, CliError> {
    if let Some(name) = name {
        return Ok(name);
    }
    let names: Vec<&str> = spec.contexts.keys().map(String::as_str).collect();
    match names.as_slice() {
        [only] => Ok(only),
        [] => Err(CliError::Usage("this spec builds no image".to_owned())),
        several => {
            Err(CliError::Usage(format!("this spec builds several images; name one: {}", several.join(", "))))
        }
    }
}

/// Why there is no Dockerfile, and what there is.
fn not_built(spec: &Spec, name: &str) -> String {
    let Some((name, image)) = spec.document.images.get_key_value(name) else {
        let known: Vec<&str> = spec.contexts.keys().map(String::as_str).collect();
        return match spec::nearest(name, known.iter().copied()) {
            Some(near) => format!("this spec has no image {name}; did you mean {near}?"),
            None if known.is_empty() => format!("this spec has no image {name}, and builds none"),
            None => format!("this spec has no image {name}; it builds {}", known.join(", ")),
        };
    };
    let section = if image.vllm.is_some() { "vllm" } else { "prebuilt" };
    let running = spec.document.services.iter().find(|(service, _)| {
        spec.place(&format!("/services/{service}/image"))
            == spec.place(&format!("/images/{name}/{section}/x"))
    });
    let what = running.and_then(|(_, service)| match service.image.source() {
        ImageSource::Reference(reference) => {
            let words = service.command.iter().flatten().chain(service.args.iter().flatten());
            let words: Vec<&str> = words.map(String::as_str).collect();
            let start =
                if words.is_empty() { String::new() } else { format!(", started as `{}`", words.join(" ")) };
            Some(format!(": its services run {reference}{start}"))
        }
        ImageSource::Built(_) => None,
    });
    format!("the image {name} is not built, so it has no Dockerfile{}", what.unwrap_or_default())
}
