//! A project to try stacks on: an emulator in this process, and the way from a spec's text to a finished apply.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use emulator::{Exchange, Running, Settings};
use engine::{
    AdoptPolicy, Allowed, Consent, Graph, Ledger, PlanOptions, Recovered, ReplacePolicy, Rhythm, Snapshot,
    StopSignal,
};
use gcp::{Auth, BucketRecord, Endpoint, GoogleCloud, Pace, Target};
use model::{
    Action, ApplyReport, Cloud, Event, Goal, Inventory, Lease, Plan, ProjectId, RecordError, RecordStore,
    Region, Versioned,
};
use serde_json::{Value, json};
use spec::{Colour, Spec, Variables};
use tempfile::TempDir;

use crate::draft::{Draft, PROJECT};

/// Short waits: nothing takes long here.
const PACE: Pace = Pace {
    base: Duration::from_millis(1),
    cap: Duration::from_millis(20),
    deadline: Duration::from_mins(1),
    poll_floor: Duration::from_millis(1),
    poll_cap: Duration::from_millis(5),
    long_poll: Duration::from_secs(5),
    propagation: Duration::from_millis(300),
    operation: Duration::from_secs(20),
};

/// A project, a client of it, and a folder for build contexts.
pub(crate) struct Lab {
    folder: TempDir,
    running: Running,
    cloud: GoogleCloud,
}

/// A plan, and the record that it was made with.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) record: Versioned,
}

/// An apply that ended.
pub(crate) struct Ran {
    pub(crate) report: ApplyReport,
    pub(crate) events: Vec<Event>,
}

impl Prepared {
    /// Ids of what has something to do.
    pub(crate) fn work(&self) -> Vec<String> {
        let changes = self.plan.changes.iter().filter(|change| change.action != Action::NoOp);
        changes.map(|change| change.id.to_string()).collect()
    }

    /// The plan, which nothing must stand in the way of.
    #[track_caller]
    pub(crate) fn clear(self) -> Self {
        assert!(self.plan.refusals.is_empty(), "{:#?}", self.plan.refusals);
        assert!(self.plan.unknowns.is_empty(), "{:#?}", self.plan.unknowns);
        self
    }

    /// The plan, which must have nothing to do, in the project or in the record.
    #[track_caller]
    pub(crate) fn empty(self) -> Self {
        let plan = self.clear();
        assert!(plan.plan.is_empty(), "{}", crate::compare::bytes(&plan.plan));
        assert_eq!(plan.plan.record, plan.record.inventory);
        plan
    }
}

/// Every exchange of every generated project is held against Google's documents.
impl Drop for Lab {
    fn drop(&mut self) {
        let journal = self.running.journal();
        let ours = journal.iter().filter(|exchange| exchange.client.starts_with("gemmactl/")).cloned();
        conformance::hold_conditional(ours.map(checkable));
        conformance::hold(journal.into_iter().map(checkable), conformance::Requests::All);
    }
}

fn checkable(exchange: Exchange) -> conformance::Exchange {
    conformance::Exchange {
        method: exchange.method,
        host: exchange.host,
        path: exchange.path,
        query: exchange.query,
        request: conformance::Content::of_journal(exchange.request),
        answer: Some(conformance::Answer {
            status: exchange.status,
            content: conformance::Content::of_journal(exchange.answer),
        }),
    }
}

/// From a spec and a record to a plan, as every command does it, and what was read for it.
pub(crate) async fn planned(
    spec: &Spec,
    cloud: &impl Cloud,
    record: &Inventory,
    goal: Goal,
    consent: Consent,
) -> (Plan, Snapshot) {
    let mut graph = Graph::build(resources::resolve(spec)).unwrap();
    let mut live = engine::snapshot(&graph, cloud).await.unwrap();
    let (project, stack) = (&spec.document.project, &spec.document.stack);
    if let Some(known) = record.stacks.get(stack) {
        let recalled = graph
            .to_recall(known, goal)
            .map(|(id, entry)| resources::recall(project, stack, id, entry).unwrap())
            .collect();
        let unread = graph.join(recalled).unwrap();
        live.add(engine::snapshot_of(&graph, &unread, cloud).await.unwrap());
    }
    let options = PlanOptions {
        stack: stack.clone(),
        project: project.clone(),
        goal,
        adopt: AdoptPolicy::AsSpecSays,
        replace: ReplacePolicy::Refuse,
        consent,
        commands: engine::Commands::Built,
    };
    let mut plan = engine::plan(&graph, &live, record, &options);
    if !plan.unread.is_empty() {
        live.add(engine::contents(&plan.unread, cloud).await.unwrap());
        plan = engine::plan(&graph, &live, record, &options);
    }
    (plan, live)
}

/// What an operator allows who means what the spec says.
pub(crate) fn allowing() -> Consent {
    Consent {
        public: Allowed::Yes,
        broad_roles: Allowed::Yes,
        deletion: Allowed::Yes,
        foreign_content: Allowed::No,
        recovered: Recovered::Refuse,
        named: BTreeSet::new(),
    }
}

impl Lab {
    /// A fresh project.
    pub(crate) async fn start() -> Self {
        let running = emulator::start(Settings::new(PROJECT)).await.unwrap();
        let project = ProjectId::parse(PROJECT).unwrap();
        let endpoint = Endpoint::parse(&running.endpoint()).unwrap();
        let target = Target { endpoint, quota_project: Some(project.clone()), project };
        let cloud = GoogleCloud::new(target, Auth::default()).unwrap().with_pace(PACE);
        Self { folder: TempDir::new().unwrap(), running, cloud }
    }

    /// The folder that contexts are read from.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The client.
    pub(crate) fn cloud(&self) -> &GoogleCloud {
        &self.cloud
    }

    /// How many calls were made so far.
    pub(crate) fn mark(&self) -> usize {
        self.running.journal().len()
    }

    /// The calls after a mark that may have changed something.
    pub(crate) fn writes_since(&self, mark: usize) -> Vec<String> {
        let reads = [":getIamPolicy", ":testIamPermissions"];
        let is_read = |exchange: &Exchange| {
            exchange.method == "GET" || reads.iter().any(|verb| exchange.path.ends_with(verb))
        };
        let calls = self.running.journal().into_iter().skip(mark).filter(|exchange| !is_read(exchange));
        calls.map(|exchange| format!("{} {} → {}", exchange.method, exchange.path, exchange.status)).collect()
    }

    /// Makes a call behind gemmactl's back; it must succeed, and an operation is waited for.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<Value>) -> impl Future<Output = Value> {
        let asked = self.try_call(method, path, body);
        let what = format!("{method} {path}");
        async move {
            let (status, answer) = asked.await;
            assert!(status < 300, "{what}: {status} {answer}");
            answer
        }
    }

    /// Makes a call and gives its status too.
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> impl Future<Output = (u16, Value)> {
        let url = format!("{}{path}", self.running.endpoint());
        let method: reqwest::Method = method.parse().unwrap();
        async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let mut request = client.request(method, url).header("authorization", "Bearer somebody");
            if let Some(body) = body {
                request = request.json(&body);
            }
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
        }
    }

    /// Waits for the operation of a Cloud Run or Artifact Registry call.
    pub(crate) async fn finish(&self, version: &str, operation: &Value) {
        let path = format!("/{version}/{}", operation["name"].as_str().unwrap());
        while self.call("GET", &path, None).await["done"] != json!(true) {}
    }

    /// Bends the project.
    pub(crate) async fn bend(&self, how: Value) {
        self.call("POST", "/emulator/project", Some(how)).await;
    }

    /// Reads a stack's text.
    #[track_caller]
    pub(crate) fn parse(&self, document: &Value) -> Spec {
        let text = crate::yaml::write(document);
        match spec::parse("gemmactl.yaml", &text, self.folder.path(), &Variables::none()) {
            Ok(spec) => spec,
            Err(problems) => panic!("{}\n{text}", problems.render(Colour::Plain)),
        }
    }

    /// From a spec to a plan, as every command does it.
    pub(crate) async fn prepare(&self, document: &Value, goal: Goal) -> Prepared {
        self.prepare_through(&self.cloud, document, goal).await
    }

    /// The same for an operator who allows this.
    pub(crate) async fn prepare_with(&self, document: &Value, goal: Goal, consent: Consent) -> Prepared {
        self.prepared(&self.cloud, document, goal, consent).await
    }

    /// The same with another view of the cloud.
    pub(crate) async fn prepare_through(&self, cloud: &impl Cloud, document: &Value, goal: Goal) -> Prepared {
        self.prepared(cloud, document, goal, allowing()).await
    }

    async fn prepared(&self, cloud: &impl Cloud, document: &Value, goal: Goal, consent: Consent) -> Prepared {
        let record = self.record().load().await.unwrap();
        let (plan, _) = planned(&self.parse(document), cloud, &record.inventory, goal, consent).await;
        Prepared { plan, record }
    }

    /// The record as it is.
    pub(crate) async fn inventory(&self) -> Inventory {
        self.record().load().await.unwrap().inventory
    }

    /// Every exchange so far.
    pub(crate) fn journal(&self) -> Vec<Exchange> {
        self.running.journal()
    }

    fn record(&self) -> BucketRecord<'_> {
        BucketRecord::new(&self.cloud, Region::parse("europe-west1").unwrap())
    }

    /// Carries a plan out.
    pub(crate) async fn carry_out(&self, prepared: Prepared) -> Result<Ran, RecordError> {
        let store = self.record();
        // Only runs that were cut off on purpose are still in the record, and they are dead.
        let held = engine::in_the_way(&prepared.plan, &prepared.record.inventory);
        let dead = held.into_iter().map(|held| held.lease).collect();
        let lease = Lease {
            holder: "test".to_owned(),
            beat: 1,
            who: String::new(),
            operation: String::new(),
            started: String::new(),
            other: std::collections::BTreeMap::new(),
        };
        let mut ledger =
            Ledger::open(&store, prepared.record, lease).paced(Rhythm::EMULATED).taking_over(dead);
        let mut events = Vec::new();
        let stop = StopSignal::new();
        let report =
            engine::apply(&prepared.plan, &self.cloud, &mut ledger, &stop, &mut |event| events.push(event))
                .await?;
        Ok(Ran { report, events })
    }

    /// Carries a plan out until so many calls were made, and then drops everything as it is.
    pub(crate) async fn carry_out_until(&self, prepared: Prepared, calls: usize) {
        let end = self.mark() + calls;
        let reached = async {
            while self.mark() < end {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = reached => {}
            _ = self.carry_out(prepared) => {}
        }
    }

    /// Plans and applies, completely.
    pub(crate) async fn converge(&self, document: &Value, goal: Goal) -> Ran {
        let prepared = self.prepare(document, goal).await.clear();
        let ran = self.carry_out(prepared).await.unwrap();
        assert!(ran.report.is_complete(), "{:#?}", ran.report);
        ran
    }

    /// Applies a stack.
    pub(crate) async fn apply(&self, document: &Value) -> Ran {
        self.converge(document, Goal::Present).await
    }

    /// Destroys a stack.
    pub(crate) async fn destroy(&self, document: &Value) -> Ran {
        self.converge(document, Goal::Absent).await
    }

    /// A fresh project in which a prior world and the folders of a stack are laid out.
    pub(crate) async fn with(draft: &Draft, prior: &crate::prior::Prior) -> Self {
        let lab = Self::start().await;
        draft.lay_out(lab.folder());
        prior.lay_out(&lab).await;
        lab
    }
}
