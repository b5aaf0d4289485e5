//! What concerns the project as a whole: format version, variables, APIs, accounts, roles.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::types::{ApiName, Member, Role, Scalar};

/// The version of the format; there is only 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u32);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self(1)),
            other => Err(serde::de::Error::custom(format!("version {other} is unknown"))),
        }
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "The version of this format; there is only 1.", "type": "integer", "const": 1 })
    }
}

/// A variable of the spec.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Variable {
    /// What the variable is for.
    pub description: Option<String>,
    /// The value when none is given; without a default a value has to be given with `--var` or `--var-file`.
    pub default: Option<Scalar>,
}

/// An API to enable: its name, or an item with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ApiEntry {
    /// Only the name.
    Name(ApiName),
    /// The name with settings.
    Api(Api),
}

impl ApiEntry {
    /// The API's name.
    pub fn name(&self) -> &ApiName {
        match self {
            Self::Name(name) => name,
            Self::Api(api) => &api.name,
        }
    }

    /// What destroy does to it.
    pub fn on_destroy(&self) -> ApiOnDestroy {
        match self {
            Self::Name(_) => ApiOnDestroy::Keep,
            Self::Api(api) => api.on_destroy.unwrap_or(ApiOnDestroy::Keep),
        }
    }
}

/// An API to enable, with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Api {
    /// The API's name.
    pub name: ApiName,
    /// What destroy does; `keep` unless said otherwise.
    pub on_destroy: Option<ApiOnDestroy>,
}

/// What destroy does to an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ApiOnDestroy {
    /// The API stays enabled.
    Keep,
    /// The API is disabled again if this stack enabled it and nobody else holds it.
    Restore,
}

/// A service account of the project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceAccount {
    /// The name people see, up to 100 bytes.
    #[schemars(length(max = 100))]
    pub display_name: Option<String>,
    /// What the account is for, up to 256 bytes.
    #[schemars(length(max = 256))]
    pub description: Option<String>,
    /// Whether an account that is there already may be taken over.
    #[serde(default)]
    pub adopt: bool,
}

/// A role on the project for some members. Other members of the role are never touched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Binding {
    /// The role.
    pub role: Role,
    /// Who is given the role.
    #[schemars(length(min = 1))]
    pub members: Vec<Member>,
    /// When the role holds; always, if left out.
    pub condition: Option<Condition>,
}

/// A condition on a role. Source: IAM, `google.type.Expr`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// A short name for the condition, up to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    pub title: String,
    /// What the condition is for.
    pub description: Option<String>,
    /// The condition in the Common Expression Language.
    #[schemars(length(min = 1, max = 12000), extend("examples" = ["request.time < timestamp('2027-01-01T00:00:00Z')"]))]
    pub expression: String,
}
