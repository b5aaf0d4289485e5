//! The way from the data files, and from an operator's own, to the catalogue.

use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use crate::Catalogue;
use crate::tree::{self, Content, Tree};

/// The files that are shipped; each holds sections of its own.
const FILES: [&str; 5] = [
    include_str!("../data/gpus.yaml"),
    include_str!("../data/cloud-run.yaml"),
    include_str!("../data/prices.yaml"),
    include_str!("../data/models.yaml"),
    include_str!("../data/servers.yaml"),
];

/// Why an operator's catalogue cannot be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl Catalogue {
    /// What is shipped, with an operator's file over it: maps are merged key by key, so that a file holds only what is
    /// different. Errors: the file is no YAML, has keys that a catalogue has not, or leaves a new entry incomplete.
    pub fn with_file(file: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut merged = shipped_values();
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::shipped().clone());
        }
        let error = |(line, column), message| CatalogueError { file: file.to_owned(), line, column, message };
        let tree = parse(text).map_err(|(position, message)| error(position, message))?;
        match &tree.value {
            Content::Map(_) => {}
            Content::List(_) | Content::Scalar(_) => {
                let message =
                    "a catalogue is a map with keys such as `gpus`, `prices` and `models`".to_owned();
                return Err(error(tree::position(&tree), message));
            }
        }
        tree::merge(&mut merged, tree.value.value());
        serde_path_to_error::deserialize(merged).map_err(|problem| {
            let path: Vec<String> = problem.path().iter().map(segment).collect();
            let at = if path.is_empty() { String::new() } else { format!("`{}`: ", path.join(".")) };
            let mut path = path;
            // The place of a key that is not known is its own, though the path ends at its parent.
            path.extend(unknown_key(&problem.inner().to_string()));
            error(tree::nearest(&tree, &path), format!("{at}{}", problem.inner()))
        })
    }
}

/// What is shipped. Were a file broken, nothing would be known; a test reads every one of them.
pub(crate) fn shipped() -> Catalogue {
    serde_json::from_value(shipped_values()).unwrap_or_default()
}

fn shipped_values() -> Value {
    let mut merged = Value::Object(Map::new());
    for file in FILES {
        if let Ok(tree) = parse(file) {
            tree::merge(&mut merged, tree.value.value());
        }
    }
    merged
}

fn parse(text: &str) -> Result<Tree, (tree::Position, String)> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        merge_keys: serde_yaml::options::MergeKeyPolicy::Error,
        budget: serde_yaml::budget! { max_depth: 12, max_nodes: 20_000, max_aliases: 0, max_anchors: 0, max_documents: 1 },
    };
    serde_yaml::from_str_with_options::<Tree>(text, options).map_err(|problem| {
        let position = problem.location().map_or((1, 1), |at| (at.line(), at.column()));
        (position, problem.render_with_formatter(&serde_yaml::UserMessageFormatter))
    })
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.clone(),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => "?".to_owned(),
    }
}

/// The key of serde's message "unknown field `x`, expected …".
fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    rest.split_once('`').map(|(key, _)| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trust;

    #[test]
    fn a_file_holds_only_what_is_different() {
        let text = "# ours\nprices:\n  tiers:\n    tier-1:\n      gpuSeconds:\n        nvidia-l4: {single: 0.0001}\n  regions: {us-east4: tier-1}\n";
        let catalogue = Catalogue::with_file("ours.yaml", text).unwrap();
        let tier = catalogue.prices.of_region("us-east4").unwrap();
        let price = tier.gpu_seconds["nvidia-l4"];
        assert!((price.single - 0.0001).abs() < 1e-12 && (price.redundant - 0.000_290_9).abs() < 1e-12);
        assert_eq!(Catalogue::shipped().prices.of_region("us-east4"), None);
        assert_eq!(Catalogue::with_file("empty.yaml", "# nothing\n").unwrap(), *Catalogue::shipped());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_place() {
        for (text, message) in [
            (
                "gpus:\n  nvidia-l4:\n    memory: {gib: much}\n",
                "ours.yaml:3:19: `gpus.nvidia-l4.memory.gib`: invalid type: string \"much\", expected f64",
            ),
            (
                "gpus:\n  nvidia-l4:\n    memroy: {}\n",
                "ours.yaml:3:13: `gpus.nvidia-l4.memroy`: unknown field `memroy`",
            ),
            ("gpu: {}\n", "ours.yaml:1:6: `gpu`: unknown field `gpu`"),
            (
                "models:\n  mine:7b: {weightsGb: 7}\n",
                "ours.yaml:2:12: `models.mine:7b`: missing field `context`",
            ),
            ("models: [\n", "ours.yaml:1:9: unclosed bracket"),
            ("- a\n", "ours.yaml:1:1: a catalogue is a map"),
            ("gpus: {}\ngpus: {}\n", "ours.yaml:2:1: "),
        ] {
            let error = Catalogue::with_file("ours.yaml", text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn every_shipped_file_is_read_to_its_end() {
        for file in FILES {
            parse(file).unwrap();
        }
        let catalogue: Catalogue = serde_path_to_error::deserialize(shipped_values()).unwrap();
        assert!(catalogue.gpus.len() > 1 && catalogue.models.len() > 10 && catalogue.prebuilt.len() == 4);
    }

    #[test]
    fn every_figure_that_is_shipped_has_a_year_of_its_own() {
        let catalogue = Catalogue::shipped();
        let models = catalogue.models.values().map(|model| &model.source);
        let gpus = catalogue.gpus.values().flat_map(|gpu| {
            [
                &gpu.memory.source,
                &gpu.instance.source,
                &gpu.driver.source,
                &gpu.regions.source,
                &gpu.quota.single.source,
            ]
        });
        for source in models.chain(gpus) {
            assert!(source.date.starts_with("202") && !source.title.is_empty(), "{source}");
        }
        assert_eq!(catalogue.gpus["nvidia-l4"].driver.source.trust, Trust::Documented);
    }

    #[test]
    fn what_depends_on_a_driver_follows_its_version() {
        let ollama = &Catalogue::shipped().ollama;
        let reference = |driver| ollama.base_for(driver).unwrap().reference();
        assert_eq!(
            (reference(535), reference(580)),
            ("ollama/ollama:0.24.0".into(), "ollama/ollama:0.32.15".into())
        );
        let version = |text| crate::Version::parse(text).unwrap();
        assert_eq!(ollama.driver_for(&version("0.24.0")), None);
        assert_eq!(ollama.driver_for(&version("0.32.15")).unwrap().1, 550);
        assert_eq!(
            [1.0, 22.5, 40.0, 95.0].map(|gib| ollama.context_for(gib)),
            [4096, 4096, 32768, 262_144].map(Some)
        );
    }
}
