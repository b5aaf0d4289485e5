//! The order of the sources, and what is said when none is there.

use super::*;

#[tokio::test]
async fn without_credentials_every_source_is_named_with_its_reason() {
    let fake = Fake::new(|asked, _| panic!("{asked:?}")).await;
    let auth = Auth {
        well_known_file: Some("/nonexistent/application_default_credentials.json".into()),
        metadata_host: Some("127.0.0.1:1".to_owned()),
        search_path: Some("relative:".into()),
        ..Auth::default()
    };
    let sightings = auth.look().await;
    let (tokens, wire) = fake.tokens(auth);
    let error = refusal(&tokens, &wire).await;
    assert_eq!(
        error.message,
        "no credentials found; tried --access-token-file and GEMMACTL_ACCESS_TOKEN: not given; \
         GOOGLE_APPLICATION_CREDENTIALS: not set; /nonexistent/application_default_credentials.json: no such file; \
         metadata server: no answer, so this is no Google Cloud machine; gcloud: not on PATH"
    );
    assert!(error.help.unwrap().contains("gcloud auth application-default login"));
    let looked: Vec<String> = sightings
        .into_iter()
        .map(|sighting| match sighting.found {
            Sight::PassedOver(why) => format!("{}: {why}", sighting.place),
            Sight::There(_) | Sight::Broken(_) => panic!("{sighting:?}"),
        })
        .collect();
    assert!(error.message.ends_with(&looked.join("; ")), "{looked:?}");
}

#[tokio::test]
async fn the_named_file_goes_before_the_login_and_a_broken_one_is_not_passed_over() {
    let fake = Fake::new(|_, _| access()).await;
    let (key, user) =
        (fake.write("key.json", &key_file().to_string()), fake.write("adc.json", &user_file().to_string()));
    let auth = |file: &std::path::Path| Auth {
        credential_file: Some(file.to_owned()),
        well_known_file: Some(user.clone()),
        ..Auth::default()
    };
    let (tokens, wire) = fake.tokens(auth(&key));
    let caller = tokens.caller(&wire).await.unwrap();
    assert!(caller.source.starts_with("the service account key in "));
    assert!(caller.left.is_some_and(|left| left > Duration::from_mins(50)), "{caller:?}");
    let broken = fake.write("broken.json", "{");
    let sightings = auth(&broken).look().await;
    assert!(
        matches!(&sightings[1].found, Sight::Broken(why) if why.contains("it is not JSON")),
        "{sightings:?}"
    );
    let (tokens, wire) = fake.tokens(auth(&broken));
    assert!(refusal(&tokens, &wire).await.message.contains("broken.json cannot be used: it is not JSON"));
}

#[tokio::test]
async fn an_empty_variable_is_one_that_is_not_set() {
    let fake = Fake::new(|_, _| access()).await;
    let user = fake.write("adc.json", &user_file().to_string());
    let auth = Auth { credential_file: Some("".into()), well_known_file: Some(user), ..Auth::default() };
    let (tokens, wire) = fake.tokens(auth);
    assert_eq!(secret(&tokens, &wire).await, "access-1");
}
