//! Whose the fields of an enabled API are. Source: Service Usage v1, `Service`; recorded.

use super::Origin::{Identity, Status};
use super::{ApiField, ApiObject, Reading, fixed, server};

pub(crate) const API: &[ApiObject] = &[ApiObject {
    api: "serviceusage.v1",
    schema: "GoogleApiServiceusageV1Service",
    reading: Reading::Whole,
    one_of: None,
    fields: FIELDS,
}];

const FIELDS: &[ApiField] = &[
    fixed("name", "the item's name, with the project"),
    fixed("state", "enabled, because the spec names it"),
    server("parent", Identity),
    server("config", Status),
];
