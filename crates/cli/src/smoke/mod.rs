//! The proof that services answer, after apply: their models are listed with an identity token, one token is asked for, then
//! some more, and the log has to say that they come from the GPU. Knows nothing of how a service was deployed.

mod candidate;
mod device;

pub(crate) use candidate::Checked;

use std::io;
use std::time::Duration;

use futures_util::future::join_all;
use gcp::service::{ServiceAddress, ServiceAddressError, ServiceClient, ServiceFailure};
use inference::{Answer, AskFailure, ModelServer, Question};
use jiff::Timestamp;
use model::{ApplyReport, CloudError, ErrorKind, KindName, Outcome, ResourceId};
use spec::Spec;
use views::events::Message;
use views::progress::Clock;
use views::smoke::{Device, Failure, Proof, Served, Verdict};

use crate::arguments::DetailLevel;
use crate::error::CliError;
use crate::service::log::{self, Selection};
use crate::service::{Chosen, refused};
use crate::session::{Destination, Session};
use crate::signals::Wishes;
use crate::terminal::Terminal;

/// Which services are proven.
#[derive(Clone, Copy)]
pub(crate) enum Which<'run> {
    /// Those that this apply deployed.
    Changed(&'run ApplyReport),
    /// All that the spec wants proven.
    All,
}

/// How patient one is with a service.
struct Patience {
    /// For all of its proof: an instance starts, and loads its model.
    whole: Duration,
    /// Between two tries.
    between: Duration,
    /// How often the log is looked at, for a line that comes late.
    looks: u32,
}

impl Patience {
    /// A new grant takes minutes to be known everywhere, and so does the load of a large model.
    const CLOUD: Self = Self { whole: Duration::from_mins(10), between: Duration::from_secs(5), looks: 6 };
    const HERE: Self = Self { whole: Duration::from_secs(30), between: Duration::from_millis(100), looks: 2 };

    fn with(session: &Session) -> Self {
        match session.destination {
            Destination::Google => Self::CLOUD,
            Destination::Endpoint(_) | Destination::Embedded(_) => {
                Self { whole: session.waits.deadline.unwrap_or(Self::HERE.whole), ..Self::HERE }
            }
        }
    }
}

/// What is said when somebody stops it.
pub(crate) const STOPPED: &str = "stopped: everything is deployed, but it is not proven that it answers; gemmactl apply --smoke \
                                  asks again";

/// So many tokens are asked for to see how fast they come.
const SOME: u32 = 16;
/// As many lines of the log are shown of a service that failed.
const LINES: u16 = 10;
/// Refusals that may pass: a grant or an instance that is not there yet.
const PASSING: [u16; 6] = [403, 429, 500, 502, 503, 504];
/// So often a service is asked where what failed is soon known to stay.
const TRIES: u32 = 3;

/// Whether a question is asked again.
enum Again {
    /// As long as patience lasts: a grant, an instance or a network that is not there yet. On an emulator they are there at once.
    Patiently,
    /// A few times: an answer that did not come whole, by chance or always, or a token that was refused and is made anew.
    Briefly,
    /// What the service says, it says again.
    Never,
}

/// Proves services, side by side. `uri` gives the address of each. `None`: somebody wished to stop before it was done.
pub(crate) async fn prove(
    spec: &Spec,
    session: &Session,
    which: Which<'_>,
    uri: impl Fn(&ResourceId) -> Option<String>,
) -> io::Result<Option<Vec<Proof>>> {
    let mut wishes = Wishes::open()?;
    tokio::select! {
        proofs = prove_all(spec, session, which, uri) => Ok(Some(proofs)),
        () = wishes.next() => Ok(None),
    }
}

async fn prove_all(
    spec: &Spec,
    session: &Session,
    which: Which<'_>,
    uri: impl Fn(&ResourceId) -> Option<String>,
) -> Vec<Proof> {
    let wanted = spec.document.services.iter().filter_map(|(name, service)| {
        let id = ResourceId::new(KindName("service"), name.as_str());
        let wanted = service.smoke_test.unwrap_or(service.gpu.is_some());
        let changed = match which {
            Which::Changed(report) => is_deployed(report, &id),
            Which::All => true,
        };
        let uri = (wanted && changed).then(|| uri(&id))??;
        Some((Chosen::new(spec, name.as_str(), service), uri, service.gpu.is_some()))
    });
    let proofs = wanted.map(async |(chosen, uri, gpu)| Proof {
        service: chosen.name.clone(),
        verdict: match asked(session, &chosen, address(session, &uri), gpu).await {
            Ok(served) => Verdict::Served(served),
            Err(Unproven::Skipped(why)) => Verdict::Skipped(why),
            Err(Unproven::Failed(fault)) => Verdict::Failed(failure(session, &chosen, fault).await),
        },
    });
    join_all(proofs).await
}

/// Whether an apply made or changed something.
fn is_deployed(report: &ApplyReport, id: &ResourceId) -> bool {
    report.outcomes.iter().any(|(done, action, outcome)| {
        let is_done = match outcome {
            Outcome::Done(_) => true,
            Outcome::Failed(_) | Outcome::Skipped(_) | Outcome::NotStarted => false,
        };
        done == id && action.deploys() && is_done
    })
}

/// Tells what was found: people on stderr, programs on stdout. Gives the same as messages, for the report.
pub(crate) fn tell(
    proofs: &[Proof],
    clock: &Clock,
    json: bool,
    terminal: &Terminal,
) -> Result<Vec<Message>, CliError> {
    let messages: Vec<Message> = proofs.iter().map(|proof| views::smoke::message(proof, &clock())).collect();
    if json {
        for message in &messages {
            terminal.data(&views::events::line(message))?;
        }
    } else if !proofs.is_empty() {
        let style = terminal.style_of_talk(DetailLevel::Changes);
        terminal.talk(views::smoke::text(proofs, &style).trim_end());
    }
    Ok(messages)
}

fn address(session: &Session, uri: &str) -> Result<ServiceAddress, ServiceAddressError> {
    ServiceAddress::parse(uri, &session.cloud.target().endpoint)
}

/// Why a service is not proven.
enum Unproven {
    /// It could not be asked: why.
    Skipped(String),
    /// It does not answer as it should.
    Failed(Fault),
}

/// What is wrong with a service that was asked.
struct Fault {
    problem: String,
    /// What to do about it, where that is known.
    advice: Option<String>,
    /// When it was asked, a little before.
    began: Option<Timestamp>,
}

/// Asks at one address.
async fn asked(
    session: &Session,
    chosen: &Chosen,
    address: Result<ServiceAddress, ServiceAddressError>,
    gpu: bool,
) -> Result<Served, Unproven> {
    let patience = Patience::with(session);
    let client = client(session, address).await?;
    let began = log::ago(Duration::from_mins(1));
    let failed = |problem, advice| Unproven::Failed(Fault { problem, advice, began });
    let answered = tokio::time::timeout(patience.whole, ask(&client, &patience, session)).await;
    let (model, answer) = match answered {
        Ok(Ok(Some(answered))) => answered,
        Ok(Ok(None)) => {
            return Err(Unproven::Skipped("it lists no models, in Ollama's form or in OpenAI's".to_owned()));
        }
        Ok(Err(failure)) if failure.status() == Some(401) && is_a_login(session).await => {
            let advice = refused::advice(chosen, 401, None).unwrap_or_default();
            return Err(Unproven::Skipped(format!("{failure}; {advice}")));
        }
        Ok(Err(failure)) => {
            return Err(failed(failure.to_string(), refusal(session, chosen, &failure).await));
        }
        Err(_) => return Err(failed(format!("no answer came within {} s", patience.whole.as_secs()), None)),
    };
    let device = if gpu {
        match device::of(&session.cloud, chosen, patience.between, patience.looks).await {
            device::Found::Gpu(which) => Device::Gpu(which),
            device::Found::Unknown(why) => Device::Unknown(why),
            device::Found::Cpu(line) => {
                let problem = format!("{model} answers from the CPU, although the service has a GPU: {line}");
                let next = "the model server found no GPU that it can use: pin its base image to a version that runs \
                            with the GPU's driver";
                return Err(failed(problem, Some(next.to_owned())));
            }
        }
    } else {
        Device::NoneAsked
    };
    Ok(Served { model, figures: crate::commands::prompt::figures(&answer), device })
}

/// Whether a person's own login asks: it makes tokens for another client, which is no fault of the service.
async fn is_a_login(session: &Session) -> bool {
    let caller = session.cloud.caller().await;
    caller.is_ok_and(|caller| caller.member.is_none_or(|member| member.starts_with("user:")))
}

async fn client(
    session: &Session,
    address: Result<ServiceAddress, ServiceAddressError>,
) -> Result<ServiceClient, Unproven> {
    let address = address.map_err(|error| Unproven::Skipped(error.to_string()))?;
    let client = session.cloud.service(address).map_err(|error| Unproven::Skipped(error.message))?;
    match client.prepare().await {
        Ok(_) => Ok(client),
        // Whoever deploys need not be somebody who can ask: that is no fault of the service.
        Err(error) => Err(Unproven::unasked(error)),
    }
}

impl Unproven {
    /// The cloud does not let it be asked.
    fn unasked(error: CloudError) -> Self {
        let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
        Self::Skipped(format!("{}{help}", error.message))
    }
}

/// Lists the models, asks for one token, which loads the model, and then for some more. `None`: it is no model server.
async fn ask(
    client: &ServiceClient,
    patience: &Patience,
    session: &Session,
) -> Result<Option<(String, Answer)>, AskFailure> {
    let mut tries = 0;
    loop {
        let failure = match ask_once(client).await {
            Ok(answered) => return Ok(answered),
            Err(failure) => failure,
        };
        let counts = match again(&failure) {
            Again::Patiently => session.destination.is_here(),
            Again::Briefly => true,
            Again::Never => return Err(failure),
        };
        tries += u32::from(counts);
        if tries >= TRIES {
            return Err(failure);
        }
        tokio::time::sleep(patience.between).await;
    }
}

async fn ask_once(client: &ServiceClient) -> Result<Option<(String, Answer)>, AskFailure> {
    let Some(server) = ModelServer::discover(client).await? else { return Ok(None) };
    let Some(model) = server.models().first().cloned() else {
        return Err(AskFailure::GaveUp("it lists no model".to_owned()));
    };
    let question =
        |limit| Question { limit: Some(limit), ..Question::new(model.as_str(), "Why is the sky blue?") };
    server.ask(&question(1), &mut |_| {}).await?;
    let answer = server.ask(&question(SOME), &mut |_| {}).await?;
    if answer.tokens == 0 {
        return Err(AskFailure::GaveUp("it says nothing".to_owned()));
    }
    Ok(Some((model, answer)))
}

fn again(failure: &AskFailure) -> Again {
    match failure {
        AskFailure::Refused { status: 401, .. } | AskFailure::Broken(_) | AskFailure::Malformed { .. } => {
            Again::Briefly
        }
        AskFailure::Refused { status, .. } if PASSING.contains(status) => Again::Patiently,
        AskFailure::Service(ServiceFailure::Unreachable(_) | ServiceFailure::Lost(_)) => Again::Patiently,
        AskFailure::Refused { .. }
        | AskFailure::Service(ServiceFailure::Credentials(_) | ServiceFailure::Target(_))
        | AskFailure::GaveUp(_) => Again::Never,
    }
}

/// What to do about a refusal, where that is known.
async fn refusal(session: &Session, chosen: &Chosen, failure: &AskFailure) -> Option<String> {
    let member = match failure.status() {
        Some(403) => session.member().await.ok().flatten(),
        Some(_) | None => None,
    };
    failure.status().and_then(|status| refused::advice(chosen, status, member.as_deref()))
}

/// What is told of a deployed service that does not answer as it should, with the last lines of its log.
async fn failure(session: &Session, chosen: &Chosen, fault: Fault) -> Failure {
    let selection = Selection { since: fault.began, limit: LINES, ..Selection::default() };
    let (log, unread) = match log::read(&session.cloud, chosen, &selection).await {
        Ok(entries) => (entries, None),
        Err(error) if error.kind == ErrorKind::Denied => {
            (Vec::new(), Some("its log could not be read: roles/logging.viewer is missing".to_owned()))
        }
        Err(error) => (Vec::new(), Some(format!("its log could not be read: {}", error.message))),
    };
    let look = format!(
        "gemmactl logs {0} and gemmactl status {0} show more; once it is mended, gemmactl apply --smoke asks again, and \
         `smokeTest: false` asks no more",
        chosen.name
    );
    let next = fault.advice.into_iter().chain(unread).chain([look]).collect();
    Failure { problem: fault.problem, next, log }
}
