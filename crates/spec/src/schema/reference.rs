//! The reference page of the spec, as Markdown, from the same schema as everything else.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::{resolve, strict};
use crate::environments::KEY;

/// Headings and introduction of the page.
const INTRODUCTION: &str = "\
# The spec

This page is generated from the types that read a spec. `gemmactl schema` prints the same as JSON Schema for editors.

A spec is one YAML file, `gemmactl.yaml` by default. It is a closed format: unknown keys, duplicate keys, anchors,
aliases, merge keys, tags and further documents are errors, and every problem of a file is reported at once. What is
left out is the server's choice, or stays as it is.

`${name}` in any value stands for a variable that is declared under `variables`; environment variables are never read. A
value that is nothing but `${name}` takes the variable's own type. `$${` stands for the two characters `${`.
";

/// What an environment is; its keys are those of the file.
const ENVIRONMENTS: &str = "
## `environments.NAME`

What is different in one environment. It has the keys of the file itself, but for `version` and `environments`, and gives
values to variables in place of declaring them:

```yaml
variables:
  model: { default: gemma3:4b }
environments:
  dev:
    project: acme-dev
  prod:
    project: acme-prod
    variables: { model: gemma3:12b }
    services:
      ollama-gemma: { maxInstances: 5, protect: true }
```

Where a spec has environments, `--env NAME` chooses one, and `validate` without it checks them all.

- Maps are merged by key. Scalars and lists take the place of what the spec says; lists are never joined.
- `serviceAccounts`, `repositories`, `images` and `services` are changed, never added: an item that the spec does not
  have is an error. Maps inside an item, such as `env` or `labels`, may get new keys.
- Nothing is taken away: a key without a value is an error.
- Values of variables: `--var` wins over `--var-file`, that over the environment, that over the default.
- No two environments may have the same `project` and `stack`, going by what the file says without the command line.
- Every environment is checked, whichever is chosen. Folders of builds are read only for the one that is chosen.
- Places in a plan are those of the environment's line where the value comes from it.
";

/// How the files of a build are chosen; the rules themselves are in the crate's `context` folder.
const CONTEXTS: &str = "
## Build contexts

A context is a folder inside the spec's own folder, also after links are followed. What is sent of it:

- the rules of `.gcloudignore` hold as they do for `gcloud`, with `#!include:FILE`; without that file those of
  `.gitignore` do;
- then those of `.dockerignore` (or of `DOCKERFILE.dockerignore`) as Docker reads them: anchored at the context, the last
  match wins, `!` brings back what lies in a folder that is left out;
- the Dockerfile is sent in any case; `.gcloudignore` and the spec itself are not, and empty folders are not;
- never sent are `.git`, `.hg`, `.svn`, `.env` and `.env.*` (but `.env.example`, `.env.sample` and `.env.template` are),
  `*.pem`, `*.key`, `*.p12`, `*.pfx`, `*.jks`, `*.keystore`, keys of SSH (`.ssh`, `id_rsa` and its like), `.aws`, `.kube`, `.netrc`,
  `.git-credentials`, `.pypirc`, `application_default_credentials.json` and `.gemmactl`.

Links inside the context stay links; one that leads out is an error, as are sockets, pipes and devices. At most 20,000
files and 2 GiB are taken. The image's tag is a digest of paths, contents and executable bits, the Dockerfile's name and
the build arguments. Times, owners, machine type, disk, time limit, account and location do not count.

## Model servers

`ollama` under an image stands for a whole context: one Dockerfile, rendered from these keys and the catalogue alone, so that equal specs give
equal bytes. `gemmactl image dockerfile` prints it, a plan shows it, and nothing is written beside the spec. It builds on a named release, waits for
the server before it pulls, holds the model's digest against the expected one, and starts with a script that loads the model and
then opens port 8081. Services that run it get a startup probe on that port, unless they have one or a `command` of their own.

`prebuilt` and `vllm` build nothing: services that name the image run the published one. `vllm` also gives them `command`, `args`, a read-only volume
`model-weights` at `/weights` (unless `load: stream`) and a startup probe on `/health`; the service's own `args` come last. What a service gets from its image
counts as said at the image's line.
";

/// The reference page (`docs/spec.md`).
pub fn reference() -> String {
    let root = strict();
    let mut page = Page { root, text: INTRODUCTION.to_owned(), words: BTreeSet::new() };
    page.object("The file", "", root);
    page.text.push_str(CONTEXTS);
    page.values();
    page.text
}

struct Page {
    root: &'static Value,
    text: String,
    /// The text types that were named, described at the end.
    words: BTreeSet<&'static str>,
}

impl Page {
    /// A heading, a table of keys, and then the same for everything inside.
    fn object(&mut self, title: &str, path: &str, schema: &'static Value) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let Some(properties) = properties else { return };
        let _ = write!(self.text, "\n## {title}\n\n");
        if let Some(says) = description(schema) {
            let _ = write!(self.text, "{says}\n\n");
        }
        self.text.push_str("| key | value | if left out | meaning |\n| --- | --- | --- | --- |\n");
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (key, property) in properties {
            let left_out = if required.contains(&key.as_str()) {
                "required".to_owned()
            } else {
                property.get("default").map_or_else(String::new, |default| format!("`{}`", plain(default)))
            };
            let value = self.value(property);
            let says = description(property)
                .or_else(|| description(resolve(self.root, property)))
                .unwrap_or_default();
            let says = match property
                .get("examples")
                .and_then(Value::as_array)
                .and_then(|examples| examples.first())
            {
                Some(example) => format!("{says} Example: `{}`", plain(example)),
                None => says.to_owned(),
            };
            let _ = writeln!(self.text, "| `{key}` | {} | {left_out} | {} |", cell(&value), cell(&says));
        }
        for (key, property) in properties {
            // An environment has the keys of the spec, which are described once.
            if key == KEY {
                self.text.push_str(ENVIRONMENTS);
                continue;
            }
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            for (path, inner) in self.inside(path, property) {
                self.object(&format!("`{path}`"), &path, inner);
            }
        }
    }

    /// The objects that a property leads to, each with its path.
    fn inside(&self, path: String, property: &'static Value) -> Vec<(String, &'static Value)> {
        let resolved = resolve(self.root, property);
        if resolved.get("properties").is_some() {
            return vec![(path, resolved)];
        }
        if let Some(options) = resolved.get("anyOf").and_then(Value::as_array) {
            return options.iter().flat_map(|option| self.inside(path.clone(), option)).collect();
        }
        if let Some(items) = resolved.get("items") {
            return self.inside(format!("{path}[]"), items);
        }
        match by_name(resolved) {
            Some((_, inner)) => self.inside(format!("{path}.NAME"), inner),
            None => Vec::new(),
        }
    }

    /// What a value may be, in words.
    fn value(&mut self, schema: &'static Value) -> String {
        let root: &'static Value = self.root;
        if let Some(name) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix("#/$defs/"))
            && (resolve(root, schema).get("pattern").is_some() || name.starts_with("Scalar"))
        {
            self.words.insert(name);
            return format!("[{name}](#{})", name.to_lowercase());
        }
        let resolved = resolve(root, schema);
        if let Some(options) = resolved.get("anyOf").and_then(Value::as_array) {
            return options.iter().map(|option| self.value(option)).collect::<Vec<_>>().join(" or ");
        }
        if let Some(words) = words(resolved) {
            return words;
        }
        if let Some(fixed) = resolved.get("const") {
            return format!("`{}`", plain(fixed));
        }
        if let Some(items) = resolved.get("items") {
            let value = self.value(items);
            return if value == "map" { "list of items".to_owned() } else { format!("list of {value}") };
        }
        if let Some((_, inner)) = by_name(resolved) {
            let value = self.value(inner);
            return if value == "map" { "items by name".to_owned() } else { format!("{value} by name") };
        }
        if resolved.get("properties").is_some() {
            return "map".to_owned();
        }
        if resolved.get("additionalProperties").is_some_and(Value::is_object) {
            return "map of texts".to_owned();
        }
        bounded(resolved)
    }

    /// The text types, with patterns and examples.
    fn values(&mut self) {
        self.text.push_str("\n## Values\n");
        let root: &'static Value = self.root;
        for name in std::mem::take(&mut self.words) {
            let Some(schema) = root.pointer(&format!("/$defs/{name}")) else { continue };
            let _ = write!(self.text, "\n### {name}\n\n{}\n", description(schema).unwrap_or_default());
            if let Some(examples) = schema.get("examples").and_then(Value::as_array) {
                let examples: Vec<String> =
                    examples.iter().map(|example| format!("`{}`", plain(example))).collect();
                let _ = write!(self.text, "\nExamples: {}\n", examples.join(", "));
            }
            if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
                let _ = write!(self.text, "\nPattern: `{pattern}`\n");
            }
        }
    }
}

/// The pattern and schema of a map whose keys are names.
fn by_name(schema: &'static Value) -> Option<(&'static String, &'static Value)> {
    schema
        .get("patternProperties")
        .and_then(Value::as_object)
        .and_then(|patterns: &'static Map<String, Value>| patterns.iter().next())
}

fn description(schema: &'static Value) -> Option<&'static str> {
    schema.get("description").and_then(Value::as_str)
}

/// The fixed words of a value.
fn words(schema: &Value) -> Option<String> {
    let options = schema.get("oneOf").and_then(Value::as_array)?;
    let words = options.iter().filter_map(|option| option.get("const").and_then(Value::as_str));
    Some(words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "))
}

fn bounded(schema: &Value) -> String {
    let word = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => "whole number",
        Some("number") => "number",
        Some("boolean") => return "`true` or `false`".to_owned(),
        Some(_) | None => "text",
    };
    let bound = |keyword: &str| {
        schema.get(keyword).and_then(Value::as_u64).filter(|bound| *bound < u64::from(u32::MAX))
    };
    match (bound("minimum"), bound("maximum"), bound("maxLength")) {
        (Some(least), Some(most), _) if least == most => format!("`{least}`"),
        (Some(least), Some(most), _) => format!("{word}, {least} to {most}"),
        (Some(least), None, _) if least > 0 => format!("{word}, {least} or more"),
        (_, Some(most), _) => format!("{word}, at most {most}"),
        (_, None, Some(most)) => format!("{word}, at most {most} characters"),
        (_, None, None) => word.to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
