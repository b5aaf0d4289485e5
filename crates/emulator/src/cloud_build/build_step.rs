//! What a build step does, as far as it matters here: a `docker build`, `tag` or `push`, or something else.
//! Source: the command line reference of `docker build`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::request::strings;

/// A step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BuildStep {
    /// `docker build`.
    Build(DockerBuild),
    /// `docker tag FROM TO`.
    Tag { from: String, to: String },
    /// `docker push IMAGE`.
    Push(String),
    /// Anything else, taken to succeed.
    Other,
}

/// The arguments of a `docker build`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DockerBuild {
    pub(super) tags: Vec<String>,
    /// `-f`; relative to the step's folder.
    pub(super) file: Option<String>,
    pub(super) build_arguments: BTreeMap<String, String>,
    /// The context's folder, relative to the source's root.
    pub(super) folder: String,
    /// The step's folder.
    pub(super) dir: String,
    /// All that shapes the image: the arguments but for the tags.
    pub(super) shape: Vec<String>,
}

/// Flags of `docker build` that take their value as the next argument.
#[rustfmt::skip]
const FLAGS_WITH_VALUE: [&str; 30] = [
    "--add-host", "--allow", "--annotation", "--attest", "--build-context", "--builder", "--cache-from", "--cache-to",
    "--cgroup-parent", "--cpu-period", "--cpu-quota", "--cpu-shares", "-c", "--cpuset-cpus", "--iidfile", "--isolation",
    "--label", "--memory", "-m", "--metadata-file", "--network", "--output", "-o", "--platform", "--progress",
    "--secret", "--shm-size", "--ssh", "--target", "--ulimit",
];

impl BuildStep {
    /// Reads a step.
    pub(super) fn read(step: &Map<String, Json>) -> Self {
        let text = |field: &str| step.get(field).and_then(Json::as_str).unwrap_or_default();
        let builder = text("name").split(['@', ':']).next().unwrap_or_default();
        let is_docker =
            matches!(builder, "gcr.io/cloud-builders/docker" | "docker" | "docker.io/library/docker");
        if !is_docker || !matches!(text("entrypoint"), "" | "docker") || !text("script").is_empty() {
            return Self::Other;
        }
        let arguments = strings(step, "args");
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["build", rest @ ..] | ["buildx" | "image" | "builder", "build", rest @ ..] => {
                Self::Build(DockerBuild::read(rest, text("dir")))
            }
            ["tag", from, to] => Self::Tag { from: (*from).to_owned(), to: (*to).to_owned() },
            ["push", .., image] => Self::Push((*image).to_owned()),
            _ => Self::Other,
        }
    }
}

impl DockerBuild {
    fn read(arguments: &[&str], dir: &str) -> Self {
        let mut build = Self { dir: dir.to_owned(), ..Self::default() };
        let mut rest = arguments.iter().copied();
        while let Some(argument) = rest.next() {
            let (flag, joined) = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with('-') => (flag, Some(value)),
                _ => (argument, None),
            };
            let mut value = || joined.or_else(|| rest.next()).unwrap_or_default().to_owned();
            match flag {
                "-t" | "--tag" => build.tags.push(value()),
                "-f" | "--file" => {
                    let file = value();
                    build.shape.push(format!("--file={file}"));
                    build.file = Some(file);
                }
                "--build-arg" => {
                    let given = value();
                    build.shape.push(format!("--build-arg={given}"));
                    let (name, value) = given.split_once('=').unwrap_or((&given, ""));
                    build.build_arguments.insert(name.to_owned(), value.to_owned());
                }
                flag if FLAGS_WITH_VALUE.contains(&flag) => {
                    let given = value();
                    build.shape.push(format!("{flag}={given}"));
                }
                flag if flag.starts_with('-') => build.shape.push(argument.to_owned()),
                folder => {
                    build.folder = format!("{dir}/{folder}");
                    build.shape.push(build.folder.clone());
                }
            }
        }
        build
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(step: &Json) -> BuildStep {
        BuildStep::read(step.as_object().unwrap())
    }

    #[test]
    fn docker_builds_are_understood_however_the_flags_are_written() {
        let step = json!({
            "name": "gcr.io/cloud-builders/docker:latest", "dir": "sub",
            "args": ["build", "--pull", "-t", "a:1", "--tag=b:2", "--file", "x/Dockerfile", "--build-arg", "K=V",
                     "--label", "l=m", "--network=cloudbuild", "."],
        });
        let BuildStep::Build(build) = read(&step) else { panic!("not a build") };
        assert_eq!(build.tags, ["a:1", "b:2"]);
        assert_eq!(build.file.as_deref(), Some("x/Dockerfile"));
        assert_eq!(build.build_arguments["K"], "V");
        assert_eq!(build.folder, "sub/.");
        assert_eq!(build.shape.len(), 6, "{:?}", build.shape);
    }

    #[test]
    fn other_steps_are_told_apart() {
        let cases = [
            (json!({"name": "docker", "args": ["push", "x:1"]}), BuildStep::Push("x:1".into())),
            (
                json!({"name": "docker", "args": ["tag", "x", "y"]}),
                BuildStep::Tag { from: "x".into(), to: "y".into() },
            ),
            (json!({"name": "bash", "args": ["build", "."]}), BuildStep::Other),
            (
                json!({"name": "docker", "entrypoint": "sh", "args": ["-c", "docker build ."]}),
                BuildStep::Other,
            ),
            (json!({"name": "docker", "script": "docker build ."}), BuildStep::Other),
        ];
        for (step, expected) in cases {
            assert_eq!(read(&step), expected, "{step}");
        }
    }
}
