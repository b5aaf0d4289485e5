//! What gemmactl would send for a spec: the whole way from the text to the request, with nothing there yet.

use std::path::Path;

use model::{Action, ApiRequest, Body, Resource, Step};
use serde_json::{Value, json};
use spec::{Colour, Variables};

/// Where everything is.
pub(crate) const PROJECT: &str = "demo-project";
pub(crate) const REGION: &str = "europe-west1";
pub(crate) const SERVICE: &str = "ollama-gemma";
pub(crate) const IMAGE: &str = "europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma:v1";

/// A spec of one service with these settings, in the words of YAML.
pub(crate) fn spec_of(settings: &str) -> String {
    let image = if settings.contains("image:") { String::new() } else { format!("    image: {IMAGE}\n") };
    let settings: Vec<String> = settings.lines().map(|line| format!("    {line}")).collect();
    let settings = settings.join("\n");
    format!(
        "version: 1\nstack: wire\nproject: {PROJECT}\nregion: {REGION}\nservices:\n  {SERVICE}:\n{image}{settings}"
    )
}

/// The resources of a spec whose build contexts are in `base`.
pub(crate) fn resources(text: &str, base: &Path) -> Result<Vec<Box<dyn Resource>>, String> {
    let spec = spec::parse("gemmactl.yaml", text, base, &Variables::none())
        .map_err(|problems| format!("the spec is refused:\n{}", problems.render(Colour::Plain)))?;
    Ok(resources::resolve(&spec))
}

/// The request that creates the spec's service.
pub(crate) fn creation(text: &str, base: &Path) -> Result<ApiRequest, String> {
    let found = resources(text, base)?.into_iter().find(|resource| resource.id().kind() == "service");
    let steps = found.ok_or("the spec has no service")?.steps(&Action::Create, None);
    match steps.as_slice() {
        [Step::Call { request, .. }] => Ok(request.clone()),
        steps => Err(format!("one call was to be made, not {steps:?}")),
    }
}

/// The body of that request.
pub(crate) fn body(text: &str, base: &Path) -> Result<Value, String> {
    Ok(json_of(&creation(text, base)?.body))
}

/// The body that changes a service that is there and shows as this.
pub(crate) fn change(text: &str, live: &Value) -> Result<Value, String> {
    let all = resources(text, Path::new("."))?;
    let service =
        all.iter().find(|resource| resource.id().kind() == "service").ok_or("the spec has no service")?;
    let live = service.observe(live).map_err(|error| error.to_string())?.ok_or("there is no service")?;
    match service.steps(&Action::Update, Some(&live)).as_slice() {
        [Step::Call { request, .. }] => Ok(json_of(&request.body)),
        steps => Err(format!("one call was to be made, not {steps:?}")),
    }
}

/// What the spec's invokers would add to the service's policy, as bindings; the path of the write with them.
pub(crate) fn invokers(text: &str) -> Result<(Vec<String>, Value), String> {
    let mut paths = Vec::new();
    let mut bindings = Vec::new();
    for resource in
        resources(text, Path::new("."))?.iter().filter(|resource| resource.id().kind() == "invoker")
    {
        for step in resource.steps(&Action::Create, None) {
            let Step::EditPolicy(edit) = step else {
                return Err(format!("the policy was to be edited: {step:?}"));
            };
            paths.push(edit.policy.write.path.clone());
            bindings
                .extend(edit.add.iter().map(|grant| json!({"role": grant.role, "members": [grant.member]})));
        }
    }
    Ok((paths, json!({"bindings": bindings})))
}

fn json_of(body: &Body) -> Value {
    match body {
        Body::Json(body) => body.clone(),
        Body::Empty | Body::Bytes { .. } => Value::Null,
    }
}
