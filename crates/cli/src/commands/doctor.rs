//! `gemmactl doctor`: what a first plan and apply rely on. Writes nothing to the cloud.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use gcp::Pace;
use spec::Spec;

use crate::arguments::{CheckFormat, DetailLevel, DoctorArguments};
use crate::doctor::redaction::Redaction;
use crate::doctor::{self, Surroundings};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::session::{self, Destination, Session};
use crate::terminal::Terminal;
use views::doctor as view;
use views::escape;
use views::finding::Examination;
use views::finding::check::Level;

/// Prints the checks, and writes the report if asked to.
pub(crate) async fn run(arguments: &DoctorArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    if let Some(path) = arguments.report.as_ref().filter(|path| path.exists()) {
        let source =
            io::Error::new(io::ErrorKind::AlreadyExists, "it is there already, and is not written over");
        return Err(CliError::File { path: path.clone(), source });
    }
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let graph = doctor::graph(&spec)?;
    let auth = session::auth(&arguments.cloud)?;
    let mut session = Session::open(&arguments.cloud, &spec).await?;
    let live = match session.destination {
        Destination::Google => arguments.live || arguments.custom_role.is_some(),
        Destination::Endpoint(_) | Destination::Embedded(_) => true,
    };
    if let Destination::Google = session.destination {
        session.cloud = session.cloud.with_pace(doctor::pace(Pace::live()));
    }
    let file = arguments.spec.file.display().to_string();
    let surroundings = Surroundings {
        spec: &spec,
        catalogue: &catalogue,
        file: &file,
        endpoint: arguments.cloud.endpoint.as_deref(),
        proxy: arguments.proxy.as_deref().or(arguments.unix_proxy.as_deref()),
    };
    let examination = if live {
        Box::pin(doctor::examine(&surroundings, &session, &graph, &auth)).await
    } else {
        doctor::look_around(&surroundings, &session, &graph, &auth).await
    };
    let bucket = session.record().bucket().to_owned();
    session.close().await?;
    let document = &spec.document;
    let subject = view::Subject {
        stack: document.stack.as_str(),
        project: document.project.as_str(),
        region: document.region.as_str(),
        asked: if live { view::Asked::Cloud } else { view::Asked::Nobody },
    };
    if let Some(id) = &arguments.custom_role {
        return custom_role(id, &subject, &examination, terminal);
    }
    terminal.data(&match arguments.format {
        CheckFormat::Text => {
            view::text::render(&subject, &examination.checks, &terminal.style_of_data(DetailLevel::Changes))
        }
        CheckFormat::Json => format!("{}\n", escape::json_text(&view::json(&subject, &examination.checks))),
    })?;
    if let Some(path) = &arguments.report {
        let report = report(arguments, &spec, &bucket, &examination);
        write_new(path, &report).map_err(|source| CliError::File { path: path.clone(), source })?;
        terminal.talk(&escape::escape(&format!(
            "the redacted report is in {}; read it before you attach it",
            path.display()
        )));
    }
    Ok(if examination.worst() == Level::Failed { Exit::Error } else { Exit::Done })
}

/// Prints a role of what is needed. Errors: nobody told, because there is no token or nobody answers.
fn custom_role(
    id: &str,
    subject: &view::Subject<'_>,
    examination: &Examination,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let Some(role) = view::custom_role::render(id, subject, &examination.checks) else {
        let text = "what the plan needs could not be told, because the cloud was not asked or did not answer: gemmactl doctor --live says why";
        return Err(CliError::Usage(text.to_owned()));
    };
    terminal.data(&role)?;
    Ok(Exit::Done)
}

fn report(arguments: &DoctorArguments, spec: &Spec, bucket: &str, examination: &Examination) -> String {
    let mut redaction = Redaction::of(spec, bucket);
    let cloud = &arguments.cloud;
    redaction.know_path("HOME", cloud.home.as_deref());
    redaction.know_path("CREDENTIAL_FILE", cloud.credentials_file.as_deref());
    redaction.know_path("TOKEN_FILE", cloud.access_token_file.as_deref());
    redaction.know_path("GCLOUD_FOLDER", cloud.gcloud_config.as_deref());
    redaction.know("USER", cloud.user.as_deref().filter(|user| user.len() > 3));
    redaction.apply(&view::report::render(examination))
}

/// Writes a file that nobody else may read, and that was not there.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
