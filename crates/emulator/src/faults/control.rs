//! The control route `/emulator/faults`: JSON to rules and back.

use serde::Deserialize;
use serde_json::Value;

use super::machine::Faults;
use super::rule::Rule;
use crate::call::{Answer, Call};
use crate::error::{ApiError, Shape};

/// What `POST` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// The rules in place of all others.
    rules: Option<Vec<Rule>>,
    /// What every chance follows from; a random one if nothing is said.
    seed: Option<u64>,
    /// Rules to take back.
    #[serde(default)]
    release: Vec<String>,
}

/// Answers the route; `None` for every other path.
pub(crate) async fn handle(faults: &Faults, call: &Call) -> Option<Answer> {
    if call.path != "/emulator/faults" {
        return None;
    }
    let done = match call.method.as_str() {
        "GET" => {
            if let Some(name) = call.query.get("struck") {
                faults.struck(name).await;
            }
            Ok(())
        }
        "POST" => order(faults, call),
        other => Err(ApiError::not_found(format!(
            "The emulator has no control route {other} {}; it has GET and POST.",
            call.path
        ))),
    };
    Some(match done.and_then(|()| shown(faults)) {
        Ok(shown) => Answer::json(shown),
        Err(error) => error.to_answer(Shape::Standard),
    })
}

fn order(faults: &Faults, call: &Call) -> Result<(), ApiError> {
    let order: Order = serde_json::from_value(call.json()?)
        .map_err(|error| ApiError::invalid(format!("The order of faults is not understood: {error}")))?;
    if let Some(rules) = order.rules {
        let seed = order.seed.unwrap_or_else(random);
        faults.set(rules, seed).map_err(|error| ApiError::invalid(error.to_string()))?;
    }
    for name in &order.release {
        faults.release(name);
    }
    Ok(())
}

/// A seed that is easy to write down; it is shown, so that the run can be had again.
fn random() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().0 >> 40
}

fn shown(faults: &Faults) -> Result<Value, ApiError> {
    serde_json::to_value(faults.shown()).map_err(|error| ApiError::internal(error.to_string()))
}
