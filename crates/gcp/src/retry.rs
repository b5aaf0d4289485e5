//! Whether a request is sent again, and after which delay: the retry table, in one function. Sends nothing.
//!
//! Sources: the APIs' error guides and AIP-194 (quota other than a rate is not retried); full jitter.

use std::time::Duration;

use crate::Pace;
use crate::errors::Reason;

/// Whether a request may be repeated when its fate is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Reads, and writes that come out the same when they are done twice or carry a precondition.
    Safe,
    /// Creates: what is there is read before it is tried again.
    AfterReadingBack,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// No connection.
    NotSent,
    /// No answer, after the request was sent.
    Lost,
    /// An answer that cannot be understood.
    Malformed,
    /// A refusal.
    Refused(Reason),
}

/// What else counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation {
    pub(crate) repeat: Repeat,
    /// Attempts so far, this one included.
    pub(crate) attempt: u32,
    /// The delay that the API asks for.
    pub(crate) asked: Option<Duration>,
    /// When something that this run did explains the refusal: how long ago, and how long that may take.
    pub(crate) settling: Option<Settling>,
    /// Where it was sent.
    pub(crate) distance: Distance,
}

/// Something that this run did and that may not have taken effect everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settling {
    /// How long ago.
    pub(crate) age: Duration,
    /// How long that may take.
    pub(crate) limit: Duration,
}

/// How far away the endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distance {
    /// On this machine: a refused connection means that nobody listens.
    ThisMachine,
    /// Across a network, which may recover.
    Network,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Send it again after a delay.
    Again(Duration),
    /// Give up, or let the caller look at what is there.
    Stop,
}

/// Attempts in all when the network or the service has a problem.
const TRANSIENT: u32 = 6;
/// Attempts in all without any connection.
const CONNECT: u32 = 4;
/// Attempts in all when calls come too fast.
const RATE: u32 = 10;
/// An answer that cannot be understood is asked for once more.
const MALFORMED: u32 = 2;
/// While something settles, it is asked at least so often.
const SETTLING_CEILING: Duration = Duration::from_secs(10);
/// No API may hold a run longer than this with one delay.
const LONGEST_ASKED: Duration = Duration::from_mins(2);

/// The retry table.
pub(crate) fn verdict(signal: Signal, situation: Situation, pace: &Pace) -> Verdict {
    let Situation { repeat, attempt, asked, settling, distance } = situation;
    let delay = pace.backoff(attempt).max(asked.unwrap_or_default().min(LONGEST_ASKED));
    let up_to = |attempts: u32| if attempt < attempts { Verdict::Again(delay) } else { Verdict::Stop };
    let while_settling = match settling {
        Some(Settling { age, limit }) if age < limit.min(pace.propagation) => {
            Verdict::Again(delay.min(SETTLING_CEILING).max(pace.poll_floor))
        }
        Some(_) | None => Verdict::Stop,
    };
    match (signal, repeat, distance) {
        (Signal::NotSent, _, Distance::ThisMachine) => Verdict::Stop,
        (Signal::NotSent, _, Distance::Network) => up_to(CONNECT),
        (Signal::Malformed, Repeat::Safe, _) => up_to(MALFORMED),
        (Signal::Lost | Signal::Refused(Reason::Server), Repeat::Safe, _) => up_to(TRANSIENT),
        (Signal::Refused(Reason::RateLimit | Reason::ActivationInProgress), _, _) => up_to(RATE),
        (
            Signal::Refused(
                Reason::ServiceDisabled
                | Reason::Denied
                | Reason::UnknownAccount
                | Reason::NotFound
                | Reason::Exists
                | Reason::Aborted,
            ),
            _,
            _,
        ) => while_settling,
        (Signal::Lost | Signal::Malformed | Signal::Refused(Reason::Server), Repeat::AfterReadingBack, _)
        | (Signal::Refused(Reason::Precondition | Reason::Unauthenticated | Reason::Final), _, _) => {
            Verdict::Stop
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(repeat: Repeat, attempt: u32) -> Situation {
        Situation { repeat, attempt, asked: None, settling: None, distance: Distance::Network }
    }

    fn again(signal: Signal, situation: Situation) -> bool {
        matches!(verdict(signal, situation, &Pace::live()), Verdict::Again(_))
    }

    #[test]
    fn the_table_decides_by_signal_repeatability_and_attempt() {
        use Repeat::{AfterReadingBack, Safe};
        use Signal::{Lost, Malformed, NotSent, Refused};
        for (signal, repeat, attempt, expected) in [
            (NotSent, AfterReadingBack, 1, true),
            (NotSent, Safe, 4, false),
            (Lost, Safe, 1, true),
            (Lost, Safe, 6, false),
            (Lost, AfterReadingBack, 1, false),
            (Malformed, Safe, 1, true),
            (Malformed, Safe, 2, false),
            (Malformed, AfterReadingBack, 1, false),
            (Refused(Reason::Server), Safe, 5, true),
            (Refused(Reason::Server), AfterReadingBack, 1, false),
            (Refused(Reason::RateLimit), AfterReadingBack, 9, true),
            (Refused(Reason::RateLimit), Safe, 10, false),
            (Refused(Reason::ActivationInProgress), Safe, 1, true),
            (Refused(Reason::Final), Safe, 1, false),
            (Refused(Reason::Unauthenticated), Safe, 1, false),
            (Refused(Reason::Precondition), Safe, 1, false),
            (Refused(Reason::ServiceDisabled), Safe, 1, false),
            (Refused(Reason::Denied), Safe, 1, false),
            (Refused(Reason::NotFound), Safe, 1, false),
            (Refused(Reason::Exists), AfterReadingBack, 1, false),
            (Refused(Reason::Aborted), Safe, 1, false),
            (Refused(Reason::UnknownAccount), Safe, 1, false),
        ] {
            assert_eq!(
                again(signal, situation(repeat, attempt)),
                expected,
                "{signal:?} {repeat:?} {attempt}"
            );
        }
    }

    #[test]
    fn what_this_run_caused_is_waited_for_until_its_limit() {
        let settling = |age: u64| Situation {
            settling: Some(Settling { age: Duration::from_secs(age), limit: Duration::from_mins(5) }),
            ..situation(Repeat::AfterReadingBack, 40)
        };
        for reason in [Reason::ServiceDisabled, Reason::Denied, Reason::UnknownAccount, Reason::NotFound] {
            assert!(again(Signal::Refused(reason), settling(299)), "{reason:?}");
            assert!(!again(Signal::Refused(reason), settling(300)), "{reason:?}");
        }
    }

    #[test]
    fn a_delay_that_the_api_asks_for_is_kept() {
        let asked = Situation { asked: Some(Duration::from_secs(20)), ..situation(Repeat::Safe, 1) };
        let Verdict::Again(delay) = verdict(Signal::Refused(Reason::RateLimit), asked, &Pace::live()) else {
            panic!("gave up")
        };
        assert!(delay >= Duration::from_secs(20));
        let absurd = Situation { asked: Some(Duration::from_hours(24)), ..situation(Repeat::Safe, 1) };
        assert!(
            matches!(verdict(Signal::Refused(Reason::Server), absurd, &Pace::live()), Verdict::Again(delay) if delay <= LONGEST_ASKED)
        );
    }

    /// Time is added up, not waited for.
    #[test]
    fn every_exchange_ends_within_a_time_that_follows_from_the_table_whatever_is_answered() {
        let signals = [
            Signal::NotSent,
            Signal::Lost,
            Signal::Malformed,
            Signal::Refused(Reason::Server),
            Signal::Refused(Reason::RateLimit),
            Signal::Refused(Reason::ActivationInProgress),
            Signal::Refused(Reason::ServiceDisabled),
            Signal::Refused(Reason::Denied),
            Signal::Refused(Reason::UnknownAccount),
            Signal::Refused(Reason::NotFound),
            Signal::Refused(Reason::Exists),
            Signal::Refused(Reason::Aborted),
            Signal::Refused(Reason::Precondition),
            Signal::Refused(Reason::Unauthenticated),
            Signal::Refused(Reason::Final),
        ];
        let pace = Pace::live();
        let mut random = fastrand::Rng::with_seed(20);
        for case in 0..conformance::cases(1_000) {
            let call = Duration::from_millis(random.u64(0..60_000));
            let limit = Duration::from_secs(random.u64(0..900));
            let begun_before = Duration::from_secs(random.u64(0..120));
            let is_caused = random.bool();
            let one_of = random.usize(1..=signals.len());
            let (mut elapsed, mut attempt) = (Duration::ZERO, 0);
            loop {
                attempt += 1;
                elapsed += call;
                let asked = random.bool().then(|| Duration::from_secs(random.u64(0..10_000)));
                let situation = Situation {
                    repeat: if random.bool() { Repeat::Safe } else { Repeat::AfterReadingBack },
                    attempt,
                    asked,
                    settling: is_caused.then(|| Settling { age: begun_before + elapsed, limit }),
                    distance: Distance::Network,
                };
                match verdict(signals[random.usize(0..one_of)], situation, &pace) {
                    Verdict::Stop => break,
                    Verdict::Again(delay) => elapsed += delay,
                }
                assert!(attempt < 100_000, "case {case} goes on and on");
            }
            let settling = limit.min(pace.propagation) + SETTLING_CEILING.max(pace.poll_floor) + call;
            let repeated = (call + LONGEST_ASKED.max(pace.cap)) * RATE;
            assert!(elapsed <= settling + repeated, "case {case}: {elapsed:?} after {attempt} attempts");
        }
    }

    #[test]
    fn nobody_listening_on_this_machine_is_final() {
        let here = Situation { distance: Distance::ThisMachine, ..situation(Repeat::Safe, 1) };
        assert!(!again(Signal::NotSent, here));
    }
}
