//! Credential files that are refused: hostile, broken, or of a kind that gemmactl does not take.

use super::*;

/// A field of a file to replace, by JSON pointer.
type Twist = (&'static str, Value);

async fn refused(fake: &Fake, base: &Value, (pointer, value): Twist) -> String {
    let mut file = base.clone();
    match file.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => drop(file.as_object_mut().unwrap().insert(pointer[1..].to_owned(), value)),
    }
    let (tokens, wire) = fake.tokens_of(&file);
    refusal(&tokens, &wire).await.message
}

/// Addresses that look like Google's and are not.
const LOOKALIKES: [&str; 8] = [
    "https://oauth2.googleapis.com.evil.example/v1/token",
    "https://sts.googleapis.com.evil/v1/token",
    "http://sts.googleapis.com/v1/token",
    "https://sts.googleapis.com:8443/v1/token",
    "https://user@sts.googleapis.com/v1/token",
    "https://accounts.google.com.evil/o/oauth2/token",
    "https://evil.example/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken",
    "not a url",
];

fn external_file() -> Value {
    json!({"type": "external_account", "audience": "canary-audience", "subject_token_type": "t",
        "token_url": "https://sts.googleapis.com/v1/token", "credential_source": {"file": "/nonexistent"}})
}

#[tokio::test]
async fn a_file_that_names_another_token_service_is_refused_and_nothing_is_sent() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    for address in LOOKALIKES {
        for (base, field) in [
            (key_file(), "token_uri"),
            (user_file(), "token_uri"),
            (external_file(), "token_url"),
            (external_file(), "service_account_impersonation_url"),
        ] {
            let message = refused(&fake, &base, (&format!("/{field}").leak()[..], json!(address))).await;
            assert!(
                message.ends_with(&format!("its `{field}` is not one of Google's")),
                "{address}: {message}"
            );
        }
    }
}

#[tokio::test]
async fn what_gemmactl_does_not_take_is_refused_with_the_reason() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let source = "/credential_source";
    for (base, twist, expected) in [
        (
            external_file(),
            (source, json!({"executable": {"command": "canary"}})),
            "runs a program, which gemmactl never does",
        ),
        (external_file(), (source, json!({"environment_id": "aws1", "url": "x"})), "for Amazon's machines"),
        (
            external_file(),
            (source, json!({"certificate": {}})),
            "a client certificate, which is not supported",
        ),
        (external_file(), (source, json!({})), "has neither `file` nor `url`"),
        (
            external_file(),
            (source, json!({"url": "http://evil.example/"})),
            "neither https nor a metadata address",
        ),
        (external_file(), (source, json!({"url": "https://u:canary@x/"})), "carries a user name or password"),
        (
            external_file(),
            (source, json!({"url": "https://x/", "headers": {"a": "canary\n"}})),
            "are no headers",
        ),
        (
            external_file(),
            (source, json!({"file": "x", "format": {"type": "json"}})),
            "no `subject_token_field_name`",
        ),
        (key_file(), ("/private_key", json!("canary-key")), "its `private_key` is not understood"),
        (key_file(), ("/universe_domain", json!("other.example")), "is for the cloud of `other.example`"),
        (
            key_file(),
            ("/type", json!("gdch_service_account")),
            "type `gdch_service_account` are not supported here",
        ),
        (user_file(), ("/client_secret", json!("")), "it has no `client_secret`"),
        (user_file(), ("/type", json!(null)), "it has no `type`"),
        (user_file(), ("/type", json!("impersonated_service_account")), "it has no `source_credentials`"),
    ] {
        let message = refused(&fake, &base, twist).await;
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn impersonation_is_not_nested_in_impersonation() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let inner = json!({"type": "impersonated_service_account", "source_credentials": user_file()});
    let (tokens, wire) =
        fake.tokens_of(&json!({"type": "impersonated_service_account", "source_credentials": inner}));
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("type `impersonated_service_account` are not supported here"), "{error}");
}

#[tokio::test]
async fn old_forms_of_googles_own_addresses_are_taken() {
    let fake = Fake::new(|_, _| access()).await;
    for address in
        ["https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token"]
    {
        let mut file = key_file();
        file["token_uri"] = json!(address);
        let (tokens, wire) = fake.tokens_of(&file);
        assert_eq!(secret(&tokens, &wire).await, "access-1");
    }
    assert!(fake.lines().iter().all(|line| line == "POST /token"), "the known address is asked");
}
