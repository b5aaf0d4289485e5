//! What is sent as a credential, and that it appears nowhere else.

use gcp::Auth;
use model::{Api, ApiRequest, Cloud, ErrorKind, ProjectId};
use serde_json::json;

use crate::server::{ok, refused, serve, target};

const CANARY: &str = "canary-token-7c1f";

fn request() -> ApiRequest {
    ApiRequest::get(Api::ResourceManager, "v3/projects/demo-project")
}

#[tokio::test]
async fn an_endpoint_on_this_machine_gets_a_fixed_token_and_no_credential_is_opened() {
    let server = serve(|_, _| ok(json!({}))).await;
    let folder = tempfile::tempdir().unwrap();
    let auth = Auth {
        access_token: Some(CANARY.into()),
        credential_file: Some(folder.path().join("broken.json")),
        well_known_file: Some(folder.path().to_owned()),
        ..Auth::default()
    };
    server.cloud_with(auth).read(&request()).await.unwrap();
    let asked = &server.asked()[0];
    assert!(asked.header("authorization").starts_with("Bearer gemmactl-"), "{asked:?}");
    assert!(!format!("{asked:?}").contains(CANARY));
    assert_eq!(asked.header("user-agent"), concat!("gemmactl/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn the_quota_project_is_sent_when_it_is_known() {
    let server = serve(|_, _| ok(json!({}))).await;
    server.cloud().read(&request()).await.unwrap();
    let with_quota = gcp::Target {
        quota_project: Some(ProjectId::parse("billing-project").unwrap()),
        ..target(&server.url)
    };
    gcp::GoogleCloud::new(with_quota, Auth::default()).unwrap().read(&request()).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked[0].header("x-goog-user-project"), "");
    assert_eq!(asked[1].header("x-goog-user-project"), "billing-project");
}

#[tokio::test]
async fn a_given_token_that_cannot_be_one_is_refused_before_it_is_sent() {
    let google = gcp::Target {
        endpoint: gcp::Endpoint::Google,
        quota_project: None,
        project: ProjectId::parse("demo-project").unwrap(),
    };
    let auth = Auth { access_token: Some(format!("{CANARY}\nX-Evil: 1").into()), ..Auth::default() };
    let error = gcp::GoogleCloud::new(google, auth).unwrap().read(&request()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert!(!format!("{error:?}").contains(CANARY), "{error:?}");
}

#[tokio::test]
async fn a_token_never_shows_in_debug_output_or_in_errors() {
    let auth = Auth { access_token: Some(CANARY.into()), ..Auth::default() };
    assert!(!format!("{auth:?}").contains(CANARY));
    let server =
        serve(|_, _| refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."))
            .await;
    let error = server.cloud_with(auth).read(&request()).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Credentials, 1));
    assert!(!format!("{error:?}").contains("gemmactl-loopback"), "{error:?}");
}
