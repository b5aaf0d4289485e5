//! Files as they lie on a disk: sizes, encodings, examples.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use spec::{Colour, LoadError, Variables};

/// The problems of a file with these bytes, without the folder's name.
fn refused(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gemmactl.yaml");
    std::fs::write(&path, bytes).unwrap();
    match spec::load(&path, &Variables::none()) {
        Ok(_) => "accepted".to_owned(),
        Err(LoadError::Invalid(problems)) => {
            problems.render(Colour::Plain).replace(&format!("{}/", folder.path().display()), "")
        }
        Err(error @ LoadError::Read { .. }) => error.to_string(),
    }
}

#[test]
fn refuses_a_file_of_fifty_megabytes_without_reading_it() {
    insta::assert_snapshot!(refused(&vec![b'a'; 50 << 20]), @r#"
error[too-large]: gemmactl.yaml has 52428800 bytes, at most 1048576 (1 MiB) are read
 |
 = help: is this the right file? A spec holds settings; data belongs into a build context

1 problem
"#);
}

#[test]
fn refuses_bytes_that_are_not_utf8() {
    insta::assert_snapshot!(refused(b"version: 1\nstack: d\xe9mo\n"), @r#"
error[invalid-utf8]: gemmactl.yaml is not UTF-8: the byte 0xe9 begins no character
 --> gemmactl.yaml:2:9
  |
2 | stack: d�mo
  |         ^
  |
  = help: save the file as UTF-8

1 problem
"#);
}

#[test]
fn a_file_that_is_missing_is_told_from_one_that_is_wrong() {
    let error = spec::load(Path::new("tests/none.yaml"), &Variables::none()).unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }));
    assert_eq!(error.to_string(), "reading the spec tests/none.yaml");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_taken() {
    let text = "\u{feff}version: 1\r\nstack: demo\r\nproject: demo-project\r\nregion: europe-west1\r\n";
    assert_eq!(refused(text.as_bytes()), "accepted");
}

#[test]
fn hostile_files_are_refused_without_work_out_of_proportion() {
    // Expanded, the bomb would be ten thousand million values; were anything expanded, this test would not end.
    let bomb = (1..10).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let wide = format!("{{{}}}", (0..6_000).map(|key| format!("k{key}: ~")).collect::<Vec<_>>().join(", "));
    let long = format!("stack: \"{}\"", "ü".repeat(50_000));
    let deep = "[".repeat(100_000);
    let aliases = "- *a\n".repeat(20_000);
    let variables = format!("apis: [{}]", "\"${nothing}\", ".repeat(6_000));
    let members = format!("iam: [{{role: x, members: [{}]}}]", "x, ".repeat(30_000));
    for (name, text) in [
        ("bomb", bomb),
        ("wide", wide),
        ("long", long),
        ("deep", deep),
        ("aliases", aliases),
        ("variables", variables),
        ("members", members),
    ] {
        let problems = refused(text.as_bytes());
        assert!(problems.contains("problem"), "{name}");
    }
}

#[test]
fn every_example_and_every_ready_made_spec_is_taken() {
    let root = Path::new("../..");
    let mut taken = 0;
    for folder in ["examples", "specs"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path().join("gemmactl.yaml");
            if path.exists() {
                let values = ["project=demo-project".to_owned()];
                let loaded = spec::load(&path, &Variables::gather(&[], &values));
                assert!(
                    loaded.is_ok(),
                    "{}",
                    loaded.err().map(|error| error.to_string()).unwrap_or_default()
                );
                taken += 1;
            }
        }
    }
    assert!(taken > 0);
}
