//! The body of a refused request, of any bytes.

use std::sync::LazyLock;

use model::{Api, ApiRequest, Method, ProjectId};

/// Requests of every API, for each of which errors are explained in its own way.
static REQUESTS: LazyLock<Vec<ApiRequest>> = LazyLock::new(|| {
    [
        (Api::ArtifactRegistry, Method::Post, "v1/projects/p/locations/europe-west1/repositories"),
        (Api::CloudBuild, Method::Post, "v1/projects/p/locations/global/builds"),
        (Api::Iam, Method::Post, "v1/projects/p/serviceAccounts"),
        (Api::ResourceManager, Method::Post, "v3/projects/p:setIamPolicy"),
        (Api::Run, Method::Patch, "v2/projects/p/locations/europe-west1/services/s"),
        (Api::ServiceUsage, Method::Post, "v1/projects/p/services:batchEnable"),
        (Api::Storage, Method::Post, "storage/v1/b"),
        (Api::Storage, Method::Delete, "storage/v1/b/x/o/y"),
    ]
    .map(|(api, method, path)| ApiRequest::new(api, method, path))
    .into()
});

/// Explains the input: a line with the HTTP status (403 if it is none), then the body.
pub fn refusal(data: &[u8]) {
    let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let status = std::str::from_utf8(&data[..line]).ok().and_then(|text| text.parse().ok()).unwrap_or(403);
    let body = data.get(line + 1..).unwrap_or_default();
    let project = ProjectId::parse("demo-project").unwrap();
    for request in &*REQUESTS {
        let error = gcp::untrusted::refusal(status, body, request, &project);
        assert!(!error.message.is_empty(), "{error:?}");
        assert!(!error.message.chars().any(char::is_control), "{error:?}");
        assert!(error.message.chars().count() < 800, "{error:?}");
        assert!(error.call.is_some(), "{error:?}");
    }
}
