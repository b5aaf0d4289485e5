//! An image as the spec asks for it: its inputs, what it needs first, and the calls that make it.

use std::sync::Arc;

use model::{Api, ApiRequest, Content, Tie, Upload, reference};
use spec::BuildContext;
use spec::types::RepositoryName;

use super::{
    Files, GENERATION, Image, Making, NAME, NEEDS, Removal, build, build_location, source, source_location,
};
use crate::item::Item;
use crate::scope::{Scope, referenced};
use crate::{bucket, repository};

/// An image of the spec, with what it takes to make it.
pub(super) fn image(
    scope: &Scope<'_>,
    name: &str,
    (image, pushed_to): (&spec::Image, &RepositoryName),
    context: &BuildContext,
) -> Image {
    let place = |keys: &[&str]| {
        let mut all = vec!["images", name];
        all.extend_from_slice(keys);
        scope.place(&all)
    };
    let mut item = Item::wanted(scope, NAME, name, place(&[]));
    let account = image.build.service_account.as_ref().map(|account| scope.email(account));
    let repository = pushed_to.as_str();
    item.needs(Tie::Inside, [repository::id(repository)]);
    item.needs(Tie::After, [bucket::id(source_location(scope, image))]);
    item.needs(Tie::After, account.iter().flat_map(|email| scope.identity(email)));
    item.needs(Tie::After, scope.apis(&[NEEDS, "cloudbuild.googleapis.com", "storage.googleapis.com"]));
    item.needs(Tie::After, scope.deployer_roles());
    item.needs(Tie::After, image.depends_on.iter().map(referenced));

    let tag = context.tag();
    let rendered = image.ollama.is_some().then_some("ollama");
    item.desired.set("tag", tag.as_str(), place(&[rendered.unwrap_or("build")]));
    // The Dockerfile is shown as text instead.
    for file in context.files.iter().filter(|file| file.path != context.dockerfile) {
        item.desired.set(
            format!("context.{}", file.path),
            build::shown_file(file),
            place(&["build", "context"]),
        );
    }
    let said = rendered.map_or_else(|| place(&["build", "dockerfile"]), |key| place(&[key]));
    item.desired.set("dockerfile", context.dockerfile_text.as_str(), said);
    for (argument, value) in &image.build.args {
        let place = place(&["build", "args", argument.as_str()]);
        item.desired.set(format!("args.{argument}"), value.as_str(), place);
    }

    let location = build_location(scope, image);
    let bucket = bucket::bucket_name(&item.project, &item.stack, source_location(scope, image));
    let object = source(name, &tag);
    let request = build::Request {
        image: format!("{}:{tag}", scope.document().image_name(name, pushed_to)),
        source: (&bucket, &object, &reference(&item.id, GENERATION)),
        build: &image.build,
        account: account.as_deref(),
        stack: &item.stack,
        project: &item.project,
        name,
    };
    let builds = format!("v1/projects/{}/locations/{location}/builds", item.project);
    let create = ApiRequest::post(Api::CloudBuild, builds.as_str(), request.body())
        .with_query("projectId", item.project.as_str());
    let making = Making {
        upload: Upload {
            bucket,
            object,
            content_type: "application/gzip".to_owned(),
            content: Arc::new(context.clone()) as Arc<dyn Content>,
        },
        create,
        builds,
        files: match &image.build.context {
            Some(folder) if context.folder.is_some() => Files::Folder(folder.clone()),
            Some(_) | None => Files::Rendered(context.dockerfile_text.clone()),
        },
    };
    let adopted = scope.document().repositories.get(repository).is_some_and(|repository| repository.adopt);
    Image {
        location: repository::location(scope, repository).to_owned(),
        repository: repository.to_owned(),
        tag,
        removal: if adopted { Removal::Version } else { Removal::Package },
        making: Some(making),
        item,
    }
}
