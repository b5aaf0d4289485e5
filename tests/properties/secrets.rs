//! No token is in anything that is shown, kept or sent beside the one header that is for it, whatever fails on the way and
//! whoever repeats it.

use model::Goal;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::draft::stacks;
use crate::lab::Lab;
use crate::memory::Memory;
use crate::prior::priors;
use crate::surfaces::surfaces;
use crate::{cases, run};

/// What every request to an endpoint on this machine bears.
const TOKEN: &str = "gemmactl-loopback-token";

/// Where somebody between answers in place of the API, and repeats what it was sent.
const PLACES: [&str; 4] = ["/v1/**", "/v2/**", "/v3/**", "/upload/storage/v1/b/gemmactl-src-**"];

/// How it answers.
const ECHOES: [&str; 3] = [
    "<html><title>Bearer gemmactl-loopback-token</title>not allowed: gemmactl-loopback-token</html>",
    "407 Proxy Authentication Required\nAuthorization: Bearer gemmactl-loopback-token",
    r#"{"name": "gemmactl-loopback-token", "error": "#,
];

fn search(place: &str, text: &str) -> usize {
    assert!(!text.contains(TOKEN), "the token is in {place}: {text}");
    1
}

proptest! {
    #![proptest_config(cases(5))]

    #[test]
    fn no_token_is_in_what_is_shown_kept_or_sent_whatever_fails_and_whoever_repeats_it(
        draft in stacks(), prior in priors(), place in select(&PLACES), echo in select(&ECHOES),
        from in 1..12_u64, times in 1..3_u64,
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let rule = json!({"rules": [{
                "name": "between", "path": place, "from": from, "times": times, "fault": {"kind": "malformed", "body": echo},
            }]});
            let mut places = 0;
            for goal in [Goal::Present, Goal::Absent] {
                let prepared = lab.prepare(&draft.document, goal).await;
                places += search("a plan", &format!("{:?}", prepared.plan));
                lab.call("POST", "/emulator/faults", Some(rule.clone())).await;
                places += match lab.carry_out(prepared).await {
                    Ok(ran) => search("a report", &format!("{:?}", ran.report)) + search("what is told", &format!("{:?}", ran.events)),
                    Err(error) => search("an error", &format!("{error:?} {error}")),
                };
                // And a plan of what is there by now, through whoever stands between.
                lab.call("POST", "/emulator/faults", Some(rule.clone())).await;
                let (spec, record) = (lab.parse(&draft.document), lab.inventory().await);
                places += search("the record", &serde_json::to_string(&record).unwrap());
                let memory = Memory::of(&lab, &spec, &record, goal).await;
                let (plan, live) = memory.plan(&lab, &spec, &record, goal).await;
                places += search("what could not be read", &format!("{:?}", plan.unknowns));
                places += surfaces(&plan, &live).iter().map(|surface| search("a surface", surface)).sum::<usize>();
                lab.call("POST", "/emulator/faults", Some(json!({"rules": []}))).await;
                lab.converge(&draft.document, goal).await;
            }
            // The rules of the test itself name the token.
            for exchange in lab.journal().iter().filter(|exchange| exchange.client.starts_with("gemmactl/")) {
                places += search("a request", &format!("{} {} {}", exchange.path, exchange.query, exchange.request));
            }
            conformance::evidence::add("places of generated runs searched for a token, none seen", places);
        });
    }
}
