//! Credentials of the machine: its metadata server, and gcloud's own login.

use super::*;

const COMPUTE: &str = "1-compute@developer.gserviceaccount.com";

fn metadata(asked: &Asked, _: usize) -> (u16, Value) {
    assert_eq!(asked.header("metadata-flavor"), "Google");
    match asked.line.strip_prefix("GET /computeMetadata/v1/instance/service-accounts/default/").unwrap() {
        "token" => access(),
        "email" => (200, json!(COMPUTE)),
        "identity" => (200, json!("h.p.s\n")),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_metadata_server_gives_both_kinds_of_token() {
    let fake = Fake::new(metadata).await;
    let (tokens, wire) = fake.tokens(Auth { metadata_host: Some(fake.host()), ..Auth::default() });
    assert_eq!(secret(&tokens, &wire).await, "access-1");
    assert_eq!(identity(&tokens, &wire).await, "h.p.s");
    let caller = tokens.caller(&wire).await.unwrap();
    assert_eq!(caller.member, Some(format!("serviceAccount:{COMPUTE}")));
    let asked = fake.asked();
    let identity = asked.iter().find(|asked| asked.line.ends_with("/identity")).unwrap();
    assert_eq!(identity.query["audience"], SERVICE);
    assert_eq!(identity.query["format"], "full");
    tried("metadata server");
    tried("metadata server, identity token");
}

#[tokio::test]
async fn a_machine_without_an_account_is_passed_over() {
    let fake = Fake::new(|_, _| (404, json!("Not Found"))).await;
    let (tokens, wire) = fake.tokens(Auth { metadata_host: Some(fake.host()), ..Auth::default() });
    let error = refusal(&tokens, &wire).await;
    assert!(
        error.message.contains("metadata server: it answers 404: this machine runs as no service account"),
        "{error}"
    );
}

#[tokio::test]
async fn a_host_that_is_no_metadata_server_is_never_asked() {
    let fake = Fake::new(metadata).await;
    for host in ["metadata.evil.example", "10.0.0.1", "user@127.0.0.1", "127.0.0.1/x?y="] {
        let (tokens, wire) = fake.tokens(Auth { metadata_host: Some(host.to_owned()), ..Auth::default() });
        let error = refusal(&tokens, &wire).await;
        assert!(error.message.contains(&format!("GCE_METADATA_HOST names `{host}`")), "{error}");
    }
}

/// A `gcloud` that answers as the real one does.
#[cfg(unix)]
fn gcloud(fake: &Fake, script: &str) -> Auth {
    use std::os::unix::fs::PermissionsExt as _;
    let program = fake.write("gcloud", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Auth {
        metadata_host: Some("127.0.0.1:1".to_owned()),
        search_path: Some(fake.folder.path().as_os_str().to_owned()),
        ..Auth::default()
    }
}

#[cfg(unix)]
const HELPER: &str = r#"
case "$*" in
  "config config-helper --format=json --min-expiry=10m --quiet")
    echo "asked" >> "$0.log"
    echo '{"configuration": {"properties": {"core": {"account": "ACCOUNT"}}},
           "credential": {"access_token": "of-gcloud", "token_expiry": "2099-01-01T00:00:00Z"}}' ;;
  "auth print-identity-token --quiet") echo "u.s.r" ;;
  "auth print-identity-token --quiet --audiences=https://"*) echo "s.v.c" ;;
  *) echo "ERROR: (gcloud) unknown: $*" >&2; exit 2 ;;
esac"#;

#[cfg(unix)]
#[tokio::test]
async fn gclouds_login_gives_both_kinds_of_token() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let (tokens, wire) = fake.tokens(gcloud(&fake, &HELPER.replace("ACCOUNT", "ann@example.com")));
    let token = tokens.token(&wire).await.unwrap();
    assert_eq!(
        (token.secret.expose_secret(), token.member.as_deref()),
        ("of-gcloud", Some("user:ann@example.com"))
    );
    let log = std::fs::read_to_string(fake.folder.path().join("gcloud.log")).unwrap();
    assert_eq!(log.lines().count(), 1, "starting it takes seconds");
    assert_eq!(identity(&tokens, &wire).await, "u.s.r");
    tried("gcloud's login");
    tried("gcloud's login, identity token");
}

#[cfg(unix)]
#[tokio::test]
async fn gcloud_is_told_the_audience_where_it_may_be() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let (tokens, wire) = fake.tokens(gcloud(&fake, &HELPER.replace("ACCOUNT", COMPUTE)));
    assert_eq!(identity(&tokens, &wire).await, "s.v.c");
}

#[cfg(unix)]
#[tokio::test]
async fn a_gcloud_without_a_login_is_passed_over_with_its_own_words() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let auth = gcloud(
        &fake,
        "echo 'ERROR: (gcloud.config.config-helper) You do not currently have an active account selected.' >&2; exit 1",
    );
    let (tokens, wire) = fake.tokens(auth);
    let error = refusal(&tokens, &wire).await;
    assert!(
        error.message.contains("gcloud: (gcloud.config.config-helper) You do not currently have"),
        "{error}"
    );
}
