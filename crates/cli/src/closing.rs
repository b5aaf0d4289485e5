//! What apply says last: each service's URL and the command that asks it a question.

use std::fmt::Write;
use std::path::Path;

use catalogue::Catalogue;
use model::{ApplyReport, KindName, Outcome, Outputs, ResourceId};
use spec::Spec;

use crate::arguments::program;
use crate::session::Destination;
use views::escape::{escape, shell_word};

/// The services of the spec with their URLs, and how to ask each of them.
pub(crate) fn services(
    spec: &Spec,
    catalogue: &Catalogue,
    known: &Outputs,
    report: &ApplyReport,
    destination: &Destination,
) -> String {
    let mut text = String::new();
    let mut hint_given = false;
    for (name, service) in &spec.document.services {
        let id = ResourceId::new(KindName("service"), name.as_str());
        let Some(uri) = uri_of(&id, known, report) else { continue };
        let _ = writeln!(text, "\n{}\n  url  {}", escape(&id.to_string()), escape(&uri));
        // What follows is made to be copied into a shell, so nothing may stand in it that a shell would obey.
        if !is_plain(&uri) {
            continue;
        }
        let url = reachable(&uri, destination);
        if !hint_given && let Destination::Embedded(Some(state)) = destination {
            let _ = writeln!(text, "  run  {}", run_emulator(spec.document.project.as_str(), state));
        }
        hint_given = true;
        let model =
            checks::asked_model(spec, catalogue, name.as_str(), service).filter(|model| is_plain(model));
        let _ = writeln!(text, "  ask  {}", ask(&url, &uri, model.as_deref(), destination));
    }
    text
}

/// Whether a text means the same to a shell, quoted or not, as to a reader.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~:/@".contains(letter))
}

/// The address of a service, as this apply has it or found it.
pub(crate) fn uri_of(id: &ResourceId, known: &Outputs, report: &ApplyReport) -> Option<String> {
    let made =
        report.outcomes.iter().find(|(done, ..)| done == id).and_then(|(_, _, outcome)| match outcome {
            Outcome::Done(outputs) => {
                outputs.iter().find(|(name, _)| name == "uri").map(|(_, value)| value.clone())
            }
            Outcome::Failed(_) | Outcome::Skipped(_) | Outcome::NotStarted => None,
        });
    made.or_else(|| known.get(id, "uri").map(str::to_owned))
}

/// The port on which the printed commands run the emulator.
const LISTEN: &str = "127.0.0.1:8085";

/// The URL under which this machine reaches the service: the emulator answers for `*.run.localhost`.
fn reachable(uri: &str, destination: &Destination) -> String {
    let address = match destination {
        Destination::Google => return uri.to_owned(),
        Destination::Endpoint(url) => url.trim_start_matches("http://").trim_end_matches('/').to_owned(),
        Destination::Embedded(_) => LISTEN.to_owned(),
    };
    let port = address.rsplit_once(':').map_or("80", |(_, port)| port);
    let host = uri.trim_start_matches("https://").trim_end_matches('/');
    let host = host.strip_suffix(".run.app").unwrap_or(host);
    format!("http://{host}.run.localhost:{port}")
}

fn run_emulator(project: &str, state: &Path) -> String {
    let program = program();
    let state = shell_word(&state.display().to_string());
    format!("{program} emulator --listen {LISTEN} --project {project} --emulator-state {state} &")
}

fn ask(url: &str, audience: &str, model: Option<&str>, destination: &Destination) -> String {
    let token = match destination {
        Destination::Google => "gcloud auth print-identity-token".to_owned(),
        Destination::Endpoint(endpoint) => {
            format!(
                "curl -s '{}/emulator/identity-token?format=text&audience={audience}'",
                endpoint.trim_end_matches('/')
            )
        }
        Destination::Embedded(_) => {
            format!("curl -s 'http://{LISTEN}/emulator/identity-token?format=text&audience={audience}'")
        }
    };
    let token = format!("-H \"Authorization: Bearer $({token})\"");
    match model {
        Some(model) => format!(
            "curl -s {url}/api/generate {token} -d '{{\"model\": \"{model}\", \"prompt\": \"Why is the sky blue?\"}}'"
        ),
        None => format!("curl -s {url} {token}"),
    }
}
