//! The questions of `init`: each is answered by a flag, by somebody at a terminal, or by what is usual.

use catalogue::Catalogue;
use spec::types::{GpuType, Member, OllamaModel};

use super::answers::{Answers, Server, prebuilt, usual_region, weights};
use super::usage;
use crate::arguments::InitArguments;
use crate::error::CliError;
use crate::terminal::Terminal;

/// The model of the tutorial.
const MODEL: &str = "gemma3:4b";

/// The GPU of small models, and of large ones.
const GPUS: [&str; 2] = ["nvidia-l4", "nvidia-rtx-pro-6000"];

/// The answers. Errors: a flag's value cannot be taken; a question's is asked again.
pub(super) fn answers(
    arguments: &InitArguments,
    terminal: &Terminal,
    catalogue: &Catalogue,
) -> Result<Answers, CliError> {
    let asking = Asking { terminal, asks: !arguments.defaults };
    let server = if let Some(url) = &arguments.weights {
        let (bucket, folder) = weights(url)?;
        Server::Vllm(bucket, folder)
    } else {
        let model =
            asking.one("--model", arguments.model.as_deref(), "Model, by its Ollama tag", MODEL, |text| {
                OllamaModel::parse(text)
            })?;
        if arguments.prebuilt {
            Server::Prebuilt(prebuilt(&model, catalogue)?)
        } else {
            Server::Ollama(model)
        }
    };
    let [small, large] = GPUS;
    let usual = if matches!(server, Server::Vllm(..)) { large } else { small };
    let gpu = asking.one("--gpu", arguments.gpu.as_deref(), "GPU type", usual, GpuType::parse)?;
    let region = catalogue.gpus.get(gpu.as_str()).and_then(usual_region).unwrap_or("europe-west4");
    let region = asking.one("--region", arguments.region.as_deref(), "Region", region, plain)?;
    let project = asking.one(
        "--project",
        arguments.project.as_deref(),
        "Project (empty: given with --var project=VALUE)",
        "",
        plain,
    )?;
    let caller = asking.one(
        "--caller",
        arguments.caller.as_deref(),
        "Who may call it (empty: who holds a role already)",
        "",
        |text| {
            if text.is_empty() { Ok(None) } else { Member::parse(text).map(Some) }
        },
    )?;
    Ok(Answers {
        server,
        gpu: gpu.as_str().to_owned(),
        project: (!project.is_empty()).then_some(project),
        region,
        caller,
    })
}

/// A text that the check of the whole spec looks at.
#[expect(clippy::unnecessary_wraps, reason = "stands where grammars stand")]
fn plain(text: &str) -> Result<String, spec::types::GrammarError> {
    Ok(text.to_owned())
}

struct Asking<'t> {
    terminal: &'t Terminal,
    asks: bool,
}

impl Asking<'_> {
    /// One answer.
    fn one<Value>(
        &self,
        flag: &str,
        given: Option<&str>,
        question: &str,
        usual: &str,
        parse: impl Fn(&str) -> Result<Value, spec::types::GrammarError>,
    ) -> Result<Value, CliError> {
        if let Some(given) = given {
            return parse(given).map_err(|error| usage(flag, &error));
        }
        let shown = if usual.is_empty() { format!("{question}:") } else { format!("{question} [{usual}]:") };
        while let Some(answer) = if self.asks { self.terminal.ask(&shown)? } else { None } {
            let answer = if answer.is_empty() { usual } else { answer.as_str() };
            match parse(answer) {
                Ok(value) => return Ok(value),
                Err(error) => self.terminal.talk(&views::escape::escape(&usage(flag, &error).to_string())),
            }
        }
        parse(usual).map_err(|error| usage(flag, &error))
    }
}
