//! The model server in a service, and the model of it that is asked.

use gcp::service::ServiceClient;
use inference::ModelServer;
use views::escape;

use super::{LiveService, refused};
use crate::error::CliError;
use crate::terminal::Terminal;

/// Finds out how a service is asked, and takes the model that is wanted, or the first that it lists. Errors: it does not let the
/// caller in, or it lists no models and none is named.
pub(crate) async fn of(
    client: &ServiceClient,
    live: &LiveService,
    wanted: Option<&str>,
    terminal: &Terminal,
) -> Result<(ModelServer, String), CliError> {
    let name = &live.chosen.name;
    let discovered = ModelServer::discover(client).await;
    let server = match (discovered.map_err(|failure| refused::unanswered(failure, &live.chosen))?, wanted) {
        (Some(server), _) => server,
        // The ready-made containers answer prompts and list nothing.
        (None, Some(_)) => ModelServer::unlisted(client),
        (None, None) => {
            return Err(CliError::Service {
                problem: format!("service {name} lists no models, in Ollama's form or in OpenAI's"),
                help: "name the model with --model, if it answers /v1/chat/completions".to_owned(),
            });
        }
    };
    let model = match (wanted, server.models()) {
        (Some(model), _) => model.to_owned(),
        (None, [model]) => model.clone(),
        (None, [first, others @ ..]) => {
            let text = format!("asking {first}; the service also has {} (--model)", others.join(", "));
            terminal.talk(&escape::escape(&text));
            first.clone()
        }
        (None, []) => {
            return Err(CliError::Service {
                problem: format!("service {name} has no model"),
                help: "its image should hold one: pull it while the image is built".to_owned(),
            });
        }
    };
    Ok((server, model))
}
