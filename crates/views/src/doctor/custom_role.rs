//! A custom role of exactly what a spec needs, as `gcloud iam roles create --file` takes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Subject;
use crate::escape::{escape, shell_word};
use crate::finding::check::Check;

/// The definition of a role with all permissions that the checks speak of, in YAML, and in comments after it how it is made and granted;
/// none where the checks speak of no permission. Ends with a line break.
pub fn render(id: &str, subject: &Subject<'_>, checks: &[Check]) -> Option<String> {
    let rows = checks.iter().flat_map(|check| &check.permissions);
    let permissions: BTreeSet<&str> = rows.map(|row| row.permission).collect();
    if permissions.is_empty() {
        return None;
    }
    let stack = subject.stack;
    let project = shell_word(subject.project);
    let role = shell_word(&format!("--role=projects/{}/roles/{id}", subject.project));
    let mut lines = vec![
        format!("title: gemmactl {stack}"),
        format!("description: What plan, apply and destroy of the stack {stack} need"),
        "stage: GA".to_owned(),
        "includedPermissions:".to_owned(),
    ];
    lines.extend(permissions.iter().map(|permission| format!("- {permission}")));
    lines.extend([
        "# Save this as role.yaml, make the role, and grant it to whoever applies:".to_owned(),
        format!("#   gcloud iam roles create {} --project={project} --file=role.yaml", shell_word(id)),
        format!("#   gcloud projects add-iam-policy-binding {project} --member=user:EMAIL {role}"),
    ]);
    Some(lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", escape(line));
        text
    }))
}
