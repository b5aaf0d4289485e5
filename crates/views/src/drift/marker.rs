//! The hidden mark by which an issue is known again as the one about the drift of a stack. Like [`crate::marker`], it holds names
//! and a number only, and is trusted only where the same account wrote it.

use std::fmt;

use model::{EnvironmentName, StackName};

use crate::document::Plan;

const BEGIN: &str = "<!-- gemmactl drift v1 ";
const END: &str = " -->";

/// The mark of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Whose drift.
    pub stack: StackName,
    /// For which environment, if any.
    pub environment: Option<EnvironmentName>,
    /// How many findings there are; 0: all is well.
    pub found: usize,
}

impl Marker {
    /// The mark of a plan of drift.
    pub fn of(plan: &Plan) -> Self {
        let found = plan.changes.len() + plan.exposures.len() + plan.refusals.len() + plan.unknowns.len();
        Self { stack: plan.stack.clone(), environment: plan.environment.clone(), found }
    }

    /// The mark that a body begins with, if it begins with one.
    pub fn read(body: &str) -> Option<Self> {
        let (fields, _) = body.strip_prefix(BEGIN)?.split_once(END)?;
        let value = |name: &str| {
            let pairs = fields.split(' ').filter_map(|field| field.split_once('='));
            pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        Some(Self {
            stack: StackName::parse(value("stack")?).ok()?,
            environment: value("env").map(EnvironmentName::parse).transpose().ok()?,
            found: value("found")?.parse().ok()?,
        })
    }
}

/// The comment, without a line break.
impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{BEGIN}stack={}", self.stack)?;
        if let Some(environment) = &self.environment {
            write!(formatter, " env={environment}")?;
        }
        write!(formatter, " found={}{END}", self.found)
    }
}
