//! Error bodies in, kind and advice out. The bodies are written after recorded shapes.

use serde_json::json;

use super::*;

fn context(api: Api, method: Method, path: &str) -> Context<'_> {
    Context { project: "demo-project", endpoint: "Google Cloud", api, method, path, member: None }
}

fn explained(api: Api, method: Method, path: &str, http: u16, error: &model::Json) -> CloudError {
    let failure =
        Failure { cause: Cause::Refused(Problem::of_json(http, error)), fate: super::super::Fate::NotDone };
    explain(failure, &context(api, method, path))
}

#[test]
fn a_denied_call_names_permission_role_and_the_line_to_run() {
    let error = explained(
        Api::Run,
        Method::Post,
        "v2/projects/demo-project/locations/europe-west1/services",
        403,
        &json!({"code": 403, "status": "PERMISSION_DENIED",
            "message": "Permission 'run.services.create' denied on resource 'projects/demo-project' (or it may not exist)."}),
    );
    assert_eq!(error.kind, ErrorKind::Denied);
    let help = error.help.unwrap();
    assert!(help.contains("gcloud projects add-iam-policy-binding demo-project --member="), "{help}");
    assert!(help.contains("--role=roles/run.admin"), "{help}");
    assert_eq!(
        error.call.unwrap(),
        "POST run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services"
    );
}

#[test]
fn a_denial_without_a_permission_in_it_is_explained_by_the_call() {
    let error = explained(
        Api::ResourceManager,
        Method::Post,
        "v3/projects/demo-project:setIamPolicy",
        403,
        &json!({"code": 403, "message": "The caller does not have permission",
            "errors": [{"domain": "global", "message": "The caller does not have permission", "reason": "forbidden"}]}),
    );
    assert!(error.help.unwrap().contains("roles/resourcemanager.projectIamAdmin"));
}

#[test]
fn the_service_account_that_asks_stands_in_the_line_to_run() {
    let member = Context {
        member: Some("serviceAccount:ci@demo-project.iam.gserviceaccount.com"),
        ..context(Api::Storage, Method::Post, "storage/v1/b")
    };
    let problem = Problem::of_json(
        403,
        &json!({"message": "ci@demo-project.iam.gserviceaccount.com does not have storage.buckets.create access to the Google Cloud project."}),
    );
    let help = explain_problem(&problem, &member).help.unwrap();
    assert!(
        help.contains(
            "--member=serviceAccount:ci@demo-project.iam.gserviceaccount.com --role=roles/storage.admin"
        ),
        "{help}"
    );
}

#[test]
fn each_kind_of_refusal_is_told_apart() {
    let disabled = json!({"code": 403, "status": "PERMISSION_DENIED",
        "message": "Cloud Run Admin API has not been used in project demo-project before or it is disabled. Enable it by visiting https://console.developers.google.com/x then retry.",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
            "metadata": {"service": "run.googleapis.com", "consumer": "projects/demo-project"}}]});
    let elsewhere = json!({"code": 403, "message": "disabled", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED", "metadata": {"service": "run.googleapis.com", "consumer": "projects/764086051850"}}]});
    let gpu = json!({"code": 400, "status": "INVALID_ARGUMENT", "message": "Violation in CreateServiceRequest.service", "details": [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "template.scaling.max_instance_count",
         "description": "Max instances must be set to 3 or fewer in order to set GPU requirements.\nQuota violated:\nNvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion requested: 10 allowed: 3"}]}]});
    let billing = json!({"code": 400, "status": "FAILED_PRECONDITION", "message": "Billing account for project '1' is not found. Billing must be enabled for activation of service(s) 'run.googleapis.com'.",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "UREQ_PROJECT_BILLING_NOT_FOUND"}]});
    let region = json!({"code": 400, "status": "FAILED_PRECONDITION", "message": "failed precondition: due to quota restrictions, cannot run builds with this machine type in this region."});
    for (http, body, kind, help) in [
        (403, disabled, ErrorKind::ApiDisabled, "add run.googleapis.com under `apis:`"),
        (403, elsewhere, ErrorKind::ApiDisabled, "counted against project 764086051850"),
        (400, gpu, ErrorKind::Quota, "lower maxInstances to 3 or less"),
        (400, billing, ErrorKind::Invalid, "link a billing account"),
        (400, region, ErrorKind::Invalid, "leave out `machineType`"),
        (
            409,
            json!({"status": "ABORTED", "message": "Conflict for resource"}),
            ErrorKind::Conflict,
            "run plan again",
        ),
        (
            409,
            json!({"status": "ALREADY_EXISTS", "message": "Resource 'x' already exists."}),
            ErrorKind::Exists,
            "run plan again",
        ),
        (412, json!({"message": "conditionNotMet"}), ErrorKind::Conflict, "run plan again"),
        (
            429,
            json!({"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'"}),
            ErrorKind::Quota,
            "wait a minute",
        ),
        (
            401,
            json!({"status": "UNAUTHENTICATED", "message": "Request had invalid authentication credentials."}),
            ErrorKind::Credentials,
            "log in again",
        ),
        (
            503,
            json!({"status": "UNAVAILABLE", "message": "The service is currently unavailable."}),
            ErrorKind::Unavailable,
            "later",
        ),
        (302, json!({}), ErrorKind::Malformed, "check proxy and endpoint"),
    ] {
        let error =
            explained(Api::Run, Method::Post, "v2/projects/demo-project/locations/l/services", http, &body);
        assert_eq!(error.kind, kind, "{body}");
        let given = error.help.unwrap_or_default();
        assert!(given.contains(help), "{given}");
    }
}

#[test]
fn an_unreachable_endpoint_is_named() {
    let failure =
        Failure { cause: Cause::Unreachable("connection refused".into()), fate: super::super::Fate::NotDone };
    let error = explain(
        failure,
        &Context { endpoint: "http://127.0.0.1:1", ..context(Api::Run, Method::Get, "v2/x") },
    );
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(error.message, "http://127.0.0.1:1 cannot be reached: connection refused");
    assert!(error.help.unwrap().contains("--endpoint"));
}

#[test]
fn bucket_conflicts_say_what_is_the_matter() {
    let taken = json!({"code": 409, "message": "The requested bucket name is not available.", "errors": [{"reason": "conflict"}]});
    let error = explained(Api::Storage, Method::Post, "storage/v1/b", 409, &taken);
    assert_eq!(error.kind, ErrorKind::Exists);
    assert!(error.help.unwrap().contains("shared by all"));
    let full = json!({"code": 409, "message": "The bucket you tried to delete is not empty."});
    let error = explained(Api::Storage, Method::Delete, "storage/v1/b/x", 409, &full);
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.help.unwrap().contains("look at it"));
}

#[test]
fn what_was_accepted_and_then_failed_says_where_to_look_and_counts_as_begun() {
    let path = "v1/projects/demo-project/locations/europe-west1/repositories";
    for (http, error, kind, says) in [
        (
            400,
            json!({"code": 3, "message": "No."}),
            ErrorKind::Failed,
            "protoPayload.serviceName=\"artifactregistry.googleapis.com\"",
        ),
        (
            403,
            json!({"code": 7, "message": "No."}),
            ErrorKind::Denied,
            "the service agent of artifactregistry.googleapis.com",
        ),
        (
            403,
            json!({"code": 7, "message": "Permission 'storage.objects.get' denied."}),
            ErrorKind::Denied,
            "--role=roles/storage.objectViewer",
        ),
        (409, json!({"code": 10, "message": "No."}), ErrorKind::Conflict, "run plan again"),
    ] {
        let problem = Problem::of_json(http, &error);
        let explained = explain_ended(&problem, &context(Api::ArtifactRegistry, Method::Post, path));
        assert_eq!((explained.kind, explained.extent), (kind, model::Extent::Begun), "{error}");
        let help = explained.help.unwrap();
        assert!(help.contains(says), "{help}");
    }
}

#[test]
fn a_write_whose_fate_is_unknown_counts_as_begun_and_a_read_does_not() {
    for (method, path, fate, extent) in [
        (Method::Post, "v2/p/services", Fate::PerhapsDone, model::Extent::Begun),
        (Method::Post, "v2/p/services", Fate::NotDone, model::Extent::Nothing),
        (Method::Get, "v2/p/services/s", Fate::PerhapsDone, model::Extent::Nothing),
        (Method::Post, "v3/projects/p:getIamPolicy", Fate::PerhapsDone, model::Extent::Nothing),
    ] {
        let failure = Failure { cause: Cause::Lost("reset".to_owned()), fate };
        assert_eq!(explain(failure, &context(Api::Run, method, path)).extent, extent, "{path} {fate:?}");
    }
}
