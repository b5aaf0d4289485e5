//! Just enough of a Dockerfile to tell a good build from a bad one: the instructions, what they copy out of the
//! context, and which models they pull. Runs nothing. Source: the Dockerfile reference.

use std::collections::BTreeMap;

use super::context::BuildContext;

/// The instructions that BuildKit knows.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// A parsed Dockerfile.
#[derive(Debug)]
pub(super) struct Dockerfile {
    instructions: Vec<Instruction>,
}

#[derive(Debug)]
struct Instruction {
    line: usize,
    keyword: String,
    arguments: String,
}

/// What is wrong, as `docker build` would put it in its log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadDockerfile(String);

impl Dockerfile {
    /// Reads the text; the first instruction must be `FROM`, or `ARG` before it.
    pub(super) fn parse(text: &str) -> Result<Self, BadDockerfile> {
        let mut instructions = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let mut whole = line.trim().to_owned();
            if whole.is_empty() || whole.starts_with('#') {
                continue;
            }
            while let Some(kept) = whole.strip_suffix('\\') {
                let kept = kept.trim_end().to_owned();
                let more = lines
                    .by_ref()
                    .map(|(_, more)| more.trim())
                    .find(|more| !more.is_empty() && !more.starts_with('#'));
                whole = [kept.as_str(), more.unwrap_or_default()].join(" ");
                whole.truncate(whole.trim_end().len());
            }
            if let Some(end) = heredoc(&whole) {
                for (_, body) in lines.by_ref().take_while(|(_, body)| body.trim() != end) {
                    whole.push('\n');
                    whole.push_str(body);
                }
            }
            let (keyword, arguments) = whole.split_once(char::is_whitespace).unwrap_or((&whole, ""));
            let keyword = keyword.to_ascii_uppercase();
            let line = number + 1;
            if !INSTRUCTIONS.contains(&keyword.as_str()) {
                return Err(BadDockerfile(format!(
                    "dockerfile parse error on line {line}: unknown instruction: {keyword}"
                )));
            }
            instructions.push(Instruction { line, keyword, arguments: arguments.trim().to_owned() });
        }
        match instructions.iter().find(|instruction| instruction.keyword != "ARG") {
            None => Err(BadDockerfile("the Dockerfile cannot be empty, it has no FROM".to_owned())),
            Some(first) if first.keyword != "FROM" => Err(BadDockerfile(format!(
                "dockerfile parse error on line {}: no build stage in current context",
                first.line
            ))),
            Some(_) => Ok(Self { instructions }),
        }
    }

    /// Checks that all that `COPY` and `ADD` take from the context is there.
    pub(super) fn check(
        &self,
        context: &BuildContext,
        folder: &str,
        build_arguments: &BTreeMap<String, String>,
    ) -> Result<(), BadDockerfile> {
        for (instruction, variables) in self.with_variables(build_arguments) {
            if !matches!(instruction.keyword.as_str(), "COPY" | "ADD") {
                continue;
            }
            let arguments = expand(&instruction.arguments, &variables);
            for source in sources(&arguments) {
                if !context.holds(folder, &source) {
                    return Err(BadDockerfile(format!(
                        "{} failed: file not found in build context or excluded by .dockerignore: stat {source}: \
                         file does not exist",
                        instruction.keyword
                    )));
                }
            }
        }
        Ok(())
    }

    /// The models that the image holds: those that a `RUN` pulls with Ollama, and the one that `ENV MODEL` names.
    pub(super) fn models(&self, build_arguments: &BTreeMap<String, String>) -> Vec<String> {
        let mut models: Vec<String> = Vec::new();
        let mut add = |model: &str| {
            let model = model.trim_matches(['"', '\'']);
            if !model.is_empty() && !models.iter().any(|known| known == model) {
                models.push(model.to_owned());
            }
        };
        for (instruction, variables) in self.with_variables(build_arguments) {
            match instruction.keyword.as_str() {
                "RUN" => {
                    let command = expand(&instruction.arguments, &variables);
                    let words: Vec<&str> = command
                        .split(|mark: char| mark.is_whitespace() || ";&|()[],".contains(mark))
                        .map(|word| word.trim_matches(['"', '\'']))
                        .filter(|word| !word.is_empty())
                        .collect();
                    for words in words.windows(3) {
                        if let [program, "pull", model] = words
                            && (*program == "ollama" || program.ends_with("/ollama"))
                        {
                            add(model);
                        }
                    }
                }
                "ENV" => {
                    for (name, value) in assignments(&instruction.arguments) {
                        if name == "MODEL" {
                            add(&expand(&value, &variables));
                        }
                    }
                }
                _ => {}
            }
        }
        models
    }

    /// The environment variables that the image sets.
    pub(super) fn variables(&self, build_arguments: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let (mut stages, mut stage, mut set) = (BTreeMap::new(), None, BTreeMap::new());
        for (instruction, before) in self.with_variables(build_arguments) {
            match instruction.keyword.as_str() {
                "ENV" => {
                    let values = assignments(&instruction.arguments).into_iter();
                    set.extend(values.map(|(name, value)| (name, expand(&value, &before))));
                }
                // A stage has the variables of the one that it begins from, and of no other.
                "FROM" => {
                    if let Some(name) = stage.take() {
                        stages.insert(name, std::mem::take(&mut set));
                    }
                    let all = words(&instruction.arguments.to_lowercase());
                    let mut named = all.iter().filter(|word| !word.starts_with("--"));
                    set = named.next().and_then(|base| stages.get(base)).cloned().unwrap_or_default();
                    stage = named.nth(1).cloned();
                }
                _ => {}
            }
        }
        set
    }

    /// Each instruction with the `ARG` and `ENV` values that hold where it stands.
    fn with_variables<'file>(
        &'file self,
        build_arguments: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'file Instruction, BTreeMap<String, String>)> {
        let mut variables = BTreeMap::new();
        self.instructions.iter().map(move |instruction| {
            let before = variables.clone();
            for (name, value) in assignments(&instruction.arguments) {
                match (instruction.keyword.as_str(), build_arguments.get(&name)) {
                    ("ENV", _) => variables.insert(name, expand(&value, &before)),
                    ("ARG", Some(given)) => variables.insert(name, given.clone()),
                    ("ARG", None) if !value.is_empty() => variables.insert(name, expand(&value, &before)),
                    _ => None,
                };
            }
            (instruction, before)
        })
    }
}

/// The word that ends the here-document of an instruction (`RUN <<EOF`), if it has one.
fn heredoc(instruction: &str) -> Option<String> {
    let (_, after) = instruction.split_once("<<")?;
    let word = after.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['"', '\'']);
    word.chars().all(|letter| letter.is_alphanumeric() || letter == '_').then(|| word.to_owned())
}

/// `NAME=value NAME2="other value"`, or the old `NAME value`.
fn assignments(arguments: &str) -> Vec<(String, String)> {
    let first = arguments.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let rest = arguments.get(first.len()..).unwrap_or_default().trim();
        return vec![(first.to_owned(), rest.trim_matches(['"', '\'']).to_owned())];
    }
    words(arguments)
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Words as a shell would split them: quotes hold a word together and fall away.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in text.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            Some(_) | None => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What a `COPY` or `ADD` takes out of the context: not from another stage, not from the network, not inline.
fn sources(arguments: &str) -> Vec<String> {
    let first_line = arguments.lines().next().unwrap_or_default();
    let mut rest = first_line.trim_start();
    while let Some(flag) = rest.split_whitespace().next().filter(|word| word.starts_with("--")) {
        if flag.starts_with("--from=") {
            return Vec::new();
        }
        rest = rest.get(flag.len()..).unwrap_or_default().trim_start();
    }
    let mut paths = serde_json::from_str::<Vec<String>>(rest).unwrap_or_else(|_| words(rest));
    paths.pop();
    let elsewhere = ["http://", "https://", "git://", "git@", "<<"];
    paths.retain(|path| !elsewhere.iter().any(|prefix| path.starts_with(prefix)));
    paths
}

/// `$NAME`, `${NAME}` and `${NAME:-default}` replaced; an unknown name is empty, as in a Dockerfile.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let known = |name: &str| variables.get(name).cloned().unwrap_or_default();
    let mut parts = text.split('$');
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((inside, rest)) = part.strip_prefix('{').and_then(|part| part.split_once('}')) {
            let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
            let value = known(name);
            done.push_str(if value.is_empty() { default } else { &value });
            done.push_str(rest);
        } else {
            let end = part
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            if name.is_empty() {
                done.push('$');
            }
            done.push_str(&known(name));
            done.push_str(rest);
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::super::context::tests::tarball;
    use super::*;

    const TUTORIAL: &str = "FROM ollama/ollama:latest\n\n# Listen on all interfaces, port 8080\nENV OLLAMA_HOST 0.0.0.0:8080\n\
        ENV OLLAMA_MODELS /models\nENV MODEL gemma3:4b\nRUN ollama serve & sleep 5 && ollama pull $MODEL\n\
        ENTRYPOINT [\"ollama\", \"serve\"]\n";

    #[test]
    fn variables_are_those_of_the_last_stage_and_what_it_begins_from() {
        let arguments = BTreeMap::from([("SLOTS".to_owned(), "4".to_owned())]);
        let text = "ARG SLOTS\nFROM --platform=linux/amd64 ollama/ollama AS Base\nARG SLOTS\nENV OLLAMA_NUM_PARALLEL=$SLOTS A=1\n\
                    FROM alpine AS other\nENV B=1\nFROM base\nENV OLLAMA_MAX_QUEUE 8\n";
        let found = Dockerfile::parse(text).unwrap().variables(&arguments);
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("A", "1"), ("OLLAMA_MAX_QUEUE", "8"), ("OLLAMA_NUM_PARALLEL", "4")]);
    }

    #[test]
    fn models_are_found_however_they_are_named() {
        let none = BTreeMap::new();
        let given = BTreeMap::from([("SIZE".to_owned(), "12b".to_owned())]);
        let cases: [(&str, &BTreeMap<String, String>, &[&str]); 6] = [
            (TUTORIAL, &none, &["gemma3:4b"]),
            ("FROM x\nENV MODEL=\"gemma3:1b\"\n", &none, &["gemma3:1b"]),
            ("ARG SIZE=4b\nFROM x\nARG SIZE\nRUN ollama pull gemma3:${SIZE}", &given, &["gemma3:12b"]),
            (
                "FROM x\nRUN ollama serve & \\\n  # wait\n  ollama pull 'a:1' ; \\\n  ollama pull b:2",
                &none,
                &["a:1", "b:2"],
            ),
            ("FROM x\nRUN <<EOF\nollama serve &\nollama pull gemma3:27b\nEOF\nCMD x", &none, &["gemma3:27b"]),
            ("FROM x\nRUN echo hello\n", &none, &[]),
        ];
        for (text, arguments, models) in cases {
            assert_eq!(Dockerfile::parse(text).unwrap().models(arguments), models, "{text}");
        }
    }

    #[test]
    fn a_dockerfile_that_docker_refuses_is_refused() {
        let cases = [
            ("", "the Dockerfile cannot be empty, it has no FROM"),
            ("# only a comment\n", "the Dockerfile cannot be empty, it has no FROM"),
            ("ARG A\nRUN x\nFROM y", "dockerfile parse error on line 2: no build stage in current context"),
            ("FROM x\nCOPPY a b", "dockerfile parse error on line 2: unknown instruction: COPPY"),
        ];
        for (text, message) in cases {
            assert_eq!(Dockerfile::parse(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn what_is_copied_must_be_in_the_context() {
        let context =
            BuildContext::unpack(&tarball(&[("start.sh", ""), ("models/a", ""), ("with space", "")]))
                .unwrap();
        let none = BTreeMap::new();
        let fine = [
            "COPY start.sh /",
            "COPY --chown=1:1 start.sh models /x/",
            "COPY --from=builder /bin/x /x",
            "COPY [\"with space\", \"/\"]",
            "ADD https://example.com/x /x",
            "ENV F start.sh\nCOPY ${F} /",
            "COPY . /",
            "COPY <<EOF /etc/x\nhello\nEOF",
        ];
        for line in fine {
            let dockerfile = Dockerfile::parse(&format!("FROM x\n{line}\n")).unwrap();
            assert_eq!(dockerfile.check(&context, "", &none), Ok(()), "{line}");
        }
        for line in ["COPY stop.sh /", "ADD start.sh stop.sh /", "COPY [\"a\", \"/\"]"] {
            let dockerfile = Dockerfile::parse(&format!("FROM x\n{line}\n")).unwrap();
            let message = dockerfile.check(&context, "", &none).unwrap_err().to_string();
            assert!(message.contains("failed: file not found in build context"), "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_stumble(text in "(FROM|RUN|COPY|ADD|ENV|ARG|#|\\\\|\"|\\[|\\$|\\{|<<|=|é| |\n|[a-z]){0,60}") {
            if let Ok(dockerfile) = Dockerfile::parse(&format!("FROM x\n{text}")) {
                let none = BTreeMap::new();
                dockerfile.models(&none);
                let _ = dockerfile.check(&BuildContext::default(), "", &none);
            }
        }
    }
}
