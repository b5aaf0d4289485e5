//! A model server: found out by what it answers, and asked in its own way.

use gcp::service::{
    ServiceAnswer, ServiceBody, ServiceClient, ServiceHeaderValue, ServiceHeaders, ServiceMethod,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::answer::{Answer, Coming};
use crate::failure::{AskFailure, refusal};
use crate::lines::Lines;
use crate::question::Question;
use crate::{ollama, openai};

/// A deployed model server.
pub struct ModelServer {
    client: ServiceClient,
    dialect: Dialect,
    models: Vec<String>,
}

/// In which form a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Ollama's own.
    Ollama,
    /// `OpenAI`'s.
    OpenAi,
}

/// Statuses by which a server says that it has no such route.
const NO_ROUTE: [u16; 3] = [404, 405, 501];

impl ModelServer {
    /// Asks a service for its models, in Ollama's form and then in `OpenAI`'s. `None`: it has neither list.
    pub async fn discover(client: &ServiceClient) -> Result<Option<Self>, AskFailure> {
        let found = |dialect, models| Some(Self { client: client.clone(), dialect, models });
        if let Some(models) = listed(client, ollama::TAGS, ollama::models).await? {
            return Ok(found(Dialect::Ollama, models));
        }
        Ok(listed(client, openai::MODELS, openai::models)
            .await?
            .and_then(|models| found(Dialect::OpenAi, models)))
    }

    /// A server that is known to be asked in `OpenAI`'s form, whether or not it lists its models.
    pub fn unlisted(client: &ServiceClient) -> Self {
        Self { client: client.clone(), dialect: Dialect::OpenAi, models: Vec::new() }
    }

    /// In which form it is asked.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The models that it has, as it names them.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// Asks a question. Each piece of text is handed to `hear` when it comes.
    pub async fn ask(
        &self,
        question: &Question,
        hear: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Answer, AskFailure> {
        let (path, body, read): (_, _, fn(&str) -> _) = match self.dialect {
            Dialect::Ollama => (ollama::GENERATE, ollama::body(question), ollama::said),
            Dialect::OpenAi => (openai::COMPLETIONS, openai::body(question), openai::said),
        };
        let began = Instant::now();
        let answer = post(&self.client, path, &body).await?;
        if !answer.status().is_success() {
            return Err(refusal(path, answer).await);
        }
        let mut lines = Lines::of(answer, path);
        let mut coming = Coming::default();
        while let Some(line) = lines.next().await? {
            if let Some(said) = read(&line).map_err(|unsaid| unsaid.at(path))? {
                coming.take(&said, began.elapsed());
                if !said.text.is_empty() {
                    hear(&said.text);
                }
            }
        }
        coming
            .finish(began.elapsed())
            .ok_or_else(|| AskFailure::Broken("it ended without saying so".to_owned()))
    }
}

/// The models of a list. `None`: the service has no such list.
async fn listed(
    client: &ServiceClient,
    path: &'static str,
    read: fn(&str) -> Option<Vec<String>>,
) -> Result<Option<Vec<String>>, AskFailure> {
    let answer = client.send(ServiceMethod::GET, path, ServiceHeaders::new(), None).await?;
    if NO_ROUTE.contains(&answer.status().as_u16()) {
        return Ok(None);
    }
    if !answer.status().is_success() {
        return Err(refusal(path, answer).await);
    }
    Ok(read(&Lines::of(answer, path).whole().await?))
}

async fn post(client: &ServiceClient, path: &'static str, body: &Value) -> Result<ServiceAnswer, AskFailure> {
    let mut headers = ServiceHeaders::new();
    headers.insert("content-type", ServiceHeaderValue::from_static("application/json"));
    Ok(client.send(ServiceMethod::POST, path, headers, Some(ServiceBody::from(body.to_string()))).await?)
}
