//! Sends prompts: one to begin with, and then as many at once as each level says, the next as soon as one has ended.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use gcp::service::ServiceFailure;
use inference::{Answer, AskFailure, Rate};
use tokio::time::Instant;
use tuning::{Answered, Level, Sample, Start};
use views::bench::Ending;

use super::Asked;
use crate::terminal::Terminal;

/// What was measured.
pub(crate) struct Measured {
    /// The first prompt.
    pub(crate) start: Start,
    /// The levels, as far as one came.
    pub(crate) levels: Vec<Level>,
    /// Why it ended.
    pub(crate) ending: Ending,
}

/// Why measuring ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody wishes it.
    Interrupted,
    /// It took as long as it may.
    OutOfTime,
}

impl From<Stop> for Ending {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Interrupted => Self::Interrupted,
            Stop::OutOfTime => Self::OutOfTime,
        }
    }
}

/// Measures levels, each a pair of prompts at once and prompts in all, until `stop` comes. `first_request`: when the service was asked
/// anything at all for the first time. Errors: the first prompt of all is not answered.
pub(crate) async fn measured(
    asked: &Asked<'_>,
    first_request: Instant,
    load: &[(u32, u32)],
    stop: impl Future<Output = Stop>,
    terminal: &Terminal,
) -> Result<Measured, AskFailure> {
    let mut stop = std::pin::pin!(stop);
    let mut measured = Measured { start: Start::Unanswered, levels: Vec::new(), ending: Ending::Complete };
    let (question, mut hear) = (asked.question(0), |_: &str| {});
    let before = first_request.elapsed();
    let first = tokio::select! {
        answer = asked.server.ask(&question, &mut hear) => answer?,
        stop = &mut stop => return Ok(Measured { ending: stop.into(), ..measured }),
    };
    measured.start = Start::answered(first.first_token.map(|first| before + first));
    let number = Cell::new(1);
    let mut alone = None;
    for (concurrency, wanted) in load.iter().copied() {
        let samples = RefCell::new(Vec::new());
        let began = Instant::now();
        let ended = tokio::select! {
            () = level(asked, concurrency, wanted, &number, &samples) => None,
            stop = &mut stop => Some(stop),
        };
        let level = Level::of(concurrency, wanted, &samples.into_inner(), began.elapsed(), alone);
        alone = alone.or_else(|| level.alone());
        if let Some(stop) = ended {
            // A level of which nothing ended has nothing to tell.
            if level.ended() > 0 {
                measured.levels.push(level);
            }
            return Ok(Measured { ending: stop.into(), ..measured });
        }
        terminal.talk(&format!("{concurrency} at once: {} of {wanted} prompts answered", level.answered));
        measured.levels.push(level);
    }
    Ok(measured)
}

/// Keeps so many prompts under way until all were sent and have ended.
async fn level(
    asked: &Asked<'_>,
    concurrency: u32,
    wanted: u32,
    number: &Cell<u32>,
    samples: &RefCell<Vec<Sample>>,
) {
    let left = Cell::new(wanted);
    let one_after_the_other = || async {
        while left.get() > 0 {
            left.set(left.get() - 1);
            let question = asked.question(number.replace(number.get() + 1));
            let answer = asked.server.ask(&question, &mut |_| {}).await;
            samples.borrow_mut().push(sample(answer));
        }
    };
    join_all((0..concurrency).map(|_| one_after_the_other())).await;
}

/// What became of a prompt.
fn sample(answer: Result<Answer, AskFailure>) -> Sample {
    match answer {
        Ok(answer) => Sample::Answered(Answered {
            first_token: answer.first_token,
            tokens: answer.tokens,
            per_second: answer.rate.map(Rate::per_second),
        }),
        Err(AskFailure::Refused { status, text, .. }) => Sample::Refused(status, text),
        Err(failure @ (AskFailure::Broken(_) | AskFailure::Malformed { .. } | AskFailure::GaveUp(_))) => {
            Sample::Broken(failure.to_string())
        }
        Err(AskFailure::Service(
            failure @ (ServiceFailure::Credentials(_)
            | ServiceFailure::Target(_)
            | ServiceFailure::Unreachable(_)
            | ServiceFailure::Lost(_)),
        )) => Sample::Lost(failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use inference::Ending as AnswerEnding;

    use super::*;

    #[test]
    fn every_fate_of_a_prompt_is_told_from_the_others() {
        let answer = Answer {
            tokens: 3,
            prompt_tokens: None,
            first_token: Some(Duration::from_millis(5)),
            total: Duration::from_secs(1),
            load: None,
            rate: Some(Rate::Served(62.5)),
            ending: AnswerEnding::Limit,
        };
        let answered =
            Answered { first_token: Some(Duration::from_millis(5)), tokens: 3, per_second: Some(62.5) };
        let refused = AskFailure::Refused { status: 503, text: "busy".to_owned(), path: "/api/generate" };
        for (given, expected) in [
            (Ok(answer), Sample::Answered(answered)),
            (Err(refused), Sample::Refused(503, "busy".to_owned())),
            (
                Err(AskFailure::GaveUp("out of memory".to_owned())),
                Sample::Broken("the server stopped answering: out of memory".to_owned()),
            ),
            (
                Err(AskFailure::Broken("reset".to_owned())),
                Sample::Broken("the answer broke off: reset".to_owned()),
            ),
            (
                Err(ServiceFailure::Lost("reset".to_owned()).into()),
                Sample::Lost("the service did not answer: reset".to_owned()),
            ),
        ] {
            assert_eq!(sample(given), expected);
        }
    }
}
