use unicode_width::UnicodeWidthStr;

use super::*;
use crate::finding::check::{CheckId, Level, Moment, Standing};
use crate::{Colour, Detail, Style, Symbols};

fn checks() -> Vec<Check> {
    let row = PermissionRow {
        permission: "run.services.create",
        role: "roles/run.admin",
        standing: Standing::Missing,
        needed: vec![(Moment::Apply, "service/gemma".to_owned())],
    };
    let mut permissions =
        Check::new(CheckId::Permissions, Level::Failed, "31 of 32 held on the project, 1 missing")
            .seeing("missing run.services.create, to apply service/gemma")
            .run(&[
                "gcloud",
                "projects",
                "add-iam-policy-binding",
                "demo-project",
                "--member=user:o'brien@example.com",
                "--role=roles/run.admin",
            ]);
    permissions.permissions.push(row);
    vec![
        Check::new(CheckId::Project, Level::Ok, "demo-project is ACTIVE; its number is 123456789012"),
        Check::new(CheckId::Billing, Level::Failed, "no billing account pays for it")
            .say("link one:")
            .open("https://console.cloud.google.com/billing/linkedaccount?project=demo-project"),
        permissions,
        Check::new(
            CheckId::Quota,
            Level::Warning,
            "nvidia-l4 in europe-west1: gemma 1 × 1 = 1 wanted without zonal redundancy, 0 allowed; with it 0",
        )
        .seeing("the first deployment in a region is granted 3 by itself"),
        Check::new(CheckId::Record, Level::Unknown, "could not be read: \u{1b}[2J::error::x"),
    ]
}

fn shown(colour: Colour, symbols: Symbols, width: usize) -> String {
    let subject =
        Subject { stack: "gemma", project: "demo-project", region: "europe-west1", asked: Asked::Cloud };
    text::render(&subject, &checks(), &Style { colour, symbols, width, detail: Detail::Changes })
}

#[test]
fn a_custom_role_has_each_permission_once_in_order_and_says_how_it_is_made_and_granted() {
    let subject =
        Subject { stack: "gemma", project: "demo-project", region: "europe-west1", asked: Asked::Cloud };
    let mut checks = checks();
    let row = |permission| PermissionRow {
        permission,
        role: "roles/run.admin",
        standing: Standing::OnProject,
        needed: vec![(Moment::Plan, "service/gemma".to_owned())],
    };
    checks[2].permissions.extend([
        row("run.services.get"),
        row("run.services.create"),
        row("artifactregistry.repositories.get"),
    ]);
    insta::assert_snapshot!(custom_role::render("deployer", &subject, &checks).unwrap(), @"
    title: gemmactl gemma
    description: What plan, apply and destroy of the stack gemma need
    stage: GA
    includedPermissions:
    - artifactregistry.repositories.get
    - run.services.create
    - run.services.get
    # Save this as role.yaml, make the role, and grant it to whoever applies:
    #   gcloud iam roles create deployer --project=demo-project --file=role.yaml
    #   gcloud projects add-iam-policy-binding demo-project --member=user:EMAIL --role=projects/demo-project/roles/deployer
    ");
    assert_eq!(custom_role::render("deployer", &subject, &[]), None);
}

#[test]
fn checks_stand_in_columns_and_commands_can_be_copied() {
    insta::assert_snapshot!(shown(Colour::Never, Symbols::Unicode, 80), @r"
    gemmactl doctor  stack=gemma  project=demo-project  region=europe-west1

      ok       project        demo-project is ACTIVE; its number is 123456789012
      failed   billing        no billing account pays for it
               next           link one:
        https://console.cloud.google.com/billing/linkedaccount?project=demo-project
      failed   permissions    31 of 32 held on the project, 1 missing
                              missing run.services.create, to apply service/gemma
               next           run:
        gcloud projects add-iam-policy-binding demo-project \
          '--member=user:o'\''brien@example.com' --role=roles/run.admin
      warning  quota          nvidia-l4 in europe-west1: gemma 1 × 1 = 1 wanted
                            │ without zonal redundancy, 0 allowed; with it 0
                              the first deployment in a region is granted 3 by
                            │ itself
      unknown  record         could not be read: \u{1b}[2J::error::x

    Doctor: 1 ok, 1 unknown, 1 warning, 2 failed.
    ");
}

#[test]
fn lines_keep_within_the_terminal_but_for_addresses() {
    for width in [60, 80, 100, 160] {
        for line in shown(Colour::Never, Symbols::Ascii, width).lines() {
            let page = line.trim_start().starts_with("https://");
            assert!(line.width() <= width || page, "{width}: {line}");
            assert!(line.is_ascii(), "{line}");
        }
    }
}

#[test]
fn colour_adds_nothing_to_the_words() {
    let coloured = shown(Colour::Always, Symbols::Unicode, 80);
    assert!(coloured.contains("\u{1b}[32mok"), "{coloured}");
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(plain, shown(Colour::Never, Symbols::Unicode, 80));
}

#[test]
fn machines_get_the_same_by_name() {
    let subject =
        Subject { stack: "gemma", project: "demo-project", region: "europe-west1", asked: Asked::Nobody };
    let json = json(&subject, &checks());
    assert_eq!(json["live"], false);
    assert_eq!(
        json["checks"][1]["next"][1]["open"],
        "https://console.cloud.google.com/billing/linkedaccount?project=demo-project"
    );
    assert_eq!(json["checks"][2]["permissions"][0]["needed"][0]["to"], "apply");
    assert_eq!(json["checks"][2]["next"][0]["run"][0], "gcloud");
}
