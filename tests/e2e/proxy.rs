//! `gemmactl proxy` before the emulated service, as a user runs it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::world::{Emulator, World};

/// A proxy process; killed when dropped.
struct Proxy {
    child: Child,
    line: String,
}

impl Proxy {
    fn start(world: &World, emulator: &Emulator, arguments: &[&str]) -> Self {
        let mut command = world.command();
        command.args(["proxy", "--endpoint", &emulator.url]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, line: line.trim_end().to_owned() }
    }

    /// Asks it to end; the code, and what it said.
    fn ends(&mut self) -> (Option<i32>, String) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Makes a call; the answer is its status and its text.
fn call(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request =
            client.request(method.parse().unwrap(), format!("{url}{path}")).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}

/// The tutorial's stack in an emulator of its own process.
fn deployed() -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]).exits(0);
    (world, emulator)
}

const ANY: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn the_proxy_says_where_it_listens_passes_requests_on_and_ends_when_asked() {
    let (world, emulator) = deployed();
    let mut proxy = Proxy::start(&world, &emulator, &ANY);
    let url = proxy.line.clone();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let (status, tags) = call(&url, "GET", "/api/tags", &[("authorization", "Bearer of-somebody")], "");
    let tags: Value = serde_json::from_str(&tags).unwrap();
    assert_eq!((status, &tags["models"][0]["name"]), (200, &json!("gemma3:4b")));
    let question = json!({"model": "gemma3:4b", "prompt": "Why is the sky blue?"}).to_string();
    let (status, lines) = call(&url, "POST", "/api/generate", &[], &question);
    assert!(status == 200 && lines.lines().count() > 10, "{lines}");
    let foreign = [("origin", "https://evil.example")];
    assert_eq!(call(&url, "POST", "/api/generate", &foreign, &question).0, 403);
    assert_eq!(call(&url, "GET", "/api/tags", &[("host", "evil.example")], "").0, 421);
    let (code, said) = proxy.ends();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("passing requests on to ollama-gemma"), "{said}");
}

#[test]
fn programs_are_told_the_address_as_json() {
    let (world, emulator) = deployed();
    let proxy = Proxy::start(&world, &emulator, &["ollama-gemma", "--json", ANY[0], ANY[1]]);
    let line: Value = serde_json::from_str(&proxy.line).unwrap();
    assert_eq!((&line["version"], &line["service"]), (&json!(1), &json!("ollama-gemma")));
    let url = line["url"].as_str().unwrap();
    assert_eq!(call(url, "GET", "/", &[], "").1, "Ollama is running");
}

#[test]
fn the_embedded_emulator_has_a_proxy_too() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let mut command = world.command();
    command.args(["proxy", "--emulator", ANY[0], ANY[1]]).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let mut proxy = Proxy { child, line: line.trim_end().to_owned() };
    assert_eq!(call(&proxy.line, "GET", "/api/version", &[], "").0, 200);
    assert_eq!(proxy.ends().0, Some(0));
}

#[test]
fn no_token_shows_in_what_the_proxy_says_or_in_the_process_list() {
    let (world, emulator) = deployed();
    let mut proxy = Proxy::start(&world, &emulator, &["-vv", ANY[0], ANY[1]]);
    let url = proxy.line.clone();
    let (_, echoed) = call(&url, "GET", "/api/tags", &[], "");
    let processes = Command::new("ps").args(["-o", "args=", "-p", &proxy.child.id().to_string()]).output();
    let processes = String::from_utf8(processes.unwrap().stdout).unwrap();
    assert!(processes.contains("proxy"), "{processes}");
    let (_, said) = proxy.ends();
    // Identity tokens of the emulator are of the form of Google's.
    for text in [echoed, processes, said, url] {
        assert!(!text.contains("eyJ") && !text.contains("Bearer"), "{text}");
    }
}

#[test]
fn who_may_not_call_the_service_is_told_what_to_grant() {
    let (world, emulator) = deployed();
    let path = "/v1/projects/demo-project:setIamPolicy";
    let policy = json!({"policy": {"bindings": []}});
    assert_eq!(emulator.call("POST", path, Some(&policy)).0, 200);
    let mut proxy = Proxy::start(&world, &emulator, &ANY);
    let url = proxy.line.clone();
    assert_eq!(call(&url, "GET", "/api/tags", &[], "").0, 403);
    assert_eq!(call(&url, "GET", "/api/tags", &[], "").0, 403);
    let (_, said) = proxy.ends();
    assert_eq!(said.matches("roles/run.invoker").count(), 2, "said once, in two places of a line: {said}");
    assert!(said.contains("add-iam-policy-binding ollama-gemma --region=europe-west1"), "{said}");
}

#[test]
fn what_cannot_be_proxied_is_said_before_anything_listens() {
    let (world, emulator) = deployed();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |arguments: &[&str]| world.gemmactl(&[&["proxy"], arguments, &on].concat()).exits(1);
    run(&["gemma"]).says("no service `gemma`; it has: ollama-gemma");
    run(&["--listen", "0.0.0.0:8080"]).says("no loopback address").says("--listen 127.0.0.1:PORT");
    world.gemmactl(&["destroy", "--yes", on[0], on[1]]).exits(0);
    run(&ANY).says("service ollama-gemma is not there").says("gemmactl apply");
    world.edit(
        "gemmactl.yaml",
        "  ollama-gemma:\n    image: ollama-gemma",
        "  other:\n    image: ollama-gemma",
    );
    run(&["ollama-gemma"]).says("it has: other");
}
