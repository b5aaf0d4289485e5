//! `gemmactl proxy`: a loopback address that adds an identity token to every request, until Ctrl-C.

use std::sync::Mutex;

use gcp::service::ServiceFailure;
use proxy::{Listening, Notice, Wanted};
use serde_json::json;
use views::escape;

use crate::arguments::ProxyArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::service::{self, Chosen, LiveService, refused};
use crate::session::Session;
use crate::signals::Wishes;
use crate::terminal::{Terminal, say};

/// Runs the proxy.
pub(crate) async fn run(arguments: &ProxyArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let chosen = Chosen::of(&spec, arguments.service.as_deref())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let listening = Listening::open(arguments.listen.map_or(Wanted::Usual, Wanted::At)).await?;
    let live = LiveService::read(&session.cloud, chosen).await?;
    let client = service::client(&live, &session)?;
    // A source that can make no identity token is told of now, not with the first request.
    let note = client.prepare().await?;
    let mut wishes = Wishes::open()?;
    let address = client.address().shown().to_owned();
    terminal.data(&if arguments.json {
        let told =
            json!({ "version": 1, "url": listening.url(), "service": live.chosen.name, "target": address });
        format!("{}\n", escape::json_text(&told))
    } else {
        format!("{}\n", listening.url())
    })?;
    terminal.talk(&escape::escape(&format!(
        "passing requests on to {} ({address}); Ctrl-C ends it",
        live.chosen.name
    )));
    if let Some(note) = note {
        terminal.talk(&escape::escape(&format!("note: {note}")));
    }
    let said = said_once(live.chosen);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut served = tokio::spawn(listening.serve(client, said, async move { drop(stopped.await) }));
    tokio::select! {
        ended = &mut served => ended.map_err(std::io::Error::from)??,
        () = wishes.next() => {
            // Nobody hears it where everything has ended.
            let _ = stop.send(());
            terminal.talk("answers that have begun get ten seconds to end; Ctrl-C again ends at once");
            tokio::select! {
                ended = &mut served => ended.map_err(std::io::Error::from)??,
                () = wishes.next() => crate::leave_at_once(),
            }
        }
    }
    session.close().await?;
    Ok(Exit::Done)
}

/// Says what goes wrong on stderr, the same thing once in a row: a client that tries again and again does not fill the
/// terminal.
fn said_once(chosen: Chosen) -> impl Fn(Notice) + Send + Sync + 'static {
    let last: Mutex<String> = Mutex::default();
    move |notice| {
        let text = match notice {
            Notice::Failed(ServiceFailure::Credentials(error)) => match error.help {
                Some(help) => format!("{}\nhelp: {help}", error.message),
                None => error.message,
            },
            Notice::Failed(failure) => failure.to_string(),
            Notice::NotAllowed(status) => match refused::advice(&chosen, status, None) {
                Some(advice) => format!("the service answered {status}\nhelp: {advice}"),
                None => format!("the service answered {status}"),
            },
        };
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *last != text {
            for line in text.lines() {
                say(&escape::escape_line(line));
            }
            *last = text;
        }
    }
}
