//! A spec in the making: the settings of one service and what it needs, as values. Knows no command and no terminal.

use serde_json::{Map, Value, json};

/// A spec in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The stack's name.
    pub(super) stack: String,
    /// The project; a variable of the spec if left out.
    pub(super) project: Option<String>,
    /// The region.
    pub(super) region: String,
    /// The service's name, also that of its image and repository.
    pub(super) service: String,
    /// The settings of the service.
    pub(super) settings: Map<String, Value>,
    /// The item under `images`, where there is one, without its repository.
    pub(super) image: Option<Value>,
    /// Whether the image is built.
    pub(super) is_built: bool,
    /// APIs beside those of every such stack.
    pub(super) apis: Vec<&'static str>,
}

/// What stands for the project where none is given; [`super::text`] puts the variable in its place.
pub(super) const PROJECT: &str = "${project}";

impl Draft {
    /// Sets a setting of the service, at a path of keys.
    pub(super) fn set(&mut self, path: &[&str], value: impl Into<Value>) {
        put(&mut self.settings, path, value.into());
    }

    /// Sets how the image is built.
    pub(super) fn set_build(&mut self, key: &str, value: &str) {
        let item = self.image.get_or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            put(item, &["build", key], value.into());
        }
    }

    /// The value at a path of keys.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.settings.get(*first)?, |at, key| at.get(*key))
    }

    /// The whole spec.
    pub(super) fn document(&self) -> Value {
        let mut apis = vec!["run.googleapis.com"];
        if self.is_built {
            apis.extend([
                "artifactregistry.googleapis.com",
                "cloudbuild.googleapis.com",
                "storage.googleapis.com",
            ]);
        }
        apis.extend(&self.apis);
        apis.sort_unstable();
        apis.dedup();
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| drop(document.insert(key.to_owned(), value));
        put("version", 1.into());
        put("stack", self.stack.as_str().into());
        put("project", self.project.as_deref().unwrap_or(PROJECT).into());
        put("region", self.region.as_str().into());
        if self.project.is_none() {
            put("variables", json!({"project": {"description": "Google Cloud project id"}}));
        }
        put("apis", json!(apis));
        let mut settings = Map::new();
        if let Some(image) = &self.image {
            let mut item = Map::new();
            if self.is_built {
                put("repositories", json!({ self.service.as_str(): {"format": "docker"} }));
                item.insert("repository".to_owned(), self.service.as_str().into());
            }
            item.extend(image.as_object().cloned().unwrap_or_default());
            put("images", json!({ self.service.as_str(): item }));
            settings.insert("image".to_owned(), self.service.as_str().into());
        }
        settings.extend(self.settings.clone());
        put("services", json!({ self.service.as_str(): spec::in_order("Service", settings) }));
        Value::Object(document)
    }
}

/// Puts a value at a path of keys.
fn put(map: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => drop(map.insert((*key).to_owned(), value)),
        [key, rest @ ..] => {
            let inner = map.entry(*key).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
