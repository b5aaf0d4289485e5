//! One read of a saved snapshot as it stands in the file. Converted by hand, so that inner types may change and this may
//! not.

use model::{Api, ApiRequest, Body, CloudError, ErrorKind, Found, Json, Method};
use serde::{Deserialize, Serialize};

use super::Kept;

/// A read with what came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadPart {
    /// The API's host.
    api: String,
    method: Method,
    path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pages: Option<String>,
    answer: AnswerPart,
}

/// What came of a read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum AnswerPart {
    Found(Json),
    Absent,
    ApiDisabled(String),
    Failed(ErrorPart),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorPart {
    kind: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl From<&Kept> for ReadPart {
    fn from(kept: &Kept) -> Self {
        let request = &kept.request;
        Self {
            api: request.api.host().to_owned(),
            method: request.method,
            path: request.path.clone(),
            query: request.query.clone(),
            body: match &request.body {
                // No read sends bytes.
                Body::Empty | Body::Bytes { .. } => None,
                Body::Json(json) => Some(json.clone()),
            },
            pages: request.pages.clone(),
            answer: match &kept.answer {
                Ok(Found::Body(body)) => AnswerPart::Found(body.clone()),
                Ok(Found::Absent) => AnswerPart::Absent,
                Ok(Found::ApiDisabled(api)) => AnswerPart::ApiDisabled(api.clone()),
                Err(error) => AnswerPart::Failed(ErrorPart {
                    kind: error.kind.as_str().to_owned(),
                    message: error.message.clone(),
                    call: error.call.clone(),
                    help: error.help.clone(),
                }),
            },
        }
    }
}

impl TryFrom<ReadPart> for Kept {
    type Error = String;

    fn try_from(part: ReadPart) -> Result<Self, String> {
        let api = Api::ALL.iter().copied().find(|api| api.host() == part.api);
        let request = ApiRequest {
            api: api.ok_or_else(|| format!("`{}` is no API that gemmactl reads", part.api))?,
            method: part.method,
            path: part.path,
            query: part.query,
            body: part.body.map_or(Body::Empty, Body::Json),
            pages: part.pages,
        };
        let answer = match part.answer {
            AnswerPart::Found(body) => Ok(Found::Body(body)),
            AnswerPart::Absent => Ok(Found::Absent),
            AnswerPart::ApiDisabled(api) => Ok(Found::ApiDisabled(api)),
            AnswerPart::Failed(error) => {
                let kind = ErrorKind::parse(&error.kind);
                let kind = kind.ok_or_else(|| format!("`{}` is no kind of error", error.kind))?;
                Err(CloudError { call: error.call, help: error.help, ..CloudError::new(kind, error.message) })
            }
        };
        Ok(Self { request, answer })
    }
}
