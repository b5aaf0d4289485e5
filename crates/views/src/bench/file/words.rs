//! Words of the file, and what they stand for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tuning::Server;

use crate::bench::{Ending, Form};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum KindWord {
    /// A service under load.
    Bench,
}

/// Why the measuring ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum EndingWord {
    /// All levels were measured.
    Complete,
    /// Somebody wished it to stop.
    Interrupted,
    /// It took longer than was allowed.
    OutOfTime,
}

impl From<Ending> for EndingWord {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Complete => Self::Complete,
            Ending::Interrupted => Self::Interrupted,
            Ending::OutOfTime => Self::OutOfTime,
        }
    }
}

impl From<EndingWord> for Ending {
    fn from(word: EndingWord) -> Self {
        match word {
            EndingWord::Complete => Self::Complete,
            EndingWord::Interrupted => Self::Interrupted,
            EndingWord::OutOfTime => Self::OutOfTime,
        }
    }
}

/// Why there is no first token of the first prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum NoFirstTokenWord {
    /// It was answered without text.
    Silent,
    /// It was not answered before the end.
    Unanswered,
}

/// In which form a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FormWord {
    /// Ollama's own.
    Ollama,
    /// `OpenAI`'s.
    OpenAi,
}

impl From<Form> for FormWord {
    fn from(form: Form) -> Self {
        match form {
            Form::Ollama => Self::Ollama,
            Form::OpenAi => Self::OpenAi,
        }
    }
}

impl From<FormWord> for Form {
    fn from(word: FormWord) -> Self {
        match word {
            FormWord::Ollama => Self::Ollama,
            FormWord::OpenAi => Self::OpenAi,
        }
    }
}

/// What serves a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ServerWord {
    /// Ollama.
    Ollama,
    /// vLLM.
    Vllm,
    /// Something else, or nobody knows.
    Other,
}

impl From<Server> for ServerWord {
    fn from(server: Server) -> Self {
        match server {
            Server::Ollama => Self::Ollama,
            Server::Vllm => Self::Vllm,
            Server::Other => Self::Other,
        }
    }
}

impl From<ServerWord> for Server {
    fn from(word: ServerWord) -> Self {
        match word {
            ServerWord::Ollama => Self::Ollama,
            ServerWord::Vllm => Self::Vllm,
            ServerWord::Other => Self::Other,
        }
    }
}
