//! From a live service to a spec that asks for just that: reads, and the spec made of them. Writes nothing in the cloud.

mod access;
mod around;
mod text;

use std::path::Path;

use engine::{Graph, Seen, Snapshot, Watch};
use model::{Live, Owner, Resource, ResourceId, StackName};
use resources::Exported;
use serde_json::{Value, json};
use spec::{Spec, Variables};

use crate::arguments::ExportArguments;
use crate::error::CliError;
use crate::session::Session;

/// A spec that was made of what is live.
pub(crate) struct Made {
    /// Its text.
    pub(crate) text: String,
    /// The same, checked.
    pub(crate) spec: Spec,
    /// What is live and not in it, a line each.
    pub(crate) left: Vec<String>,
}

/// What is collected for the spec.
#[derive(Debug, Default)]
struct Collected {
    left: Vec<String>,
    refused: Vec<String>,
}

/// Stands for an image until the live one is read.
const ANY_IMAGE: &str = "example.com/any/image:any";

/// The least spec that speaks of the service, by which it is found. Errors: a name is none.
pub(crate) fn sought(arguments: &ExportArguments) -> Result<Spec, CliError> {
    let stack = arguments.stack.as_ref().unwrap_or(&arguments.service);
    checked(&json!({
        "version": 1,
        "stack": stack,
        "project": arguments.project,
        "region": arguments.region,
        "services": { arguments.service.as_str(): { "image": ANY_IMAGE } },
    }))
}

/// Reads the service and what it hangs on, and makes a spec of it. Errors: it is not there, belongs to another stack, or
/// holds what no spec may hold.
pub(crate) async fn make(sought: &Spec, session: &Session) -> Result<Made, CliError> {
    let graph = Graph::build(resources::resolve(sought)).map_err(|errors| CliError::graph(&errors))?;
    let found = engine::snapshot_watching(&graph, &session.cloud, Watch::Nothing).await?;
    let Some(service) = graph.iter().find(|resource| resource.id().kind() == "service") else {
        return Err(CliError::Usage("the service has no name".to_owned()));
    };
    let live = there(service, &found, &sought.document.stack)?;
    let mut collected = Collected::default();
    let mut item = collected.take(service, live);
    let around = around::read(sought, live, session).await?;
    let invokers = access::invokers(service, session, &mut collected).await?;
    let mut document = json!({
        "version": 1,
        "stack": sought.document.stack.as_str(),
        "project": sought.document.project.as_str(),
        "region": sought.document.region.as_str(),
    });
    around.put(&mut document, &mut item, &mut collected);
    if let Some(fields) = item.as_object_mut().filter(|_| !invokers.is_empty()) {
        fields.insert("invokers".to_owned(), invokers.into());
    }
    if !collected.refused.is_empty() {
        return Err(CliError::NotExportable(collected.refused));
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("services".to_owned(), json!({ service.id().name(): item }));
    }
    let text = text::of(&document, service.id(), &collected.left);
    let spec = parsed(&text)?;
    Ok(Made { text, spec, left: collected.left })
}

impl Collected {
    /// The item of something found; what it cannot say is kept in mind.
    fn take(&mut self, resource: &dyn Resource, live: &Live) -> Value {
        let Exported { item, left, refused } = resources::export(resource, live);
        let id = resource.id();
        self.left.extend(left.iter().map(|(path, value)| format!("{id}: {path} = {value}")));
        self.refused.extend(refused);
        item
    }
}

/// What was found of a resource. Errors: nothing, nobody knows, or it is another stack's.
fn there<'found>(
    resource: &dyn Resource,
    found: &'found Snapshot,
    stack: &StackName,
) -> Result<&'found Live, CliError> {
    let id: &ResourceId = resource.id();
    match found.get(id) {
        Some(Seen::Live(live)) => match &live.owner {
            Owner::OtherStack(stack) => Err(owned(id, stack)),
            // A spec without the rest of the stack would delete that rest.
            Owner::ThisStack => Err(owned(id, stack)),
            Owner::Unmarked | Owner::Unmarkable | Owner::Remains => Ok(live),
        },
        Some(Seen::Unreadable(error)) => Err(error.clone().into()),
        Some(Seen::ApiDisabled(api)) => {
            Err(CliError::Usage(format!("{} is not there: {api} is not enabled", resource.full_name())))
        }
        Some(Seen::Absent) | None => Err(CliError::Usage(format!(
            "{} is not there; look at --project and --region",
            resource.full_name()
        ))),
    }
}

fn owned(id: &ResourceId, stack: &StackName) -> CliError {
    CliError::NotExportable(vec![format!(
        "{id} belongs to stack {stack} already; its spec is where that stack is kept"
    )])
}

/// A spec made of values.
fn checked(document: &Value) -> Result<Spec, CliError> {
    parsed(&spec::yaml_text(document))
}

fn parsed(text: &str) -> Result<Spec, CliError> {
    spec::parse("exported.yaml", text, Path::new("."), &Variables::none())
        .map_err(|problems| CliError::Spec(problems.render(spec::Colour::Plain)))
}
