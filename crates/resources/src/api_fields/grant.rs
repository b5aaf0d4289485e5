//! Whose the fields of a policy are. A grant is a part of it; its other parts are somebody else's and survive.
//! Source: Resource Manager v3 and Cloud Run Admin v2, `Policy`; IAM, "Allow policies".

use super::Origin::Version;
use super::{ApiField, ApiObject, Reading, fixed, left, managed, server};

const fn policy(api: &'static str, schema: &'static str) -> ApiObject {
    ApiObject { api, schema, reading: Reading::Part, one_of: None, fields: FIELDS }
}

pub(crate) const ROLE: &[ApiObject] = &[policy("cloudresourcemanager.v3", "Policy")];
pub(crate) const INVOKER: &[ApiObject] = &[policy("run.v2", "GoogleIamV1Policy")];

const FIELDS: &[ApiField] = &[
    managed("bindings[].role", "role"),
    managed("bindings[].members[]", "member"),
    managed("bindings[].condition.title", "condition.*"),
    managed("bindings[].condition.description", "condition.*"),
    managed("bindings[].condition.expression", "condition.*"),
    left("bindings[].condition.location"),
    fixed("version", "3, so that conditions survive"),
    server("etag", Version),
    left("auditConfigs"),
];
