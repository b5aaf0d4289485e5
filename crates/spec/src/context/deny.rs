//! Names that are never sent, whatever the ignore files say. Knows names only.

/// Whether a file or folder of this name stays out: version control, secrets, this tool's own state.
pub(super) fn is_denied(name: &str) -> bool {
    const NAMES: &[&str] = &[
        ".git",
        ".hg",
        ".svn",
        ".env",
        ".gemmactl",
        ".netrc",
        ".git-credentials",
        ".pypirc",
        ".ssh",
        ".aws",
        ".kube",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "application_default_credentials.json",
    ];
    const ENDINGS: &[&str] = &[".pem", ".key", ".p12", ".pfx", ".jks", ".keystore"];
    const EXAMPLES: &[&str] = &[".env.example", ".env.sample", ".env.template"];
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || (name.starts_with(".env.") && !EXAMPLES.contains(&name.as_str()))
}
