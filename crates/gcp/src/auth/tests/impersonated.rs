//! Impersonation, by the command line and by credential files.

use super::*;

const ACCOUNT: &str = "deployer@demo-project.iam.gserviceaccount.com";

fn services(asked: &Asked, _: usize) -> (u16, Value) {
    match asked.line.as_str() {
        "POST /token" => access(),
        line if line.ends_with(":generateAccessToken") => {
            (200, json!({"accessToken": "of-the-account", "expireTime": "2026-11-23T12:00:00Z"}))
        }
        line if line.ends_with(":generateIdToken") => (200, json!({"token": "h.p.s"})),
        line => panic!("{line}"),
    }
}

#[tokio::test]
async fn an_account_is_impersonated_with_whatever_credentials_there_are() {
    let fake = Fake::new(services).await;
    let path = fake.write("adc.json", &user_file().to_string());
    let impersonate = Some(format!("first@x.iam.gserviceaccount.com,{ACCOUNT}").parse().unwrap());
    let (tokens, wire) = fake.tokens(Auth { well_known_file: Some(path), impersonate, ..Auth::default() });
    let token = tokens.token(&wire).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "of-the-account");
    assert_eq!(token.member.as_deref(), Some("serviceAccount:deployer@demo-project.iam.gserviceaccount.com"));
    assert_eq!(token.quota_project, None, "the account counts against its own project");
    assert_eq!(identity(&tokens, &wire).await, "h.p.s");
    let asked = fake.asked();
    assert_eq!(asked[1].line, format!("POST /v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"));
    assert_eq!(asked[1].header("authorization"), "Bearer access-1");
    assert_eq!(asked[1].header("x-goog-user-project"), "billing-project");
    let delegates = json!(["projects/-/serviceAccounts/first@x.iam.gserviceaccount.com"]);
    assert_eq!(
        asked[1].json(),
        json!({"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s", "delegates": delegates})
    );
    assert_eq!(asked[3].json(), json!({"audience": SERVICE, "includeEmail": true, "delegates": delegates}));
    tried("impersonation by the command line");
    tried("impersonation by the command line, identity token");
}

#[tokio::test]
async fn a_file_of_an_impersonated_account_holds_the_credentials_for_it() {
    let fake = Fake::new(services).await;
    let (tokens, wire) = fake.tokens_of(&json!({
        "type": "impersonated_service_account",
        "delegates": ["projects/-/serviceAccounts/first@x.iam.gserviceaccount.com"],
        "service_account_impersonation_url":
            format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"),
        "source_credentials": user_file(),
    }));
    assert_eq!(secret(&tokens, &wire).await, "of-the-account");
    assert_eq!(
        fake.asked()[1].json()["delegates"],
        json!(["projects/-/serviceAccounts/first@x.iam.gserviceaccount.com"])
    );
    tried("impersonated account's file");
}

#[tokio::test]
async fn a_given_token_can_impersonate() {
    let fake = Fake::new(services).await;
    let auth = Auth {
        access_token: Some("given".into()),
        impersonate: Some(ACCOUNT.parse().unwrap()),
        ..Auth::default()
    };
    let (tokens, wire) = fake.tokens(auth);
    assert_eq!(secret(&tokens, &wire).await, "of-the-account");
    assert_eq!(fake.asked()[0].header("authorization"), "Bearer given");
}

#[tokio::test]
async fn each_refusal_says_what_to_do_next() {
    let cases: [(Script, &str); 3] = [
        (
            |_, _| {
                (
                    403,
                    json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Permission 'iam.serviceAccounts.getAccessToken' denied"}}),
                )
            },
            "add-iam-policy-binding deployer@demo-project.iam.gserviceaccount.com --member=MEMBER \
             --role=roles/iam.serviceAccountTokenCreator",
        ),
        (
            |_, _| {
                (
                    403,
                    json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "off", "details": [{"reason": "SERVICE_DISABLED"}]}}),
                )
            },
            "gcloud services enable iamcredentials.googleapis.com",
        ),
        (
            |_, _| (404, json!({"error": {"code": 404, "status": "NOT_FOUND", "message": "Not found"}})),
            "gcloud iam service-accounts describe",
        ),
    ];
    for (script, next) in cases {
        let fake = Fake::new(script).await;
        let auth = Auth {
            access_token: Some("canary-given".into()),
            impersonate: Some(ACCOUNT.parse().unwrap()),
            ..Auth::default()
        };
        let (tokens, wire) = fake.tokens(auth);
        let error = refusal(&tokens, &wire).await;
        assert!(
            error
                .message
                .starts_with(&format!("{ACCOUNT} cannot be impersonated: IAM Credentials answered 40")),
            "{error}"
        );
        assert!(error.help.as_deref().unwrap().contains(next), "{error:?}");
    }
}

#[test]
fn only_addresses_of_accounts_are_taken() {
    for good in [ACCOUNT, "1-compute@developer.gserviceaccount.com", "a@x.iam.gserviceaccount.com, b@x.com"] {
        assert!(good.parse::<Impersonation>().is_ok(), "{good}");
    }
    for bad in ["", "deployer", "a@b", "a@b.c/../x", "a@b.c:signJwt", "a b@x.com", "a@x.com,"] {
        assert!(bad.parse::<Impersonation>().is_err(), "{bad}");
    }
}
