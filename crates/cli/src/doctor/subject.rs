//! What is examined: a spec, its resources, and the bucket of the project's record.

use engine::Graph;
use model::{Action, OnDestroy, ProjectId, Resource, Step};
use spec::Spec;

/// What is examined.
pub(crate) struct Subject<'run> {
    /// The spec.
    pub(crate) spec: &'run Spec,
    /// Its resources.
    pub(crate) graph: &'run Graph,
    /// The bucket of the record.
    pub(crate) bucket: &'run str,
}

impl Subject<'_> {
    /// The project.
    pub(crate) fn project(&self) -> &ProjectId {
        &self.spec.document.project
    }

    /// The service accounts of the spec.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &dyn Resource> {
        self.graph.iter().filter(|resource| resource.id().kind() == "account")
    }

    /// The steps that make a resource.
    pub(super) fn creation(resource: &dyn Resource) -> Vec<Step> {
        resource.steps(&Action::Create, None)
    }

    /// The steps that take a resource away again, if destroy does.
    pub(super) fn removal(resource: &dyn Resource) -> Vec<Step> {
        match resource.on_destroy() {
            OnDestroy::Delete => resource.steps(&Action::Delete, None),
            OnDestroy::Keep => Vec::new(),
        }
    }
}
