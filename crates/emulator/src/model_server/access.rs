//! The front end of Cloud Run: who may call a service, and the pages for those who may not.

use axum::http::StatusCode;

use crate::call::{Answer, Call, Context};
use crate::control::tokens;
use crate::policy::Policy;
use crate::run::Service;
use crate::world::Project;

/// Roles with `run.routes.invoke`.
const INVOKING: [&str; 5] = [
    "roles/run.invoker",
    "roles/run.servicesInvoker",
    "roles/run.admin",
    "roles/run.developer",
    "roles/owner",
];

/// Whether a call may reach the service: a valid identity token for one of its addresses, of an allowed member.
pub(super) fn may_call(project: &Project, service: &Service, call: &Call, context: &Context) -> bool {
    let unguarded = service.wanted.get("invokerIamDisabled") == Some(&serde_json::Value::Bool(true));
    if unguarded || allows(&service.policy, "allUsers") {
        return true;
    }
    let Some(claims) = bearer(call).and_then(|token| tokens::check(token, context.now)) else {
        return false;
    };
    let audience = claims.audience.trim_end_matches('/');
    let custom = service.wanted.get("customAudiences").and_then(serde_json::Value::as_array);
    let for_us = super::addresses(service, project).iter().any(|address| address == audience)
        || custom.into_iter().flatten().any(|known| known.as_str() == Some(claims.audience.as_str()));
    if !for_us {
        return false;
    }
    let mut members = vec![tokens::member(&claims.email), "allAuthenticatedUsers".to_owned()];
    if let Some((_, domain)) = claims.email.split_once('@') {
        members.push(format!("domain:{domain}"));
    }
    let disabled = project.iam.accounts.get(&claims.email).is_some_and(|account| account.disabled);
    !disabled
        && members.iter().any(|member| allows(&service.policy, member) || allows(&project.policy, member))
}

/// Conditional bindings do not count: what holds in a condition cannot be told here.
fn allows(policy: &Policy, member: &str) -> bool {
    INVOKING.iter().any(|role| policy.holds(role, member))
}

fn bearer(call: &Call) -> Option<&str> {
    let value = call.header("x-serverless-authorization").or_else(|| call.header("authorization"))?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Any refusal of the front end.
pub(super) fn refusal(status: u16, path: &str) -> Answer {
    match status {
        401 => unauthorized(path),
        403 => forbidden(path),
        404 => not_found(),
        429 => no_instance(),
        503 => unavailable(),
        other => {
            let reason = StatusCode::from_u16(other).ok().and_then(|status| status.canonical_reason());
            let reason = reason.unwrap_or("Error");
            page(
                other,
                &format!("{other} {reason}"),
                &format!("Error: {reason}"),
                "The server could not complete your request.",
            )
        }
    }
}

/// 401 for a token that has expired or is none, in the form of the 403.
fn unauthorized(path: &str) -> Answer {
    let path = escaped(path);
    page(
        401,
        "401 Unauthorized",
        "Error: Unauthorized",
        &format!("Your client does not have permission to the requested URL <code>{path}</code>."),
    )
}

/// 403, in the page that Google's front end shows.
pub(super) fn forbidden(path: &str) -> Answer {
    let path = escaped(path);
    page(
        403,
        "403 Forbidden",
        "Error: Forbidden",
        &format!("Your client does not have permission to get URL <code>{path}</code> from this server."),
    )
}

fn escaped(path: &str) -> String {
    path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// 404 for an address without a service, or one that is not open to the outside.
pub(super) fn not_found() -> Answer {
    page(
        404,
        "404 Page not found",
        "Error: Page not found",
        "The requested URL was not found on this server.",
    )
}

/// 429 for a request that no instance has room for.
pub(super) fn no_instance() -> Answer {
    Answer::bytes("text/html", "Rate exceeded.".into()).with_status(429)
}

/// 503 for a service that never became ready.
pub(super) fn unavailable() -> Answer {
    page(
        503,
        "503 Service Unavailable",
        "Error: Server Error",
        "The service you requested is not available yet.",
    )
}

fn page(status: u16, title: &str, heading: &str, text: &str) -> Answer {
    let html = format!(
        "\n<html><head>\n<meta http-equiv=\"content-type\" content=\"text/html;charset=utf-8\">\n<title>{title}</title>\n\
         </head>\n<body text=#000000 bgcolor=#ffffff>\n<h1>{heading}</h1>\n<h2>{text}</h2>\n<h2></h2>\n</body></html>\n"
    );
    Answer::bytes("text/html; charset=UTF-8", html.into()).with_status(status)
}
