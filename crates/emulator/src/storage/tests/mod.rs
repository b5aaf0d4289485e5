//! Tables of calls against Cloud Storage.

mod buckets;
mod objects;
mod refusals;
mod restart;
mod uploads;
mod versions;

use serde_json::Value as Json;

use crate::testing::{Lab, PROJECT, Reply};

const OCTETS: &[(&str, &str)] = &[("content-type", "application/octet-stream")];

async fn with_bucket(body: Json) -> Lab {
    let lab = Lab::new();
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &body).await.expect(200);
    lab
}

async fn upload(lab: &Lab, name: &str, content: &str, query: &str) -> Reply {
    let path = format!("/upload/storage/v1/b/box/o?uploadType=media&name={name}{query}");
    lab.send("POST", &path, OCTETS, content.as_bytes().to_vec()).await
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
