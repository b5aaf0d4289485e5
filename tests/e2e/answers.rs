//! The deployed service answers in the emulator, but only callers with a token of an allowed identity.

use serde_json::json;

use crate::world::World;

#[test]
fn the_applied_service_answers_an_allowed_caller_and_nobody_else() {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    world
        .gemmactl(&["apply", "--yes", "--endpoint", &emulator.url])
        .exits(0)
        .says("prompt ollama-gemma \"Why is the sky blue?\"");
    let path = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
    let (_, service) = emulator.call("GET", path, None);
    let uri = service["urls"][0].as_str().unwrap().to_owned();
    let host = uri.trim_start_matches("https://").replace(".run.app", ".run.localhost");
    let question = json!({"model": "gemma3:4b", "prompt": "Why is the sky blue?"});

    let (status, _) = emulator.send("POST", "/api/generate", &[("host", &host)], Some(&question));
    assert_eq!(status, 403);
    let headers = [("host", host.as_str()), ("authorization", "Bearer not-an-identity-token")];
    assert_eq!(emulator.send("POST", "/api/generate", &headers, Some(&question)).0, 403);

    let token = |account: &str| {
        emulator
            .send("GET", &format!("/emulator/identity-token?format=text&audience={uri}{account}"), &[], None)
            .1
    };
    let stranger = format!("Bearer {}", token("&account=stranger@example.com").trim());
    let headers = [("host", host.as_str()), ("authorization", stranger.as_str())];
    assert_eq!(emulator.send("POST", "/api/generate", &headers, Some(&question)).0, 403);

    let ours = format!("Bearer {}", token("").trim());
    let headers = [("host", host.as_str()), ("authorization", ours.as_str())];
    let (status, answer) = emulator.send("POST", "/api/generate", &headers, Some(&question));
    assert_eq!(status, 200, "{answer}");
    let last = answer.lines().last().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(last).unwrap()["done"], json!(true), "{answer}");
    let (status, tags) = emulator.send("GET", "/api/tags", &headers, None);
    assert_eq!(status, 200);
    assert!(tags.contains("gemma3:4b"), "{tags}");
}
