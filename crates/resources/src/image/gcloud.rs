//! The commands of gcloud for an image: the files are packed, and sent to the build that the plan speaks of.

use model::command::{Command, Run, Word, Written};
use model::{Body, Json, Live, location_of};

use super::{DIGEST, Files, Image, Making, Removal};
use crate::item::Item;
use crate::json;

const ARCHIVE: &str = "source.tar.gz";
const BUILD: &str = "build.json";

/// Makes an image.
pub(super) fn make(image: &Image, making: &Making) -> Vec<Command> {
    let item = &image.item;
    let pack = Run::program(&["tar", "-czf"]).with(Word::file("", ARCHIVE)).with("-C");
    let mut commands = match &making.files {
        Files::Folder(folder) => {
            // Just the files that the plan speaks of, whatever else lies there.
            let paths = making.upload.content.paths().into_iter().map(|path| format!("./{path}"));
            vec![pack.with(folder.as_str()).with_all(paths).into()]
        }
        Files::Rendered(text) => {
            let name = "Dockerfile";
            let write = Command::Write { name, content: Written::Text(text.clone()) };
            vec![write, pack.with(Word::folder()).with(name).into()]
        }
    };
    commands.push(Command::Write { name: BUILD, content: Written::Json(build(making)) });
    commands.push(submit(item, making).into());
    commands
}

fn submit(item: &Item, making: &Making) -> Run {
    let location = location_of(&making.builds).unwrap_or_default();
    Run::gcloud(&["builds", "submit"])
        .with(Word::file("", ARCHIVE))
        .flag("project", &item.project)
        .flag("region", location)
        .with(Word::file("--config=", BUILD))
        .flag("gcs-source-staging-dir", format!("gs://{}/{}", making.upload.bucket, item.id.name()))
        // The log is in Cloud Logging alone, where this command does not read it.
        .with("--suppress-logs")
        .with("--format=value(results.images[0].digest)")
        .giving(&item.id, DIGEST)
}

/// The build without its source, which is gcloud's to say.
fn build(making: &Making) -> Json {
    let mut build = match &making.create.body {
        Body::Json(body) => body.clone(),
        Body::Empty | Body::Bytes { .. } => Json::Null,
    };
    json::remove(&mut build, &["source"]);
    build
}

/// Deletes an image, or the version that is ours.
pub(super) fn delete(image: &Image, live: Option<&Live>) -> Command {
    let name = image.item.id.name();
    let place = |run: Run| {
        run.flag("project", &image.item.project)
            .flag("location", &image.location)
            .flag("repository", &image.repository)
            .with("--quiet")
    };
    let version = live.and_then(|live| live.outputs.get(DIGEST));
    let run = match (image.removal, version) {
        (Removal::Package, _) => place(Run::gcloud(&["artifacts", "packages", "delete", name])),
        (Removal::Version, Some(digest)) => {
            let run = place(Run::gcloud(&["artifacts", "versions", "delete", digest]));
            run.flag("package", name).with("--delete-tags")
        }
        (Removal::Version, None) => {
            place(Run::gcloud(&["artifacts", "tags", "delete", &image.tag])).flag("package", name)
        }
    };
    run.into()
}
