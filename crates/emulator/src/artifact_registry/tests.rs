//! Tables of calls against Artifact Registry.

use serde_json::{Value as Json, json};

use super::{Image, PushError, find_image, push};
use crate::testing::{Lab, PROJECT};

const API: &str = "artifactregistry.googleapis.com";
const PARENT: &str = "/v1/projects/demo-project/locations/europe-west1/repositories";
const HOME: &str = "europe-west1-docker.pkg.dev/demo-project/models";

async fn with_repository(body: Json) -> Lab {
    let lab = Lab::enabled(&[API]).await;
    let begun = lab.call("POST", &format!("{PARENT}?repositoryId=models"), &body).await.expect(200).json();
    lab.finish(&begun, "/v1/").await;
    lab
}

/// Publishes an image as a finished build does.
fn publish(lab: &Lab, reference: &str, seed: &str) -> Result<String, PushError> {
    let image = Image { seed: seed.to_owned(), size_bytes: 10 };
    lab.emulator.look(|world, context| {
        push(world.project_mut(PROJECT).unwrap(), reference, &image, context.now).map(|()| image.digest())
    })
}

#[tokio::test]
async fn a_repository_is_made_by_an_operation_and_read_with_its_defaults() {
    let lab = Lab::enabled(&[API]).await;
    let body =
        json!({ "format": "DOCKER", "mode": "MODE_UNSPECIFIED", "description": "", "labels": { "a": "b" } });
    let begun = lab.call("POST", &format!("{PARENT}?repositoryId=models"), &body).await.expect(200).json();
    let done = lab.finish(&begun, "/v1/").await;
    let name = "projects/demo-project/locations/europe-west1/repositories/models";
    let expected = json!({
        "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.Repository", "name": name,
        "format": "DOCKER", "labels": { "a": "b" }, "mode": "STANDARD_REPOSITORY",
    });
    assert_eq!(done["response"], expected);
    let read = lab.get(&format!("/v1/{name}")).await.expect(200).json();
    assert_eq!(read["name"], name);
    assert_eq!(read["mode"], "STANDARD_REPOSITORY");
    assert_eq!(read["registryUri"], HOME);
    assert!(read["createTime"].as_str().unwrap().ends_with('Z'));
    assert!(read.get("description").is_none() && read.get("etag").is_none());
    let listed = lab.get(PARENT).await.expect(200).json();
    assert_eq!(listed["repositories"][0]["name"], name);
    assert!(listed["repositories"][0].get("registryUri").is_none());
}

#[tokio::test]
async fn bad_repositories_are_refused() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    let docker = json!({ "format": "DOCKER" });
    let cases = [
        (format!("{PARENT}?repositoryId=models"), docker.clone(), 409, "ALREADY_EXISTS"),
        (format!("{PARENT}?repositoryId=Models"), docker.clone(), 400, "INVALID_ARGUMENT"),
        (PARENT.to_owned(), docker.clone(), 400, "INVALID_ARGUMENT"),
        (format!("{PARENT}?repositoryId=x").replace("europe-west1", "mars"), docker, 400, "INVALID_ARGUMENT"),
        (format!("{PARENT}?repositoryId=x"), json!({}), 400, "INVALID_ARGUMENT"),
        (format!("{PARENT}?repositoryId=x"), json!({ "format": "ZIP" }), 400, "INVALID_ARGUMENT"),
        (
            format!("{PARENT}?repositoryId=x"),
            json!({ "format": "DOCKER", "lables": {} }),
            400,
            "INVALID_ARGUMENT",
        ),
        (
            format!("{PARENT}?repositoryId=x"),
            json!({ "format": "DOCKER", "labels": { "a": "B" } }),
            400,
            "INVALID_ARGUMENT",
        ),
        (
            format!("{PARENT}?repositoryId=x"),
            json!({ "format": "DOCKER", "cleanupPolicies": { "old": { "action": "DELETE", "condition": { "olderThan": "30d" } } } }),
            400,
            "INVALID_ARGUMENT",
        ),
        (
            format!("{PARENT}?repositoryId=x"),
            json!({ "format": "DOCKER", "cleanupPolicies": { "old": { "action": "DELETE" } } }),
            400,
            "INVALID_ARGUMENT",
        ),
    ];
    for (path, body, code, status) in cases {
        assert_eq!(lab.call("POST", &path, &body).await.expect(code).rpc(), status, "{path} {body}");
    }
    let missing = lab.get(&format!("{PARENT}/none")).await.expect(404);
    assert_eq!(
        (missing.message().as_str(), missing.rpc().as_str()),
        ("Requested entity was not found.", "NOT_FOUND")
    );
    lab.call("DELETE", &format!("{PARENT}/none"), &json!(null)).await.expect(404);
}

#[tokio::test]
async fn a_disabled_api_answers_nothing() {
    let lab = Lab::new();
    let refused = lab.get(PARENT).await.expect(403).json();
    assert_eq!(refused["error"]["details"][0]["reason"], "SERVICE_DISABLED");
}

#[tokio::test]
async fn a_patch_changes_what_its_mask_names_and_nothing_else() {
    let lab =
        with_repository(json!({ "format": "DOCKER", "description": "one", "labels": { "a": "b" } })).await;
    let path = format!("{PARENT}/models");
    let policies = json!({
        "keep": { "action": "KEEP", "mostRecentVersions": { "keepCount": 3 } },
        "old": { "action": "DELETE", "condition": { "olderThan": "2592000s", "tagState": "UNTAGGED" } },
    });
    let body = json!({ "description": "two", "labels": {}, "cleanupPolicies": policies, "dockerConfig": { "immutableTags": true } });
    let one = lab.call("PATCH", &format!("{path}?updateMask=description"), &body).await.expect(200).json();
    assert_eq!((one["description"].as_str(), &one["labels"]), (Some("two"), &json!({ "a": "b" })));
    assert!(one.get("cleanupPolicies").is_none());
    let mask = "cleanup_policies,dockerConfig.immutableTags,labels";
    let all = lab.call("PATCH", &format!("{path}?updateMask={mask}"), &body).await.expect(200).json();
    assert_eq!(all["cleanupPolicies"]["keep"]["id"], "keep");
    assert_eq!(all["dockerConfig"], json!({ "immutableTags": true }));
    assert!(all.get("labels").is_none());
    lab.call("PATCH", &format!("{path}?mask=description"), &body).await.expect(400);
    for mask in ["", "colour", "format"] {
        let body = json!({ "format": "MAVEN" });
        lab.call("PATCH", &format!("{path}?updateMask={mask}"), &body).await.expect(400);
    }
}

#[tokio::test]
async fn an_image_is_found_in_every_way_that_there_is() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    let digest = publish(&lab, &format!("{HOME}/team/gemma:v1"), "seed").unwrap();
    for reference in [format!("{HOME}/team/gemma:v1"), format!("{HOME}/team/gemma@{digest}")] {
        let found = lab.emulator.look(|world, _| find_image(world.project(PROJECT).unwrap(), &reference));
        assert_eq!(found.as_ref(), Some(&digest), "{reference}");
    }
    for reference in [format!("{HOME}/team/gemma"), format!("{HOME}/gemma:v1"), "docker.io/x:v1".to_owned()] {
        let found = lab.emulator.look(|world, _| find_image(world.project(PROJECT).unwrap(), &reference));
        assert_eq!(found, None, "{reference}");
    }
    let at = format!("{PARENT}/models");
    let tag = lab.get(&format!("{at}/packages/team%2Fgemma/tags/v1")).await.expect(200).json();
    assert!(tag["version"].as_str().unwrap().ends_with(&format!("/packages/team%2Fgemma/versions/{digest}")));
    let listed = lab.get(&format!("{at}/dockerImages")).await.expect(200).json();
    let image = &listed["dockerImages"][0];
    assert_eq!((image["tags"][0].as_str(), image["imageSizeBytes"].as_str()), (Some("v1"), Some("10")));
    assert_eq!(image["uri"], format!("{HOME}/team/gemma@{digest}"));
    let one = lab.get(&format!("{at}/dockerImages/team%2Fgemma@{digest}")).await.expect(200).json();
    assert_eq!(&one, image);
    let version =
        lab.get(&format!("{at}/packages/team%2Fgemma/versions/{digest}?view=FULL")).await.expect(200).json();
    assert_eq!(version["relatedTags"][0], tag);
    assert!(
        lab.get(&format!("{at}/packages")).await.json()["packages"][0]["name"]
            .as_str()
            .unwrap()
            .ends_with("team%2Fgemma")
    );
    for host in ["europe-west1-docker.pkg.dev", "127.0.0.1:8080"] {
        for reference in ["v1", digest.as_str()] {
            let path = format!("/v2/demo-project/models/team/gemma/manifests/{reference}");
            let head = lab.send("HEAD", &path, &[("host", host)], Vec::new()).await.expect(200);
            assert_eq!(head.headers["docker-content-digest"], digest.as_str());
            let body = lab.send("GET", &path, &[("host", host)], Vec::new()).await.expect(200);
            assert_eq!(format!("sha256:{}", crate::blobs::sha256_hex(&body.bytes)), digest);
        }
    }
}

#[tokio::test]
async fn manifests_that_are_not_there_are_named_as_missing() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    publish(&lab, &format!("{HOME}/gemma:v1"), "seed").unwrap();
    for (path, host, code) in [
        ("/v2/demo-project/models/gemma/manifests/v2", "127.0.0.1", "MANIFEST_UNKNOWN"),
        ("/v2/demo-project/models/other/manifests/v1", "127.0.0.1", "MANIFEST_UNKNOWN"),
        ("/v2/demo-project/none/gemma/manifests/v1", "127.0.0.1", "NAME_UNKNOWN"),
        ("/v2/demo-project/models/gemma/manifests/v1", "us-docker.pkg.dev", "NAME_UNKNOWN"),
    ] {
        let reply = lab.send("GET", path, &[("host", host)], Vec::new()).await.expect(404);
        assert_eq!(reply.json()["errors"][0]["code"], code, "{path}");
    }
}

#[tokio::test]
async fn a_public_image_of_another_registry_has_a_digest_of_its_name() {
    let lab = Lab::new();
    let path = "/v2/cloudrun/container/gemma/gemma3-4b/manifests/latest";
    let digest = |reply: crate::testing::Reply| {
        reply.expect(200).headers["docker-content-digest"].to_str().unwrap().to_owned()
    };
    let first = digest(lab.send("HEAD", path, &[("host", "us-docker.pkg.dev")], Vec::new()).await);
    assert_eq!(first, digest(lab.send("HEAD", path, &[], Vec::new()).await));
    let other = digest(lab.send("HEAD", &path.replace("4b", "12b"), &[], Vec::new()).await);
    assert_ne!(first, other);
    let pinned = digest(lab.send("HEAD", &path.replace("latest", &other), &[], Vec::new()).await);
    assert_eq!(pinned, other);
}

#[tokio::test]
async fn tags_move_unless_they_are_immutable() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    let tags = format!("{PARENT}/models/packages/gemma/tags");
    let one = publish(&lab, &format!("{HOME}/gemma:v1"), "one").unwrap();
    let two = publish(&lab, &format!("{HOME}/gemma:v1"), "two").unwrap();
    assert_ne!(one, two);
    let versions = "projects/demo-project/locations/europe-west1/repositories/models/packages/gemma/versions";
    let to_one = json!({ "version": format!("{versions}/{one}") });
    lab.call("POST", &format!("{tags}?tagId=v0"), &to_one).await.expect(200);
    lab.call("POST", &format!("{tags}?tagId=v0"), &to_one).await.expect(409);
    lab.call("POST", &format!("{tags}?tagId=v9"), &json!({ "version": format!("{versions}/sha256:0") }))
        .await
        .expect(404);
    lab.call("PATCH", &format!("{tags}/v1"), &to_one).await.expect(200);
    lab.call("DELETE", &format!("{tags}/v0"), &json!(null)).await.expect(200);
    let body = json!({ "dockerConfig": { "immutableTags": true } });
    lab.call("PATCH", &format!("{PARENT}/models?updateMask=dockerConfig"), &body).await.expect(200);
    assert_eq!(
        publish(&lab, &format!("{HOME}/gemma:v1"), "one"),
        Ok(one.clone()),
        "the same digest again is no change"
    );
    assert_eq!(publish(&lab, &format!("{HOME}/gemma:v1"), "two"), Err(PushError::ImmutableTag("v1".into())));
    let to_two = json!({ "version": format!("{versions}/{two}") });
    lab.call("PATCH", &format!("{tags}/v1"), &to_two).await.expect(400);
    lab.call("DELETE", &format!("{tags}/v1"), &json!(null)).await.expect(400);
}

#[tokio::test]
async fn deleting_takes_the_content_along() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    let digest = publish(&lab, &format!("{HOME}/gemma:v1"), "one").unwrap();
    publish(&lab, &format!("{HOME}/other:v1"), "two").unwrap();
    let version = format!("{PARENT}/models/packages/gemma/versions/{digest}");
    assert_eq!(lab.call("DELETE", &version, &json!(null)).await.expect(400).rpc(), "FAILED_PRECONDITION");
    for (path, gone) in [
        (format!("{version}?force=true"), version.clone()),
        (format!("{PARENT}/models/packages/other"), format!("{PARENT}/models/packages/other")),
        (format!("{PARENT}/models"), format!("{PARENT}/models")),
    ] {
        let begun = lab.call("DELETE", &path, &json!(null)).await.expect(200).json();
        let done = lab.finish(&begun, "/v1/").await;
        assert_eq!(done["response"]["@type"], "type.googleapis.com/google.protobuf.Empty");
        lab.get(&gone).await.expect(404);
    }
    assert!(matches!(publish(&lab, &format!("{HOME}/gemma:v1"), "one"), Err(PushError::NoRepository(_))));
}

#[tokio::test]
async fn the_policy_of_a_repository_is_guarded_by_its_etag() {
    let lab = with_repository(json!({ "format": "DOCKER" })).await;
    let path = format!("{PARENT}/models");
    let policy =
        lab.get(&format!("{path}:getIamPolicy?options.requestedPolicyVersion=3")).await.expect(200).json();
    assert!(policy.get("bindings").is_none());
    let wanted = json!({ "policy": {
        "etag": policy["etag"], "bindings": [{ "role": "roles/artifactregistry.reader", "members": ["user:you@example.com"] }],
    } });
    lab.call("POST", &format!("{path}:setIamPolicy"), &wanted).await.expect(200);
    assert_eq!(lab.call("POST", &format!("{path}:setIamPolicy"), &wanted).await.expect(409).rpc(), "ABORTED");
    let asked = json!({ "permissions": ["artifactregistry.repositories.get"] });
    assert_eq!(
        lab.call("POST", &format!("{path}:testIamPermissions"), &asked).await.expect(200).json(),
        asked
    );
}

#[tokio::test]
async fn repositories_are_listed_in_pages() {
    let lab = Lab::enabled(&[API]).await;
    for id in ["c", "a", "b"] {
        let path = format!("{PARENT}?repository_id={id}");
        let begun = lab.call("POST", &path, &json!({ "format": "DOCKER" })).await.expect(200).json();
        lab.finish(&begun, "/v1/").await;
    }
    let first = lab.get(&format!("{PARENT}?pageSize=2")).await.expect(200).json();
    assert_eq!(first["repositories"].as_array().unwrap().len(), 2);
    let token = first["nextPageToken"].as_str().unwrap();
    let second = lab.get(&format!("{PARENT}?pageSize=2&pageToken={token}")).await.expect(200).json();
    assert!(second["repositories"][0]["name"].as_str().unwrap().ends_with("/c"));
    assert!(second.get("nextPageToken").is_none());
    assert_eq!(lab.get(&PARENT.replace("west1", "west4")).await.expect(200).json(), json!({}));
}
