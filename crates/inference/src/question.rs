//! What is asked.

/// A prompt for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The model, as the server names it.
    pub model: String,
    /// The prompt.
    pub prompt: String,
    /// What the model is told beforehand.
    pub system: Option<String>,
    /// At most so many tokens are said.
    pub limit: Option<u32>,
}

impl Question {
    /// A prompt, and nothing else.
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self { model: model.into(), prompt: prompt.into(), system: None, limit: None }
    }
}
