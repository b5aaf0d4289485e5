//! `gemmactl record restore`: lists the generations of the record, and puts one back after a question.

use engine::{RecordDifference, Watched, restore};
use gcp::BucketRecord;
use model::{Inventory, RecordError, RecordStore as _, RecordVersion, Standing, VersionContent};

use super::confirm_by_yes;
use crate::arguments::{DetailLevel, RecordRestoreArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::held::watched;
use crate::session::Session;
use crate::terminal::Terminal;
use views::record_history;

/// Lists, or puts one back.
pub(super) async fn run(arguments: &RecordRestoreArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    match arguments.generation {
        None => {
            let store = session.record();
            let versions = store.history().await?;
            let style = terminal.style_of_data(DetailLevel::Changes);
            terminal.data(&record_history::generations(&versions, &store.location(), &style))?;
        }
        Some(generation) => put_back(generation, arguments, &session, terminal).await?,
    }
    session.close().await?;
    Ok(Exit::Done)
}

async fn put_back(
    generation: i64,
    arguments: &RecordRestoreArguments,
    session: &Session,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let store = session.record();
    let versions = unheld(&store, session, terminal).await?;
    let Some(chosen) = versions.iter().find(|version| version.generation == generation) else {
        return Err(CliError::Usage(format!(
            "no generation {generation} of {} is kept; gemmactl record restore lists them",
            store.location()
        )));
    };
    let present = versions.iter().find(|version| version.standing == Standing::Present);
    let old = match (&chosen.content, &chosen.standing) {
        (VersionContent::Unusable(problem), _) => {
            return Err(store.unusable_generation(generation, problem).into());
        }
        (VersionContent::Record(_), Standing::Present) => {
            terminal.talk(&format!("generation {generation} is the record already"));
            return Ok(());
        }
        (VersionContent::Record(record), Standing::Older | Standing::Deleted { .. }) => (**record).clone(),
        (VersionContent::Unread, _) => undelete(chosen, present, arguments, &store, terminal).await?,
    };
    let before = present.and_then(RecordVersion::record);
    let difference = RecordDifference::between(before, &old);
    let readable = present.filter(|version| version.record().is_some()).map(|version| version.generation);
    let style = terminal.style_of_talk(DetailLevel::Changes);
    terminal.talk(record_history::difference(&difference, chosen, readable, &style).trim_end());
    if !arguments.yes {
        confirm_by_yes(&format!("Put generation {generation} back?"), terminal)?;
    }
    let newest = versions.iter().filter_map(RecordVersion::record).map(|record| record.serial).max();
    let restored = restore::put_back(&old, newest.unwrap_or_default(), session.run());
    let expected = present.map_or(0, |version| version.generation);
    let written = store.save(&restored, expected).await?;
    terminal.talk(&format!("generation {generation} is put back, as generation {written}"));
    Ok(())
}

/// The generations, once no run that lives holds anything by the present one. A record that cannot be read tells nothing
/// about leases; a run that works by it has stopped, or stops before its next step.
async fn unheld(
    store: &BucketRecord<'_>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Vec<RecordVersion>, CliError> {
    let mut dead = Vec::new();
    loop {
        let versions = store.history().await?;
        let present = versions.iter().find(|version| version.standing == Standing::Present);
        let held = present.and_then(RecordVersion::record).map(restore::leases).unwrap_or_default();
        let Some(held) = held.into_iter().find(|held| !dead.contains(&held.lease)) else {
            return Ok(versions);
        };
        match watched(store, &held, session, terminal).await? {
            Watched::Free => {}
            Watched::Dead => dead.push(held.lease),
            Watched::Alive => return Err(RecordError::Held(Box::new(held)).into()),
        }
    }
}

/// Makes a deleted generation readable. Nothing of it is the record by that.
async fn undelete(
    chosen: &RecordVersion,
    present: Option<&RecordVersion>,
    arguments: &RecordRestoreArguments,
    store: &BucketRecord<'_>,
    terminal: &Terminal,
) -> Result<Inventory, CliError> {
    let generation = chosen.generation;
    if let Some(present) = present {
        return Err(CliError::Usage(format!(
            "generation {generation} was deleted for good, and Cloud Storage lets nobody read it while there is a record \
             (generation {}); an older generation can be put back",
            present.generation
        )));
    }
    if !arguments.yes {
        let question = format!("Make a copy of the deleted generation {generation}, to read what it says?");
        confirm_by_yes(&question, terminal)?;
    }
    Ok(store.undelete(generation).await?)
}
