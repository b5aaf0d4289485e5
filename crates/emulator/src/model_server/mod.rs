//! The deployed service answers: a small Ollama-shaped server behind the host name of each ready service.

use std::sync::Arc;

use crate::call::Call;
use crate::emulator::Emulator;
use crate::error::{ApiError, Shape};
use crate::server::Answered;

/// Whether a host is that of a deployed service.
pub(crate) fn is_service_host(host: &str) -> bool {
    host.ends_with(".run.app") || host.ends_with(".run.localhost")
}

/// Answers in place of a deployed service.
pub(crate) fn answer(_emulator: &Arc<Emulator>, _call: &Call) -> Answered {
    Answered::Whole(ApiError::not_found("Page not found").to_answer(Shape::Standard))
}
