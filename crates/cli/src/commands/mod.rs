//! The commands, one file each.

pub(crate) mod apply;
pub(crate) mod bench;
pub(crate) mod comment;
pub(crate) mod completions;
pub(crate) mod destroy;
pub(crate) mod doctor;
pub(crate) mod emulator;
pub(crate) mod export;
pub(crate) mod graph;
pub(crate) mod image;
pub(crate) mod init;
pub(crate) mod logs;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod prompt;
pub(crate) mod proxy;
pub(crate) mod quota;
pub(crate) mod record;
pub(crate) mod rollback;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod snapshot;
pub(crate) mod status;
pub(crate) mod validate;
