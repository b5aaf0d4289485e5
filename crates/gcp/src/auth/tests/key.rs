//! A service account's key.

use super::*;

/// Header, claims and signed text of the assertion that was sent.
fn assertion(asked: &Asked) -> (Value, Value, String) {
    let form = asked.form();
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let parts: Vec<&str> = form["assertion"].split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{form:?}") };
    assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 256);
    (decoded(header), decoded(claims), form["assertion"].clone())
}

#[tokio::test]
async fn a_key_signs_an_assertion_for_an_access_token() {
    let fake = Fake::new(|_, _| access()).await;
    let (tokens, wire) = fake.tokens_of(&key_file());
    let token = tokens.token(&wire).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "access-1");
    assert_eq!(token.member.as_deref(), Some("serviceAccount:deployer@demo-project.iam.gserviceaccount.com"));
    let (header, claims, _) = assertion(&fake.asked()[0]);
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"}));
    assert_eq!(claims["iss"], "deployer@demo-project.iam.gserviceaccount.com");
    assert_eq!(claims["aud"], "https://oauth2.googleapis.com/token");
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/cloud-platform");
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    tried("service account key");
}

#[tokio::test]
async fn a_key_signs_an_assertion_for_an_identity_token() {
    let fake = Fake::new(|_, _| (200, json!({"id_token": "h.p.s"}))).await;
    let (tokens, wire) = fake.tokens_of(&key_file());
    assert_eq!(identity(&tokens, &wire).await, "h.p.s");
    let (_, claims, _) = assertion(&fake.asked()[0]);
    assert_eq!((&claims["target_audience"], &claims["scope"]), (&json!(SERVICE), &Value::Null));
    tried("service account key, identity token");
}

#[tokio::test]
async fn a_disabled_key_says_what_google_said() {
    let fake = Fake::new(|_, _| {
        (400, json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}))
    })
    .await;
    let (tokens, wire) = fake.tokens_of(&key_file());
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("400 invalid_grant Invalid JWT Signature."), "{error}");
}

/// What `openssl dgst -sha256 -sign` makes of `gemmactl` with the same key, whose scheme gives equal bytes each time.
const SIGNATURE: &str = "O05WLXNSRwVQ56q80Ke6Ouc28ZYCc2Ux6cO8Nw27DuguobwKPGZn7e7XfFVWhp5NnlZi-uAAp1Oq81Vxk6M_2ks1JATPG06Fy45A3HEpH-H_wZqihB3x_JHhnKBmR0wywPnA8I5YoquKENObfDf-v-XyF1MumGW8UFNVS-2egZpfMWTVWzBeo4Ly5Vr5RoXHe39SPNe1uceOY_aZvfm4Y4S3sdbB2dl_bfamUf2ghArFsRzaI5-fBzm1yV-YDu3C9jWp82006JHcNHnOtPiC7FCNA9CudScYYh9THbGKBWFtl85Z2oNxjdXBlJOX-nsArRRnPr-KJ8s99CwfZOun1g";

#[test]
fn the_signature_is_that_of_another_program() {
    use rustls::pki_types::pem::PemObject as _;
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    let signer = key.choose_scheme(&[rustls::SignatureScheme::RSA_PKCS1_SHA256]).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(signer.sign(b"gemmactl").unwrap()), SIGNATURE);
}
