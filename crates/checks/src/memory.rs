//! What a model takes of a GPU's memory, with the sum as people can check it.

use catalogue::{Catalogue, ModelFacts};

use crate::check::Subject;
use crate::server::{Program, Server, Setting};

/// Weights, cache and buffers of an Ollama server, in GiB.
pub(crate) struct Memory {
    pub(crate) weights: f64,
    pub(crate) cache: f64,
    /// What of the cache one slot takes; none where nobody knows.
    each: Option<f64>,
    pub(crate) buffers: f64,
    /// What programs see of the GPU.
    pub(crate) there: f64,
    /// The sum, a line each.
    pub(crate) sum: Vec<String>,
}

impl Memory {
    /// None where a part of it is not known.
    pub(crate) fn of(server: &Server<'_>, catalogue: &Catalogue) -> Option<Self> {
        if server.program != Program::Ollama {
            return None;
        }
        let (gpu, (name, model)) = (server.gpu?, server.model?);
        let slots = slots(server, catalogue)?;
        let context = context(server, catalogue)?;
        let kind = cache_type(server, catalogue)?;
        let bytes = *catalogue.ollama.cache_bytes.types.get(&kind)?;
        let there = gpu.memory.gib;
        let buffers = catalogue.ollama.buffers.gib;
        let weights = model.weights_gib();
        let mut sum = vec![line(&format!("weights of {name}"), weights)];
        let each = model.cache.as_ref().map(|shape| shape.gib_per_slot(context, bytes));
        let cache = if let (Some(shape), Some(each)) = (&model.cache, each) {
            #[expect(clippy::cast_precision_loss, reason = "slots are few")]
            let cache = each * slots as f64;
            let (token, slot) =
                (shape.bytes_per_token(bytes) / 1024.0, shape.bytes_per_slot(bytes) / 1_048_576.0);
            let text =
                format!("cache: {slots} slots × ({context} tokens × {token:.0} KiB + {slot:.0} MiB), {kind}");
            sum.push(line(&text, cache));
            cache
        } else {
            sum.push("cache: not known for this model, so it is not counted".to_owned());
            0.0
        };
        sum.push(line("compute buffers, at most", buffers));
        sum.push(format!("{} of {there:.1} GiB", line("together", weights + cache + buffers)));
        Some(Self { weights, cache, each, buffers, there, sum })
    }

    /// How many slots there is room for beside weights and buffers.
    pub(crate) fn slots_that_fit(&self) -> Option<u64> {
        let each = self.each.filter(|each| *each > 0.0)?;
        let room = (self.there - self.weights - self.buffers).max(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few slots, and never below none"
        )]
        let slots = (room / each) as u64;
        Some(slots)
    }

    /// Where the setting stands that makes most of it.
    pub(crate) fn pointer(&self, server: &Server<'_>) -> String {
        if self.cache > self.weights {
            server.setting_at("OLLAMA_CONTEXT_LENGTH")
        } else {
            server.key("gpu/type")
        }
    }

    /// What the server cannot do without.
    pub(crate) fn least(&self) -> f64 {
        self.weights + self.cache
    }

    /// With what it may take for a while.
    pub(crate) fn most(&self) -> f64 {
        self.least() + self.buffers
    }
}

/// A line of a sum, its figure in a column.
fn line(what: &str, gib: f64) -> String {
    format!("{what:<58} {gib:>6.1}")
}

/// How many requests Ollama answers at once.
pub(crate) fn slots(server: &Server<'_>, catalogue: &Catalogue) -> Option<u64> {
    let default = catalogue.ollama.default_of("OLLAMA_NUM_PARALLEL");
    server.number("OLLAMA_NUM_PARALLEL", default).map(|slots| slots.max(1))
}

/// Tokens for each slot: as set, or by the GPU's memory; never more than the model was made for.
pub(crate) fn context(server: &Server<'_>, catalogue: &Catalogue) -> Option<u64> {
    let set = server.number("OLLAMA_CONTEXT_LENGTH", catalogue.ollama.default_of("OLLAMA_CONTEXT_LENGTH"))?;
    let asked = if set == 0 { catalogue.ollama.context_for(server.gpu?.memory.gib)? } else { set };
    let limit = server.model.map_or(u64::MAX, |(_, model): (_, &ModelFacts)| model.context);
    Some(asked.min(limit))
}

fn cache_type(server: &Server<'_>, catalogue: &Catalogue) -> Option<String> {
    match server.setting("OLLAMA_KV_CACHE_TYPE") {
        Setting::Given(text) | Setting::Baked(text) => Some(text),
        Setting::Unset => Some(catalogue.ollama.default_of("OLLAMA_KV_CACHE_TYPE").to_owned()),
        Setting::Hidden => None,
    }
}

/// The slots of a service that runs Ollama on a GPU.
pub(crate) fn ollama_slots(subject: &Subject<'_>) -> Option<u64> {
    let server = subject.server;
    let runs = server.program == Program::Ollama && server.service.gpu.is_some();
    if runs { slots(server, subject.catalogue) } else { None }
}
