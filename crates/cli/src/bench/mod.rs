//! Load on a deployed model: what is sent, and what becomes of it. Knows nothing of what the figures say; that is `tuning`'s.

mod load;
pub(crate) mod setup;

use inference::{Dialect, ModelServer, Question};
use tuning::Setup;
use views::bench::{Form, Subject};

pub(crate) use load::{Stop, measured};

use crate::arguments::BenchArguments;
use crate::service::LiveService;

/// Who is asked what.
pub(crate) struct Asked<'run> {
    server: &'run ModelServer,
    model: &'run str,
    prompt: &'run str,
    max_tokens: u32,
}

impl<'run> Asked<'run> {
    /// A model is asked a prompt for at most so many tokens, again and again.
    pub(crate) fn new(
        server: &'run ModelServer,
        model: &'run str,
        prompt: &'run str,
        max_tokens: u32,
    ) -> Self {
        Self { server, model, prompt, max_tokens }
    }

    /// The prompt of a number. Servers keep what they have read of a prompt for the next that begins the same way, so the number
    /// stands at the beginning.
    fn question(&self, number: u32) -> Question {
        let prompt = format!("Question {number}. {}", self.prompt);
        Question { limit: Some(self.max_tokens), ..Question::new(self.model, prompt) }
    }

    /// The same for the report.
    pub(crate) fn subject(&self, live: &LiveService) -> Subject {
        Subject {
            service: live.chosen.name.clone(),
            region: live.chosen.region.clone(),
            project: live.chosen.project.clone(),
            revision: live.ready_revision().map(str::to_owned),
            model: self.model.to_owned(),
            form: match self.server.dialect() {
                Dialect::Ollama => Form::Ollama,
                Dialect::OpenAi => Form::OpenAi,
            },
            prompt: self.prompt.to_owned(),
            max_tokens: self.max_tokens,
        }
    }
}

/// What will be sent, before anybody agrees to it.
pub(crate) fn announced(
    arguments: &BenchArguments,
    live: &LiveService,
    load: &[(u32, u32)],
    setup: &Setup,
) -> String {
    let prompts = load.iter().map(|(_, prompts)| u64::from(*prompts)).sum::<u64>() + 1;
    let tokens = prompts.saturating_mul(u64::from(arguments.max_tokens));
    let levels: Vec<String> = load.iter().map(|(level, _)| level.to_string()).collect();
    let instances = load.iter().map(|(level, _)| setup.instances_at(*level)).max().unwrap_or(1);
    let started =
        if instances == 1 { "Its instance".to_owned() } else { format!("Up to {instances} instances") };
    format!(
        "{} will be asked {prompts} prompts, {} at once, for {} tokens each: {tokens} tokens at the most. {started} will be busy, and \
         billed, for as long as that takes; whoever else uses it will wait. Ctrl-C ends it and shows what was measured.",
        live.chosen.name,
        levels.join(", "),
        arguments.max_tokens,
    )
}
