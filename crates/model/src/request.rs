//! Requests to the Google Cloud APIs as plain data. Knows no HTTP client and no credentials.

use serde::{Deserialize, Serialize};

use crate::Json;

/// The APIs that gemmactl calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Api {
    /// Artifact Registry v1.
    ArtifactRegistry,
    /// Cloud Billing v1.
    CloudBilling,
    /// Cloud Build v1.
    CloudBuild,
    /// Cloud Quotas v1.
    CloudQuotas,
    /// Identity and Access Management v1.
    Iam,
    /// Cloud Logging v2.
    Logging,
    /// Resource Manager v3.
    ResourceManager,
    /// Cloud Run Admin v2.
    Run,
    /// Service Usage v1, and v1beta1 for quotas.
    ServiceUsage,
    /// Cloud Storage JSON v1.
    Storage,
}

impl Api {
    /// Every API, in order.
    pub const ALL: &'static [Self] = &[
        Self::ArtifactRegistry,
        Self::CloudBilling,
        Self::CloudBuild,
        Self::CloudQuotas,
        Self::Iam,
        Self::Logging,
        Self::ResourceManager,
        Self::Run,
        Self::ServiceUsage,
        Self::Storage,
    ];

    /// Its name in Service Usage, which is also its host.
    pub fn host(self) -> &'static str {
        match self {
            Self::ArtifactRegistry => "artifactregistry.googleapis.com",
            Self::CloudBilling => "cloudbilling.googleapis.com",
            Self::CloudBuild => "cloudbuild.googleapis.com",
            Self::CloudQuotas => "cloudquotas.googleapis.com",
            Self::Iam => "iam.googleapis.com",
            Self::Logging => "logging.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::Run => "run.googleapis.com",
            Self::ServiceUsage => "serviceusage.googleapis.com",
            Self::Storage => "storage.googleapis.com",
        }
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The method as it stands in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON document; strings in it may hold references to outputs.
    Json(Json),
    /// Raw bytes of a media upload.
    Bytes {
        /// The media type.
        content_type: String,
        /// The bytes.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
}

/// One request. Equal requests of a snapshot are sent once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiRequest {
    /// Which API.
    pub api: Api,
    /// Method.
    pub method: Method,
    /// Path without the leading slash and without query, percent-encoded where a segment needs it:
    /// `v2/projects/p/locations/r/services/s`. May hold references to outputs.
    pub path: String,
    /// Query parameters in order, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Body.
    pub body: Body,
    /// For lists: the array field whose pages are joined by following `nextPageToken`.
    pub pages: Option<String>,
}

impl ApiRequest {
    /// A request without query and body.
    pub fn new(api: Api, method: Method, path: impl Into<String>) -> Self {
        Self { api, method, path: path.into(), query: Vec::new(), body: Body::Empty, pages: None }
    }

    /// A GET.
    pub fn get(api: Api, path: impl Into<String>) -> Self {
        Self::new(api, Method::Get, path)
    }

    /// A POST with a JSON body.
    pub fn post(api: Api, path: impl Into<String>, body: Json) -> Self {
        Self::new(api, Method::Post, path).with_body(body)
    }

    /// A PATCH with a JSON body.
    pub fn patch(api: Api, path: impl Into<String>, body: Json) -> Self {
        Self::new(api, Method::Patch, path).with_body(body)
    }

    /// A DELETE.
    pub fn delete(api: Api, path: impl Into<String>) -> Self {
        Self::new(api, Method::Delete, path)
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn with_body(mut self, body: Json) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// The same with one more query parameter.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// The same, joining the pages of an array field.
    #[must_use]
    pub fn with_pages(mut self, field: impl Into<String>) -> Self {
        self.pages = Some(field.into());
        self
    }

    /// Method, host and path for messages: `GET run.googleapis.com/v2/projects/p/...`.
    pub fn shown(&self) -> String {
        format!("{} {}/{}", self.method.as_str(), self.api.host(), self.path)
    }
}
