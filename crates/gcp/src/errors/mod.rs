//! Google's error bodies turned into errors that say what, where and what next. Pure: sends nothing.

mod explain;
mod failure;
mod permissions;
mod problem;
mod quota;
mod text;

pub(crate) use explain::{Context, explain, explain_ended, waited_in_vain};
pub(crate) use failure::{Cause, Failure, Fate};
pub(crate) use permissions::{needed, permission_of, role_for};
pub(crate) use problem::{Problem, Reason, Speaker};
pub(crate) use quota::advice as quota_advice;
pub(crate) use text::tidy;
