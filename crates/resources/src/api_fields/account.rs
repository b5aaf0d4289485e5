//! Whose the fields of a service account are. Source: IAM v1, `ServiceAccount`; recorded.

use super::Origin::{Identity, Status, Version};
use super::{ApiField, ApiObject, Reading, fixed, managed, server};

pub(crate) const ACCOUNT: &[ApiObject] = &[ApiObject {
    api: "iam.v1",
    schema: "ServiceAccount",
    reading: Reading::Whole,
    one_of: None,
    fields: FIELDS,
}];

const FIELDS: &[ApiField] = &[
    fixed("name", "the item's name, with the project"),
    fixed("email", "made of name and project"),
    managed("displayName", "displayName"),
    managed("description", "description"),
    server("projectId", Identity),
    server("uniqueId", Identity),
    server("oauth2ClientId", Identity),
    server("etag", Version),
    server("disabled", Status),
];
