//! Who may be in a policy: roles and members that a setIamPolicy is refused for.

use super::{Anonymous, Binding, Policy};
use crate::error::ApiError;
use crate::world::Project;

/// 400 for a role or a member that cannot be granted or hold it.
pub(super) fn check(
    bindings: &[Binding],
    before: &Policy,
    project: &Project,
    anonymous: Anonymous,
) -> Result<(), ApiError> {
    for binding in bindings {
        let role_like =
            ["roles/", "projects/", "organizations/"].iter().any(|prefix| binding.role.starts_with(prefix));
        if !role_like {
            return Err(ApiError::invalid(format!(
                "Role {} is not supported for this resource.",
                binding.role
            )));
        }
        for member in &binding.members {
            if member.starts_with("deleted:") {
                before.require_deleted(&binding.role, member)?;
            } else {
                check_member(member, project, anonymous)?;
            }
        }
    }
    Ok(())
}

fn check_member(member: &str, project: &Project, anonymous: Anonymous) -> Result<(), ApiError> {
    if matches!(member, "allUsers" | "allAuthenticatedUsers") {
        return match anonymous {
            Anonymous::Taken => Ok(()),
            Anonymous::Refused => Err(ApiError::invalid(format!(
                "Policy members must be of the form \"<type>:<value>\"; {member} is not allowed on a project."
            ))
            .with_reason("badRequest")),
        };
    }
    let kinds = [
        "user:",
        "group:",
        "domain:",
        "serviceAccount:",
        "principal:",
        "principalSet:",
        "projectOwner:",
        "projectEditor:",
        "projectViewer:",
    ];
    if !kinds.iter().any(|kind| member.len() > kind.len() && member.starts_with(kind)) {
        return Err(ApiError::invalid(format!("Invalid argument: '{member}' is not a valid policy member.")));
    }
    if let Some(email) = member.strip_prefix("serviceAccount:")
        && !project.knows_account(email)
    {
        return Err(ApiError::invalid(format!("Service account {email} does not exist.")));
    }
    Ok(())
}
