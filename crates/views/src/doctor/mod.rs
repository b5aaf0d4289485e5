//! The checks of `doctor` in their three forms: for a terminal, for machines, and as a report for a bug; and a role of the permissions
//! that they look for.

pub mod custom_role;
pub mod report;
pub mod text;

use serde_json::{Value, json};

use crate::finding::check::{Check, Next, PermissionRow};

/// What was examined.
pub struct Subject<'run> {
    /// The stack.
    pub stack: &'run str,
    /// Its project.
    pub project: &'run str,
    /// Its region.
    pub region: &'run str,
    /// Who was asked.
    pub asked: Asked,
}

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The cloud, or what stands for it.
    Cloud,
    /// This machine alone.
    Nobody,
}

/// For machines. Version 1, converted by hand: `stack`, `project`, `region`, `live`, and `checks` in order, each with
/// `id`, `level` (`ok`, `unknown`, `warning`, `failed`), `seen` (sentences), `next` (objects with `say`, `open`, a page, or `run`, a command
/// by its words) and, of `permissions`, `permissions`: `permission`, `role`, `standing` (`on project`, `on resource`, `with this
/// plan`, `missing`, `unknown`), `needed` (objects with `to`, that is `plan`, `apply` or `destroy`, and `of`).
pub fn json(subject: &Subject<'_>, checks: &[Check]) -> Value {
    json!({
        "version": 1,
        "stack": subject.stack,
        "project": subject.project,
        "region": subject.region,
        "live": subject.asked == Asked::Cloud,
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn check(check: &Check) -> Value {
    let next = |next: &Next| match next {
        Next::Say(text) => json!({ "say": text }),
        Next::Open(url) => json!({ "open": url }),
        Next::Run(words) => json!({ "run": words }),
    };
    let mut json = json!({
        "id": check.id.name(),
        "level": check.level.word(),
        "seen": check.seen,
        "next": check.next.iter().map(next).collect::<Vec<_>>(),
    });
    if let (Value::Object(json), [_, ..]) = (&mut json, check.permissions.as_slice()) {
        json.insert("permissions".to_owned(), check.permissions.iter().map(permission).collect());
    }
    json
}

fn permission(row: &PermissionRow) -> Value {
    let needed = row.needed.iter().map(|(moment, of)| json!({ "to": moment.word(), "of": of }));
    json!({
        "permission": row.permission,
        "role": row.role,
        "standing": row.standing.word(),
        "needed": needed.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
