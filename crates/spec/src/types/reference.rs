//! Pointers to other things: service accounts, secrets, policies, other items of the spec.

use std::fmt;

use super::access::is_email;
use super::grammar::GrammarError;
use super::name::ServiceAccountId;
use super::text::text_type;
use crate::near::nearest;
use crate::text::shown;

text_type! {
    /// A service account: a name under `serviceAccounts`, or the e-mail address of one that is there already.
    ServiceAccountReference, pattern: r"^([a-z][a-z0-9-]{4,28}[a-z0-9]|[^@\s:/]+@[^@\s:/]+)$",
    examples: ["ollama-run", "ollama-run@my-project.iam.gserviceaccount.com"],
    check: |text| {
        if text.contains('@') {
            return if is_email(text) { Ok(()) } else {
                Err(GrammarError::new(format!("`{}` is not an e-mail address", shown(text))))
            };
        }
        ServiceAccountId::parse(text).map(drop)
            .map_err(|error| error.with_help("a name under `serviceAccounts`, or an e-mail address"))
    },
}

impl ServiceAccountReference {
    /// The name under `serviceAccounts`, or none when this is an e-mail address.
    pub fn declared(&self) -> Option<&str> {
        (!self.as_str().contains('@')).then_some(self.as_str())
    }
}

text_type! {
    /// A secret of Secret Manager: its name in this project, or `projects/PROJECT/secrets/NAME`.
    SecretName, pattern: "^([A-Za-z0-9_-]{1,255}|projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]{1,255})$",
    examples: ["hub-token", "projects/my-project/secrets/hub-token"],
    check: |text| {
        let name = match text.split('/').collect::<Vec<_>>().as_slice() {
            [name] => Some(*name),
            ["projects", project, "secrets", name] if !project.is_empty() => Some(*name),
            _ => None,
        };
        let fits = name.is_some_and(|name| (1..=255).contains(&name.len())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'));
        if fits { return Ok(()); }
        Err(GrammarError::new("this is not the name of a secret")
            .with_help("name a secret of Secret Manager: `hub-token` or `projects/PROJECT/secrets/hub-token`; never its value"))
    },
}

text_type! {
    /// The version of a secret: a number, or `latest`.
    SecretVersionName, types: ["string", "integer"], pattern: "^(latest|[1-9][0-9]{0,8})$", examples: ["latest", "2"],
    check: |text| {
        let number = !text.is_empty() && text.len() <= 9 && !text.starts_with('0')
            && text.chars().all(|digit| digit.is_ascii_digit());
        if number || text == "latest" { return Ok(()); }
        Err(GrammarError::new(format!("`{}` is not a version of a secret", shown(text))).with_help("a number, or `latest`"))
    },
}

text_type! {
    /// A customer-managed encryption key by its full resource name.
    EncryptionKey, pattern: "^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$",
    examples: ["projects/my-project/locations/europe-west1/keyRings/ring/cryptoKeys/key"],
    check: |text| match text.split('/').collect::<Vec<_>>().as_slice() {
        ["projects", project, "locations", location, "keyRings", ring, "cryptoKeys", key]
            if [project, location, ring, key].iter().all(|part| !part.is_empty()) => Ok(()),
        _ => Err(GrammarError::new(format!("`{}` is not the full name of a key", shown(text)))
            .with_help("a key is named `projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY`")),
    },
}

text_type! {
    /// Binary Authorization: `default` for the project's policy, or the name of a platform policy.
    BinaryAuthorization, pattern: "^(default|projects/[a-z0-9.:-]+/platforms/cloudRun/policies/[A-Za-z0-9_-]+)$",
    examples: ["default"],
    check: |text| match text.split('/').collect::<Vec<_>>().as_slice() {
        ["default"] => Ok(()),
        ["projects", project, "platforms", "cloudRun", "policies", policy] if !project.is_empty() && !policy.is_empty() => Ok(()),
        _ => Err(GrammarError::new(format!("`{}` is not a policy of Binary Authorization", shown(text)))
            .with_help("`default`, or `projects/PROJECT/platforms/cloudRun/policies/NAME`")),
    },
}

/// Which section an item named by `dependsOn` stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// Under `images`.
    Image,
    /// Under `repositories`.
    Repository,
    /// Under `services`.
    Service,
    /// Under `serviceAccounts`.
    ServiceAccount,
}

impl DependencyKind {
    /// Every kind, in the order of the alphabet.
    pub const ALL: [Self; 4] = [Self::Image, Self::Repository, Self::Service, Self::ServiceAccount];

    /// The word before the slash, the same that a plan shows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Repository => "repository",
            Self::Service => "service",
            Self::ServiceAccount => "account",
        }
    }

    /// The section of the spec that holds items of this kind.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::Repository => "repositories",
            Self::Service => "services",
            Self::ServiceAccount => "serviceAccounts",
        }
    }
}

impl fmt::Display for DependencyKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

text_type! {
    /// Another item of this spec that has to be there first: `service/NAME`, `image/NAME`, `repository/NAME` or
    /// `account/NAME`.
    DependencyReference, pattern: "^(account|image|repository|service)/[a-z0-9][a-z0-9._-]*$",
    examples: ["service/ollama-gemma", "image/ollama-gemma"],
    check: |text| split(text).map(drop),
}

impl DependencyReference {
    /// The section that the item stands in, by kind.
    pub fn kind(&self) -> DependencyKind {
        split(self.as_str()).map_or(DependencyKind::Service, |(kind, _)| kind)
    }

    /// The item's name under its section.
    pub fn name(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, name)| name)
    }
}

fn split(text: &str) -> Result<(DependencyKind, &str), GrammarError> {
    let help = "name an item by its kind, for example `service/ollama-gemma` or `image/ollama-gemma`";
    let refused = || GrammarError::new(format!("`{}` is not an item of a spec", shown(text))).with_help(help);
    let (word, name) = text.split_once('/').ok_or_else(refused)?;
    let fits = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter));
    if !fits {
        return Err(refused());
    }
    match DependencyKind::ALL.into_iter().find(|kind| kind.word() == word) {
        Some(kind) => Ok((kind, name)),
        None if word.replace('-', "").eq_ignore_ascii_case("serviceaccount") => {
            Err(refused().with_suggestion(format!("{}/{name}", DependencyKind::ServiceAccount)))
        }
        None => Err(match nearest(word, DependencyKind::ALL.map(DependencyKind::word)) {
            Some(near) => refused().with_suggestion(format!("{near}/{name}")),
            None => refused(),
        }),
    }
}
