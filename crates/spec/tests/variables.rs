//! Values for variables, from files and from the command line.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::{Path, PathBuf};

use spec::{Colour, Spec, Variables};

const STACK: &str = "\
version: 1
stack: demo
project: ${project}
region: ${region}
variables:
  project: {}
  region: { default: europe-west1 }
  concurrency: { default: 4 }
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurrency: ${concurrency}
    env: { CONCURRENCY: \"${concurrency}\", QUOTED: 'is ${concurrency}' }
";

fn load(variables: &Variables) -> Result<Spec, String> {
    spec::parse("gemmactl.yaml", STACK, Path::new("."), variables)
        .map_err(|problems| problems.render(Colour::Plain))
}

fn assigned(assignments: &[&str]) -> Variables {
    Variables::gather(&[], &assignments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_value_given_on_the_command_line_takes_the_type_that_is_asked_for() {
    let spec = load(&assigned(&["project=demo-project", "concurrency=8"])).unwrap();
    let service = &spec.document.services["model"];
    assert_eq!(service.concurrency, Some(8));
    assert_eq!(service.env["CONCURRENCY"].as_str(), "8");
    assert_eq!(service.env["QUOTED"].as_str(), "is 8");
}

#[test]
fn the_last_value_wins_and_the_command_line_wins_over_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let one = file("one.yaml", "project: first-project\nregion: us-east4\n");
    let two = file("two.yaml", "project: second-project\nconcurrency: 2\n");
    let variables = Variables::gather(&[one, two], &["concurrency=3".to_owned(), "concurrency=5".to_owned()]);
    let spec = load(&variables).unwrap();
    assert_eq!(spec.document.project.as_str(), "second-project");
    assert_eq!(spec.document.region.as_str(), "us-east4");
    assert_eq!(spec.document.services["model"].concurrency, Some(5));
}

#[test]
fn a_text_may_hold_an_equals_sign_and_a_variable_like_text() {
    let variables = assigned(&["project=demo-project", "region=a=b"]);
    assert!(load(&variables).unwrap_err().contains("the region `a=b` is unknown"));
}

#[test]
fn refuses_values_for_what_is_not_declared_and_texts_that_give_no_value() {
    insta::assert_snapshot!(load(&assigned(&["project=demo-project", "regon=us-east4", "concurrency", "=x"])).unwrap_err(), @r#"
error[invalid-variable]: `--var concurrency` gives no variable a value
 |
 = help: write `--var NAME=VALUE`

error[invalid-variable]: `--var =x` gives no variable a value
 |
 = help: write `--var NAME=VALUE`

error[unknown-variable]: --var regon gives a value to `regon`, which the spec does not declare
 |
 = help: did you mean `region`?

3 problems
"#);
}

#[test]
fn refuses_files_that_are_not_maps_of_scalars() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    for (text, wanted) in [
        ("- a\n", "this is not a map of variables"),
        ("project: [a]\n", "this is not a map of variables"),
        ("project: &a demo\n", "this is not a map of variables"),
        ("project: a\nproject: b\n", "duplicate"),
        ("project:\n", "null"),
    ] {
        std::fs::write(&path, text).unwrap();
        let shown = load(&Variables::gather(std::slice::from_ref(&path), &[])).unwrap_err();
        assert!(shown.contains("error[invalid-variables]") && shown.contains(wanted), "{text}: {shown}");
    }
    let missing = load(&Variables::gather(&[folder.path().join("none.yaml")], &[])).unwrap_err();
    assert!(missing.contains("error[unreadable]"), "{missing}");
}

#[test]
fn an_empty_file_of_variables_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    std::fs::write(&path, "").unwrap();
    assert!(load(&Variables::gather(&[path], &["project=demo-project".to_owned()])).is_ok());
}
