//! `gemmactl bench`: a deployed model under rising load: how fast it answers, what waits, what is refused, and which settings
//! follow from it.

use std::ops::ControlFlow;
use std::pin::pin;

use tokio::time::Instant;
use views::bench::{Bench, BenchFile, Ending};
use views::{bench as surface, escape};

use crate::arguments::{BenchArguments, DetailLevel};
use crate::bench::{Asked, Stop, announced, measured, setup};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::question;
use crate::saved::Output;
use crate::service::{self, Chosen, LiveService};
use crate::session::{Session, now};
use crate::signals::Wishes;
use crate::terminal::Terminal;

/// Measures the service.
pub(crate) async fn run(arguments: &BenchArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let chosen = Chosen::of(&spec, arguments.service.as_deref())?;
    let output = arguments.output.as_deref().map(Output::open).transpose()?;
    let page = arguments.html.as_deref().map(Output::open).transpose()?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let live = LiveService::read(&session.cloud, chosen).await?;
    let setup = setup::of(&live, &spec, &catalogue);
    let load = arguments.load();
    terminal.talk(&escape::escape(&announced(arguments, &live, &load, &setup)));
    if !arguments.yes {
        question::confirm("Send them?", "pass --yes to send them", terminal)?;
    }
    let client = service::client(&live, &session)?;
    if let Some(note) = client.prepare().await? {
        terminal.talk(&escape::escape(&format!("note: {note}")));
    }
    let began = now();
    let mut wishes = Wishes::open()?;
    let stop = async {
        tokio::select! {
            () = wishes.next() => Stop::Interrupted,
            () = tokio::time::sleep(arguments.time_limit) => Stop::OutOfTime,
        }
    };
    let result = async {
        let mut stop = pin!(stop);
        // The first request of all starts an instance where none is running.
        let first_request = Instant::now();
        terminal.talk("the first request: where no instance is running, one starts and loads the model");
        let (server, model) = tokio::select! {
            found = service::model::of(&client, &live, arguments.model.as_deref(), terminal) => found?,
            stop = &mut stop => return Ok(ControlFlow::Break(stop)),
        };
        let asked = Asked::new(&server, &model, &arguments.prompt, arguments.max_tokens);
        let measured = measured(&asked, first_request, &load, stop, terminal).await;
        let measured = measured.map_err(|failure| service::refused::unanswered(failure, &live.chosen))?;
        let advice = tuning::advise(&measured.levels, &setup);
        Ok(ControlFlow::Continue(Bench {
            subject: asked.subject(&live),
            began,
            setup,
            start: measured.start,
            levels: measured.levels,
            ending: measured.ending,
            advice,
        }))
    };
    let result = match result.await {
        Err(error) => Err(service::refused::with_member(error, &session).await),
        done @ Ok(_) => done,
    };
    session.close().await?;
    let bench = match result? {
        ControlFlow::Continue(bench) => bench,
        ControlFlow::Break(stop) => {
            terminal.talk(match stop {
                Stop::Interrupted => "stopped before the service had told its models: nothing was measured",
                Stop::OutOfTime => {
                    "the time was over (--time-limit) before the service had told its models: nothing was measured"
                }
            });
            return Ok(Exit::Partial);
        }
    };
    if let Some(output) = output {
        output.write(&BenchFile::text(&bench))?;
    }
    if let Some(page) = page {
        page.write(&surface::html(&bench))?;
    }
    terminal.data(&if arguments.json {
        BenchFile::text(&bench)
    } else {
        surface::text(&bench, &terminal.style_of_data(DetailLevel::Changes))
    })?;
    Ok(match bench.ending {
        Ending::Complete if bench.has_answers() => Exit::Done,
        Ending::Complete => Exit::Error,
        Ending::Interrupted | Ending::OutOfTime => Exit::Partial,
    })
}
