//! `gemmactl init`: writes a first spec, and what belongs beside it. Asks no cloud, and writes over nothing.

use std::io::ErrorKind;
use std::path::Path;

use crate::arguments::{InitArguments, program};
use crate::error::CliError;
use crate::exit::Exit;
use crate::init::{self, Made, SCHEMA_FILE};
use crate::new_file::NewFile;
use crate::terminal::Terminal;
use views::escape::{escape, shell_word};

/// What of a stack does not belong into a repository: the emulated project.
const IGNORED: &str = ".gemmactl/";

/// Makes the spec, and writes it unless it is only to be printed.
pub(crate) fn run(arguments: &InitArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec_file = if arguments.print { None } else { Some(NewFile::open(&arguments.output)?) };
    let folder = arguments.output.parent().map(Path::to_path_buf).unwrap_or_default();
    let own = arguments.dockerfile.as_ref().map(|own| folder.join(own));
    let dockerfile = match (&own, arguments.print) {
        (Some(own), false) => Some(NewFile::open(&own.join("Dockerfile"))?),
        (Some(_) | None, _) => None,
    };
    let Made { text, dockerfile: rendered, found } = init::make(arguments, terminal)?;
    if let Some(spec_file) = spec_file {
        if let (Some(own), Some(dockerfile), Some((_, text))) = (own, dockerfile, rendered) {
            std::fs::create_dir_all(&own).map_err(|source| CliError::File { path: own.clone(), source })?;
            dockerfile.write(&text)?;
            tell(terminal, &own.join("Dockerfile"));
        }
        spec_file.write(&text)?;
        tell(terminal, &arguments.output);
        beside(terminal, &folder.join(SCHEMA_FILE), &spec::schema_text())?;
        ignore(terminal, &folder.join(".gitignore"))?;
    } else {
        terminal.data(&text)?;
    }
    if found.problems.iter().next().is_some() {
        terminal.talk(views::escape::escape_problems(terminal.found(found.problems).trim_end()).as_ref());
    }
    if !arguments.print {
        let file = if arguments.output == Path::new("gemmactl.yaml") {
            String::new()
        } else {
            format!(" -f {}", shell_word(&arguments.output.display().to_string()))
        };
        terminal.talk(&escape(&format!("next: {} plan --emulator{file}", program())));
    }
    Ok(Exit::Done)
}

fn tell(terminal: &Terminal, path: &Path) {
    terminal.talk(&escape(&format!("wrote {}", path.display())));
}

/// Writes a file that may be there already; then it stays.
fn beside(terminal: &Terminal, path: &Path, text: &str) -> Result<(), CliError> {
    if path.symlink_metadata().is_err() {
        NewFile::open(path)?.write(text)?;
        tell(terminal, path);
    }
    Ok(())
}

/// A file of ignore rules that somebody keeps is not changed; what it lacks is told.
fn ignore(terminal: &Terminal, path: &Path) -> Result<(), CliError> {
    match std::fs::read_to_string(path) {
        Ok(rules) if rules.lines().any(|line| line.trim().trim_matches('/') == IGNORED.trim_matches('/')) => {
            Ok(())
        }
        Ok(_) => {
            terminal.talk(&escape(&format!(
                "add {IGNORED} to {}: emulated projects are kept there",
                path.display()
            )));
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => beside(terminal, path, &format!("{IGNORED}\n")),
        Err(source) => Err(CliError::File { path: path.to_owned(), source }),
    }
}
