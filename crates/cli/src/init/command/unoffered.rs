//! Flags of `gcloud run deploy` that a spec has no setting for, with the reason and what to do instead.

use super::flag::{Flag, Outcome, Refusal};

/// Each flag, or the beginning of several that ends in `*`, with why and what to do.
const UNOFFERED: &[(&str, &str, &str)] = &[
    ("--revision-suffix", "the server names revisions, so that a spec can be applied again", "remove it"),
    (
        "--tag",
        "it names the revision that this one command makes",
        "set `traffic` in the spec once the revision is there",
    ),
    (
        "--traffic",
        "it speaks of the revision that this one command makes",
        "set `traffic` in the spec once the revision is there",
    ),
    ("--function", "it is for sources without a Dockerfile", "add a Dockerfile to the folder"),
    ("--base-image", "it is for sources without a Dockerfile", "add a Dockerfile to the folder"),
    ("--automatic-updates", "it is for sources without a Dockerfile", "remove it"),
    ("--build-worker-pool", "builds run on the default pool", "remove it"),
    (
        "--build-env-vars-file",
        "it is for buildpacks",
        "write `build.args` in the spec for arguments of the Dockerfile",
    ),
    (
        "--set-build-env-vars",
        "it is for buildpacks",
        "write `build.args` in the spec for arguments of the Dockerfile",
    ),
    (
        "--env-vars-file",
        "a spec is a file already",
        "give the variables with --set-env-vars, or write them under `env`",
    ),
    ("--flags-file", "what it holds is not read", "give its flags in the command"),
    ("--container", "a spec describes one container", "remove the others"),
    ("--depends-on", "a spec describes one container", "remove it"),
    ("--breakglass", "a justification belongs to one deployment, not to what is wanted", "remove it"),
    (
        "--encryption-key-shutdown-hours",
        "a spec has no setting for it",
        "remove it; what is set already stays as it is",
    ),
    (
        "--post-key-revocation-action-type",
        "a spec has no setting for it",
        "remove it; what is set already stays as it is",
    ),
    (
        "--add-cloudsql-instances",
        "a spec has no setting for it",
        "remove it; what is set already stays as it is",
    ),
    (
        "--set-cloudsql-instances",
        "a spec has no setting for it",
        "remove it; what is set already stays as it is",
    ),
    ("--update-*", "a spec says what is wanted, not what changes", "give the whole with --set-*"),
    ("--remove-*", "a spec says what is wanted, not what changes", "remove it"),
    ("--clear-*", "a spec says what is wanted, not what changes", "remove it"),
];

/// Why a flag that nothing took cannot be taken.
pub(super) fn refuse(flag: &Flag) -> Outcome {
    let known = UNOFFERED.iter().find(|(name, ..)| match name.strip_suffix('*') {
        Some(start) => flag.name.starts_with(start),
        None => flag.name == *name,
    });
    Err(match known {
        Some((_, reason, instead)) => {
            Refusal::new(format!("{} says nothing that a spec says: {reason}", flag.typed))
                .with_help(*instead)
                .of_flag()
        }
        None => Refusal::new(format!(
            "{} is not known as a flag of gcloud run deploy",
            views::escape::escape(&flag.typed)
        ))
        .with_help("remove it, and say what it is for in the spec's own words")
        .of_flag(),
    })
}
