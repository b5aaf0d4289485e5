//! `gemmactl prompt`: a question to the deployed model, its answer as it comes, and how fast it came.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gcp::service::ServiceClient;
use inference::{Answer, Question};
use serde_json::{Map, Value, json};
use views::answer::Figures;
use views::escape;
use views::speech::Speech;

use crate::arguments::PromptArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::service::{self, Chosen, LiveService};
use crate::session::Session;
use crate::terminal::Terminal;

/// Asks the question.
pub(crate) async fn run(arguments: &PromptArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let (service, prompt) = arguments.service_and_prompt();
    let chosen = Chosen::of(&spec, service)?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let live = LiveService::read(&session.cloud, chosen).await?;
    let client = service::client(&live, &session)?;
    if let Some(note) = client.prepare().await? {
        terminal.talk(&escape::escape(&format!("note: {note}")));
    }
    let heard = AtomicBool::new(false);
    let asked = ask(arguments, prompt, &client, &live, &heard, terminal);
    let patient = tokio::time::timeout(arguments.timeout, patiently(asked, &heard, terminal));
    let result = match patient.await {
        Ok(result) => result,
        Err(_) => Err(CliError::Service {
            problem: format!("no whole answer within {} s", arguments.timeout.as_secs()),
            help: "--timeout sets how long to wait; gemmactl status and gemmactl logs show what the service does".to_owned(),
        }),
    };
    let result = match result {
        Err(error) => Err(service::refused::with_member(error, &session).await),
        done @ Ok(()) => done,
    };
    session.close().await?;
    result.map(|()| Exit::Done)
}

async fn ask(
    arguments: &PromptArguments,
    prompt: &str,
    client: &ServiceClient,
    live: &LiveService,
    heard: &AtomicBool,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let (server, model) = service::model::of(client, live, arguments.model.as_deref(), terminal).await?;
    let question = Question { system: arguments.system.clone(), ..Question::new(model.as_str(), prompt) };
    let mut speech = Speech::default();
    // A reader that went away is no error; any other failure to write is told when the answer has ended.
    let mut written: io::Result<()> = Ok(());
    let mut hear = |piece: &str| {
        heard.store(true, Ordering::Relaxed);
        let text = if arguments.json {
            line("piece", &Map::from_iter([("text".to_owned(), json!(piece))]))
        } else {
            speech.hear(piece)
        };
        if written.is_ok() {
            written = terminal.data(&text);
        }
    };
    let answer = server.ask(&question, &mut hear).await;
    written?;
    if !arguments.json {
        terminal.data(&speech.finish())?;
    }
    let figures = figures(&answer.map_err(|failure| service::refused::unanswered(failure, &live.chosen))?);
    if arguments.json {
        let mut more = Map::from_iter([
            ("service".to_owned(), json!(live.chosen.name)),
            ("model".to_owned(), json!(model)),
        ]);
        more.extend(figures.json());
        terminal.data(&line("answer", &more))?;
    } else {
        terminal.talk(&figures.text());
    }
    Ok(())
}

/// The figures of an answer.
pub(crate) fn figures(answer: &Answer) -> Figures {
    Figures {
        first_token: answer.first_token,
        tokens: answer.tokens,
        per_second: answer.rate.map(inference::Rate::per_second),
        total: answer.total,
        load: answer.load,
    }
}

fn line(event: &str, more: &Map<String, Value>) -> String {
    let mut object = Map::from_iter([("version".to_owned(), json!(1)), ("event".to_owned(), json!(event))]);
    object.extend(more.clone());
    format!("{}\n", escape::json_text(&Value::Object(object)))
}

/// Nobody waits so long for a model that is running.
const LONG: Duration = Duration::from_secs(3);

/// Waits for something, and says what may be the matter where it takes long.
async fn patiently<T>(work: impl Future<Output = T>, heard: &AtomicBool, terminal: &Terminal) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(LONG) => {}
    }
    if !heard.load(Ordering::Relaxed) {
        terminal.talk("waiting: where no instance is running, one starts and loads the model, which takes up to some minutes");
    }
    work.await
}
