//! What an operator's policy says of a spec, shown. Knows no rule.

use model::Place;

/// How a spec stands against a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// How many rules there are.
    pub rules: usize,
    /// What they do not allow, rule by rule.
    pub breaches: Vec<Breach>,
}

/// What follows when a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is shown.
    Warn,
    /// It is shown, and nothing is applied.
    Deny,
}

/// One thing of the spec that a rule does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule's id.
    pub rule: String,
    /// What follows.
    pub level: Level,
    /// What of the spec, such as `service/ollama-gemma`.
    pub subject: String,
    /// What is not allowed.
    pub problem: String,
    /// Why the rule is there, in the policy's own words.
    pub message: String,
    /// Where the spec says it.
    pub place: Option<Place>,
}

impl Judgement {
    /// What keeps the plan from being applied.
    pub fn denied(&self) -> impl Iterator<Item = &Breach> {
        self.of(Level::Deny)
    }

    /// The breaches of one level, those that deny first to be shown first.
    pub fn of(&self, level: Level) -> impl Iterator<Item = &Breach> {
        self.breaches.iter().filter(move |breach| breach.level == level)
    }

    /// All breaches, those that deny first.
    pub fn by_level(&self) -> impl Iterator<Item = &Breach> {
        self.of(Level::Deny).chain(self.of(Level::Warn))
    }
}

impl Level {
    /// The word for it, the same on every surface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}
