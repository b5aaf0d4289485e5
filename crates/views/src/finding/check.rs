//! What a check says: how it stands, what was seen, what to do next. Pure data; knows no cloud and no view.

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It holds.
    Ok,
    /// It could not be looked at, which is no pass.
    Unknown,
    /// It holds for now, or may not matter.
    Warning,
    /// A plan or an apply will fail by it.
    Failed,
}

impl Level {
    /// Every level, the best first.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Unknown, Self::Warning, Self::Failed];

    /// Its word, the same in every form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckId {
    /// The spec and its resources.
    Spec,
    /// What is sent to builds.
    Context,
    /// Where calls go, and through what.
    Endpoint,
    /// Which credentials are used, and for whom they stand.
    Credentials,
    /// Whether the cloud answers, and how fast.
    Connection,
    /// The project.
    Project,
    /// Whether it is paid for.
    Billing,
    /// Which APIs are on.
    Apis,
    /// Whether the caller may do what the spec's steps do.
    Permissions,
    /// Whether GPUs, CPUs and memory are enough for the services.
    Quota,
    /// What builds run as.
    BuildAccount,
    /// The ownership record and its bucket.
    Record,
    /// Whether a plan can be made.
    Plan,
}

impl CheckId {
    /// Those that ask the cloud, in the order in which they are shown.
    pub const LIVE: [Self; 9] = [
        Self::Connection,
        Self::Project,
        Self::Billing,
        Self::Apis,
        Self::Permissions,
        Self::Quota,
        Self::BuildAccount,
        Self::Record,
        Self::Plan,
    ];

    /// Its name, the same in every form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Context => "context",
            Self::Endpoint => "endpoint",
            Self::Credentials => "credentials",
            Self::Connection => "connection",
            Self::Project => "project",
            Self::Billing => "billing",
            Self::Apis => "apis",
            Self::Permissions => "permissions",
            Self::Quota => "quota",
            Self::BuildAccount => "build-account",
            Self::Record => "record",
            Self::Plan => "plan",
        }
    }
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// In words.
    Say(String),
    /// A page to look at.
    Open(String),
    /// A command to copy, by its words.
    Run(Vec<String>),
}

/// How the caller stands to a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Granted on the project.
    OnProject,
    /// Not on the project, but on each thing that it is needed for.
    OnResource,
    /// Comes with a role that this plan itself grants to the caller.
    WithThisPlan,
    /// Not granted, as far as the answers tell.
    Missing,
    /// Nobody could tell.
    Unknown,
}

impl Standing {
    /// Its word, the same in every form.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnProject => "on project",
            Self::OnResource => "on resource",
            Self::WithThisPlan => "with this plan",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// When a permission is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// To plan.
    Plan,
    /// To apply what the plan says now.
    Apply,
    /// To destroy it later.
    Destroy,
}

impl Moment {
    /// Its word, the same in every form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
        }
    }
}

/// A permission, and which steps need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionRow {
    /// `run.services.create`
    pub permission: &'static str,
    /// The narrowest usual role with it.
    pub role: &'static str,
    /// Whether the caller has it.
    pub standing: Standing,
    /// When, and for which resources, in order.
    pub needed: Vec<(Moment, String)>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it stands.
    pub level: Level,
    /// What was seen, a sentence each.
    pub seen: Vec<String>,
    /// What to do next.
    pub next: Vec<Next>,
    /// Of the check of permissions: all of them.
    pub permissions: Vec<PermissionRow>,
}

impl Check {
    /// A check with what was seen.
    pub fn new(id: CheckId, level: Level, seen: impl Into<String>) -> Self {
        Self { id, level, seen: vec![seen.into()], next: Vec::new(), permissions: Vec::new() }
    }

    /// The same, with one thing more that was seen.
    #[must_use]
    pub fn seeing(mut self, seen: impl Into<String>) -> Self {
        self.seen.push(seen.into());
        self
    }

    /// The same with something to do next, in words; an advice without words is none.
    #[must_use]
    pub fn say(mut self, next: impl Into<String>) -> Self {
        let words = next.into();
        if !words.is_empty() {
            self.next.push(Next::Say(words));
        }
        self
    }

    /// The same with a page to look at next.
    #[must_use]
    pub fn open(mut self, url: impl Into<String>) -> Self {
        self.next.push(Next::Open(url.into()));
        self
    }

    /// The same with a command to run next.
    #[must_use]
    pub fn run(mut self, words: &[&str]) -> Self {
        self.next.push(Next::Run(words.iter().map(|word| (*word).to_owned()).collect()));
        self
    }

    /// The same, at least as bad.
    #[must_use]
    pub fn at_least(mut self, level: Level) -> Self {
        self.level = self.level.max(level);
        self
    }
}
