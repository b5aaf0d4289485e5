//! What a create makes: the path of the new thing, from the request alone. Knows the create forms of each API.

use model::{Api, ApiRequest, Body, Json, Method, last_part};

/// The path at which a GET finds what the request creates; `None` when it creates nothing with a known path.
pub(crate) fn created_path(request: &ApiRequest) -> Option<String> {
    if request.method != Method::Post || last_part(&request.path).contains(':') {
        return None;
    }
    let query =
        |name: &str| request.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let body = |name: &str| match &request.body {
        Body::Json(json) => json.get(name).and_then(Json::as_str),
        Body::Empty | Body::Bytes { .. } => None,
    };
    let id = match request.api {
        Api::Run => query("serviceId")?.to_owned(),
        Api::ArtifactRegistry => query("repositoryId").or_else(|| query("repository_id"))?.to_owned(),
        Api::Storage => body("name")?.to_owned(),
        Api::Iam => {
            let (_, after) = request.path.split_once("projects/")?;
            let (project, _) = after.split_once('/')?;
            format!("{}@{project}.iam.gserviceaccount.com", body("accountId")?)
        }
        Api::CloudBilling
        | Api::CloudBuild
        | Api::CloudQuotas
        | Api::Logging
        | Api::ResourceManager
        | Api::ServiceUsage => {
            return None;
        }
    };
    Some(format!("{}/{id}", request.path))
}

/// Whether what is there is what a create or change sent, judged by the marks that tell ours from others': labels,
/// annotations, description and display name. A body without any of them tells nothing.
pub(crate) fn carries_marks_of(live: &Json, sent: &Json) -> bool {
    const MARKS: [&str; 4] = ["labels", "annotations", "description", "displayName"];
    // IAM wraps the account that it is to make.
    let sent = sent.get("serviceAccount").unwrap_or(sent);
    let told: Vec<&str> =
        MARKS.into_iter().filter(|mark| sent.get(mark).is_some_and(|value| *value != Json::Null)).collect();
    !told.is_empty()
        && told.into_iter().all(|mark| match (live.get(mark), sent.get(mark)) {
            (Some(live), Some(sent)) => contains(live, sent),
            (None, Some(sent)) => is_nothing(sent),
            (_, None) => true,
        })
}

/// Whether everything that was sent is there; the server may have added more. An etag is never the same afterwards.
pub(crate) fn contains(live: &Json, sent: &Json) -> bool {
    match (live, sent) {
        (Json::Object(live), Json::Object(sent)) => {
            sent.iter().filter(|(key, _)| *key != "etag").all(|(key, value)| match live.get(key) {
                Some(there) => contains(there, value),
                None => is_nothing(value),
            })
        }
        (Json::Array(live), Json::Array(sent)) => {
            live.len() == sent.len() && live.iter().zip(sent).all(|(live, sent)| contains(live, sent))
        }
        _ => live == sent,
    }
}

/// Values that the APIs leave out of their answers.
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_create_form_gives_the_path_of_what_it_makes() {
        for (request, expected) in [
            (
                ApiRequest::post(Api::Run, "v2/projects/p/locations/l/services", json!({}))
                    .with_query("serviceId", "s"),
                Some("v2/projects/p/locations/l/services/s"),
            ),
            (
                ApiRequest::post(Api::ArtifactRegistry, "v1/projects/p/locations/l/repositories", json!({}))
                    .with_query("repositoryId", "r"),
                Some("v1/projects/p/locations/l/repositories/r"),
            ),
            (
                ApiRequest::post(Api::Storage, "storage/v1/b", json!({"name": "bucket"}))
                    .with_query("project", "p"),
                Some("storage/v1/b/bucket"),
            ),
            (
                ApiRequest::post(Api::Iam, "v1/projects/p/serviceAccounts", json!({"accountId": "a"})),
                Some("v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com"),
            ),
            (
                ApiRequest::post(Api::Run, "v2/projects/p/locations/l/services/s:setIamPolicy", json!({})),
                None,
            ),
            (ApiRequest::post(Api::CloudBuild, "v1/projects/p/locations/l/builds", json!({})), None),
            (ApiRequest::get(Api::Run, "v2/projects/p/locations/l/services"), None),
        ] {
            assert_eq!(created_path(&request).as_deref(), expected, "{}", request.shown());
        }
    }

    #[test]
    fn marks_tell_ours_from_others() {
        let sent = json!({"labels": {"gemmactl-stack": "a"}, "description": ""});
        for (live, expected) in [
            (json!({"labels": {"gemmactl-stack": "a", "other": "b"}}), true),
            (json!({"labels": {"gemmactl-stack": "b"}}), false),
            (json!({}), false),
        ] {
            assert_eq!(carries_marks_of(&live, &sent), expected, "{live}");
        }
        assert!(!carries_marks_of(&json!({"name": "x"}), &json!({"name": "x"})));
        assert!(carries_marks_of(
            &json!({"displayName": "A", "email": "a@b"}),
            &json!({"accountId": "a", "serviceAccount": {"displayName": "A"}})
        ));
    }
}
