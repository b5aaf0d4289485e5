//! Without credentials: every source that was looked at is named, with the reason why it was passed over. Nothing of this
//! leaves the machine: where the metadata server should be, nobody listens.

use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::world::World;

/// A port of this machine on which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn plan(world: &World, set: impl FnOnce(&mut Command) -> &mut Command) -> (i32, String) {
    let mut command = world.command();
    command.args(["plan"]).env("GCE_METADATA_HOST", nobody()).stdin(Stdio::null());
    set(&mut command);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said.replace(world.path().to_str().unwrap(), "[home]"))
}

fn world() -> World {
    World::copy_of("examples/prebuilt-image")
}

/// A gcloud command that nobody has logged in with.
#[cfg(unix)]
fn gcloud_without_a_login(world: &World) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = world.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let script = "#!/bin/sh\necho 'ERROR: (gcloud.auth.print-access-token) You do not currently have an active account selected.' >&2\nexit 1\n";
    std::fs::write(folder.join("gcloud"), script).unwrap();
    std::fs::set_permissions(folder.join("gcloud"), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn without_credentials_every_source_is_named_with_the_reason_why_it_was_passed_over() {
    let (code, said) = plan(&world(), |command| command);
    assert_eq!(code, 1);
    assert_snapshot!(said, @r"
    error: no credentials found; tried --access-token-file and GEMMACTL_ACCESS_TOKEN: not given; GOOGLE_APPLICATION_CREDENTIALS: not set; [home]/.config/gcloud/application_default_credentials.json: no such file; metadata server: no answer, so this is no Google Cloud machine; gcloud: not on PATH
      help: run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a credential file, or set GEMMACTL_ACCESS_TOKEN to the output of `gcloud auth print-access-token`; to try without an account, add --emulator
    ");
}

#[cfg(unix)]
#[test]
fn a_gcloud_without_a_login_is_passed_over_with_its_own_words() {
    let world = world();
    let folder = gcloud_without_a_login(&world);
    let (code, said) = plan(&world, |command| command.env("PATH", folder));
    assert_eq!(code, 1);
    assert!(said.contains("You do not currently have an active account selected"), "{said}");
}

#[test]
fn every_kind_of_credential_file_is_known_to_the_program_and_a_broken_one_is_not_passed_over() {
    let elsewhere = "https://token.example/v1/token";
    let kinds = [
        ("authorized_user", r#"{"type": "authorized_user", "client_id": "a", "client_secret": "b"}"#.to_owned(), "refresh_token"),
        (
            "service_account",
            r#"{"type": "service_account", "client_email": "a@p.iam.gserviceaccount.com", "private_key": "none", "token_uri": "https://oauth2.googleapis.com/token"}"#.to_owned(),
            "private_key",
        ),
        (
            "external_account",
            format!(
                r#"{{"type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/g",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "{elsewhere}",
                "credential_source": {{"url": "https://token.actions.githubusercontent.com/x"}}}}"#
            ),
            "its `token_url` is not one of Google's",
        ),
        (
            "impersonated_service_account",
            format!(r#"{{"type": "impersonated_service_account", "service_account_impersonation_url": "{elsewhere}", "source_credentials": {{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}}}}"#),
            "service_account_impersonation_url",
        ),
        ("something else", r#"{"type": "gdch_service_account"}"#.to_owned(), "gdch_service_account"),
    ];
    for (kind, content, says) in kinds {
        let world = world();
        std::fs::write(world.path().join("credentials.json"), content).unwrap();
        let (code, said) =
            plan(&world, |command| command.env("GOOGLE_APPLICATION_CREDENTIALS", "credentials.json"));
        assert_eq!(code, 1, "{kind}: {said}");
        assert!(said.contains("credentials.json") && said.contains(says), "{kind}: {said}");
    }
}

#[test]
fn only_the_address_of_a_service_account_can_be_impersonated() {
    let (code, said) = plan(&world(), |command| command.args(["--impersonate-service-account", "deployer"]));
    assert!(
        code != 0 && said.contains("`deployer` is no service account's e-mail address"),
        "{code}: {said}"
    );
}
