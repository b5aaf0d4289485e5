//! A stack with an item of every kind, as the targets need it that read answers of the cloud.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use model::Resource;
use spec::{Spec, Variables};

/// The folder that build contexts of specs under test are read from.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stack")
}

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let text = include_str!("../stack/gemmactl.yaml");
    match spec::parse("gemmactl.yaml", text, &folder(), &Variables::none()) {
        Ok(spec) => spec,
        Err(problems) => panic!("{}", problems.render(spec::Colour::Plain)),
    }
});

/// The stack.
pub(crate) fn spec() -> &'static Spec {
    &SPEC
}

static RESOURCES: LazyLock<Vec<Box<dyn Resource>>> = LazyLock::new(|| resources::resolve(spec()));

/// Its resources, every kind among them.
pub(crate) fn resources() -> &'static [Box<dyn Resource>] {
    &RESOURCES
}
