//! Who gets which role.

use super::grammar::GrammarError;
use super::text::text_type;
use crate::text::shown;

const MEMBER_HELP: &str = "a member is written `user:me@example.com`, `serviceAccount:name@project.iam.gserviceaccount.com`, \
     `group:team@example.com`, `domain:example.com`, `principal://…` or `principalSet://…`";

text_type! {
    /// Somebody who is given a role: `user:`, `serviceAccount:` or `group:` with an e-mail address, `domain:` with a
    /// domain, `principal://` or `principalSet://` with a full identifier, or `allUsers` and `allAuthenticatedUsers`
    /// (only under a service's `invokers`).
    Member, pattern: r"^(user:[^@\s]+@[^@\s]+|serviceAccount:[^@\s]+@[^@\s]+|group:[^@\s]+@[^@\s]+|domain:[^@\s:]+|principal://\S+|principalSet://\S+|allUsers|allAuthenticatedUsers)$",
    examples: ["user:me@example.com", "serviceAccount:caller@my-project.iam.gserviceaccount.com"],
    check: check_member,
}

impl Member {
    /// Whether this member is everybody on the internet, with or without a Google account.
    pub fn is_public(&self) -> bool {
        is_public(self.as_str())
    }
}

/// The members that mean everybody.
fn is_public(text: &str) -> bool {
    matches!(text, "allUsers" | "allAuthenticatedUsers" | "principalSet://goog/public:all")
}

fn check_member(text: &str) -> Result<(), GrammarError> {
    if is_public(text) {
        return Ok(());
    }
    if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(GrammarError::new(format!(
            "the member `{}` holds a space or control character",
            shown(text)
        )));
    }
    for scheme in ["principal://", "principalSet://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return if rest.is_empty() { Err(no_member(text)) } else { Ok(()) };
        }
    }
    let Some((prefix, rest)) = text.split_once(':') else {
        return Err(no_prefix(text));
    };
    match prefix {
        "user" | "serviceAccount" | "group" if is_email(rest) => Ok(()),
        "user" | "serviceAccount" | "group" => {
            Err(GrammarError::new(format!("`{}` is not an e-mail address", shown(rest)))
                .with_help(MEMBER_HELP))
        }
        "domain" if rest.contains('.') && !rest.contains(['@', ':', '/']) => Ok(()),
        "domain" => {
            Err(GrammarError::new(format!("`{}` is not a domain", shown(rest))).with_help(MEMBER_HELP))
        }
        "deleted" => Err(GrammarError::new(format!("the member `{}` was deleted", shown(text)))
            .with_help("remove the line; a deleted member can not be given a role")),
        other => {
            let known = ["user", "serviceAccount", "group", "domain"];
            let refused = GrammarError::new(format!("`{}` is not a kind of member", shown(other)))
                .with_help(MEMBER_HELP);
            Err(match crate::near::nearest(other, known) {
                Some(near) => refused.with_suggestion(format!("{near}:{rest}")),
                None => refused,
            })
        }
    }
}

fn no_member(text: &str) -> GrammarError {
    GrammarError::new(format!("`{}` is not a member", shown(text))).with_help(MEMBER_HELP)
}

fn no_prefix(text: &str) -> GrammarError {
    let refused = GrammarError::new(format!("the member `{}` has no prefix such as `user:`", shown(text)));
    if is_email(text) {
        let prefix = if text.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
        return refused.with_suggestion(format!("{prefix}:{text}")).with_help(MEMBER_HELP);
    }
    match crate::near::nearest(text, ["allUsers", "allAuthenticatedUsers"]) {
        Some(near) => refused.with_suggestion(near).with_help(MEMBER_HELP),
        None => refused.with_help(MEMBER_HELP),
    }
}

/// Whether a text looks like an e-mail address: one `@` with something on both sides.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control() || letter == ':' || letter == '/')
    })
}

const ROLE_HELP: &str =
    "a role is written `roles/run.admin`, `projects/PROJECT/roles/NAME` or `organizations/NUMBER/roles/NAME`";

text_type! {
    /// A role: a predefined one (`roles/run.admin`), or a custom one of a project or an organization.
    Role, pattern: "^(roles/[A-Za-z0-9_.]+|projects/[a-z0-9.:-]+/roles/[A-Za-z0-9_.]+|organizations/[0-9]+/roles/[A-Za-z0-9_.]+)$",
    examples: ["roles/run.admin", "projects/my-project/roles/deployer"],
    check: check_role,
}

fn check_role(text: &str) -> Result<(), GrammarError> {
    let refused = || GrammarError::new(format!("`{}` is not a role", shown(text))).with_help(ROLE_HELP);
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        ["roles", name] if is_role_name(name) => Ok(()),
        ["projects", project, "roles", name] if is_role_name(name) => {
            super::ProjectId::parse(project).map(drop).map_err(|error| error.with_help(ROLE_HELP))
        }
        ["organizations", number, "roles", name]
            if is_role_name(name)
                && !number.is_empty()
                && number.chars().all(|digit| digit.is_ascii_digit()) =>
        {
            Ok(())
        }
        [name] if is_role_name(name) => {
            Err(GrammarError::new(format!("the role `{name}` does not begin with `roles/`"))
                .with_help(ROLE_HELP)
                .with_suggestion(format!("roles/{name}")))
        }
        ["role", name] if is_role_name(name) => Err(refused().with_suggestion(format!("roles/{name}"))),
        _ => Err(refused()),
    }
}

fn is_role_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.')
        && !name.starts_with('.')
        && !name.ends_with('.')
}
