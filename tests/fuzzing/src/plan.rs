//! A whole project of any answers: read, planned, and shown in every form.

use engine::{AdoptPolicy, Graph, PlanOptions, ReplacePolicy, Snapshot};
use model::{
    ApiRequest, Cloud, CloudError, Done, ErrorKind, Found, Goal, Inventory, Json, Plan, Step, Supervisor,
};

use crate::sample;
use crate::shown::inert_plan;
use views::document;
use views::noise::{self, Noise};

/// Plans the sample stack, present and absent, in a project that answers as the input says: a JSON object of answers by
/// path, and the record as `record`. A text is a refusal that says it; `disabled` means that the API is off.
pub fn plan(data: &[u8]) {
    let Ok(answers) = serde_json::from_slice::<Json>(data) else { return };
    let project = &sample::spec().document.project;
    let record = answers.get("record").unwrap_or(&Json::Null).to_string();
    let record = gcp::untrusted::record(record.as_bytes(), project)
        .unwrap_or_else(|_| Inventory::new(project.clone()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // What is ignored is counted in one and listed in the other: to show both both ways takes twice the time.
    for (goal, noise) in [(Goal::Present, Noise::Listed), (Goal::Absent, Noise::Counted)] {
        if let Some((plan, snapshot)) = runtime.block_on(planned(&Answers(&answers), &record, goal)) {
            show(&document::Plan::of(&plan, noise::ignored(&plan, &snapshot, noise)));
        }
    }
}

/// A cloud that answers what it was told to.
struct Answers<'input>(&'input Json);

impl Cloud for Answers<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        Ok(match self.0.get(&request.path) {
            None | Some(Json::Null) => Found::Absent,
            Some(Json::String(text)) if text == "disabled" => {
                Found::ApiDisabled(request.api.host().to_owned())
            }
            Some(Json::String(text)) => {
                return Err(CloudError::new(ErrorKind::Denied, text.clone()).at(request));
            }
            Some(body) => Found::Body(body.clone()),
        })
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        panic!("a plan ran {step:?}")
    }
}

/// The way that every run goes; none where the record is refused, or the cloud cannot be reached.
pub(crate) async fn planned<C: Cloud>(cloud: &C, record: &Inventory, goal: Goal) -> Option<(Plan, Snapshot)> {
    let document = &sample::spec().document;
    let mut graph = Graph::build(resources::resolve(sample::spec())).unwrap();
    let mut live = engine::snapshot(&graph, cloud).await.ok()?;
    if let Some(stack) = record.stacks.get(&document.stack) {
        let recalled: Result<Vec<_>, _> = graph
            .to_recall(stack, goal)
            .map(|(id, entry)| resources::recall(&document.project, &document.stack, id, entry))
            .collect();
        let unread = graph.join(recalled.ok()?).ok()?;
        live.add(engine::snapshot_of(&graph, &unread, cloud).await.ok()?);
    }
    let options = PlanOptions {
        stack: document.stack.clone(),
        project: document.project.clone(),
        goal,
        adopt: AdoptPolicy::AsSpecSays,
        replace: ReplacePolicy::Allow,
        consent: engine::Consent::default(),
        commands: engine::Commands::Built,
    };
    let plan = engine::plan(&graph, &live, record, &options);
    let again = engine::plan(&graph, &live, record, &options);
    assert_eq!(engine::fingerprint(&again), engine::fingerprint(&plan), "the same world gives another plan");
    Some((plan, live))
}

pub(crate) fn show(plan: &document::Plan) {
    let text = inert_plan(plan);
    let read = serde_json::from_str::<document::PlanFile>(&text).unwrap();
    let again = document::Plan::try_from(read.clone()).unwrap();
    assert_eq!(document::PlanFile::from(&again), read, "a saved plan is read as another one");
}
