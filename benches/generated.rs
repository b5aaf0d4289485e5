//! Generated specs of any size.

use std::fmt::Write;

const HEAD: &str = "version: 1\nstack: large\nproject: demo-project\nregion: europe-west1\n";
const APIS: [&str; 5] = ["artifactregistry", "cloudbuild", "iam", "run", "storage"];

fn apis(text: &mut String) {
    let _ = writeln!(text, "apis: [{}]", APIS.map(|name| format!("{name}.googleapis.com")).join(", "));
}

/// `count` resources: the APIs, and role members for the rest.
pub(crate) fn members(count: usize) -> String {
    let mut text = HEAD.to_owned();
    apis(&mut text);
    text.push_str("iam:\n");
    roles(&mut text, count - APIS.len());
    text
}

fn roles(text: &mut String, members: usize) {
    for first in (0..members).step_by(100) {
        let _ = writeln!(text, "  - role: roles/example.role{}\n    members:", first / 100);
        for member in first..members.min(first + 100) {
            let _ = writeln!(text, "      - user:person-{member}@example.com");
        }
    }
}

/// `count` resources of every kind that needs no build: APIs, 40 accounts, 40 repositories, 60 services, `callers` of
/// them with an invoker, whose policy is a read of its own, and role members for the rest.
pub(crate) fn mixed(count: usize, callers: usize) -> String {
    let mut text = HEAD.to_owned();
    apis(&mut text);
    text.push_str("serviceAccounts:\n");
    for index in 0..40 {
        let _ = writeln!(text, "  account-{index}: {{ displayName: Account {index} }}");
    }
    text.push_str("repositories:\n");
    for index in 0..40 {
        let _ = writeln!(text, "  repository-{index}: {{ format: docker }}");
    }
    text.push_str("services:\n");
    for index in 0..60 {
        let invokers = match index {
            caller if caller < callers => format!(", invokers: [\"user:caller-{caller}@example.com\"]"),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "  service-{index}: {{ image: us-docker.pkg.dev/cloudrun/container/hello{invokers} }}"
        );
    }
    text.push_str("iam:\n");
    roles(&mut text, count - APIS.len() - 40 - 40 - 60 - callers);
    text
}
