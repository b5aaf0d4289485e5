//! Whose each field of an API's object is: a setting of the spec, the server's, or nobody's here.
//!
//! One table for each kind. `docs/fields.md` is made from them, a test holds them against the published descriptions of
//! the APIs, and a plan tells by them what it ignored on a live object. Knows no single setting's meaning.

mod account;
mod api;
mod bucket;
mod grant;
mod image;
mod repository;
mod service;
mod tree;
mod visit;

pub use visit::visit_ignored;

use model::Json;

pub(crate) use account::ACCOUNT;
pub(crate) use api::API;
pub(crate) use bucket::BUCKET;
pub(crate) use grant::{INVOKER, ROLE};
pub(crate) use image::IMAGE;
pub(crate) use repository::REPOSITORY;
pub(crate) use service::SERVICE;

/// Whose a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A setting: its key in an item of the spec, `*` for any name.
    Managed(&'static str),
    /// Set by gemmactl itself, or by what the item is: what it says.
    Fixed(&'static str),
    /// Only the server writes it.
    Server(Origin),
    /// The spec has no word for it, and what the server does then is known, as JSON text.
    Defaulted(&'static str),
    /// The spec has no word for it: left alone, and written back.
    NotSupported,
}

/// Where a value comes from that only the server writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An id, or what follows from name and place.
    Identity,
    /// A time.
    Time,
    /// A counter or etag.
    Version,
    /// Who wrote last, and with which client.
    Author,
    /// What the server reports.
    Status,
    /// Another field once more.
    Mirror,
}

impl Origin {
    /// Why its values are no difference, in a few words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Identity => "given by the server",
            Self::Time => "a time of the server",
            Self::Version => "changes with every write",
            Self::Author => "who wrote last, and with what",
            Self::Status => "what the server reports",
            Self::Mirror => "repeats another field",
        }
    }
}

/// A field of an API's object, or everything below a path.
///
/// Paths are written as `template.containers[].image`: `[]` stands for any element of a list, `*` for any key of a map,
/// and `labels[gemmactl-stack]` for a certain key. The longest path that leads to a field decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiField {
    /// The path.
    pub path: &'static str,
    /// Whose it is.
    pub standing: Standing,
}

impl ApiField {
    /// The steps of its path: `a.b[].c[x.y/z]` is `a`, `b`, `[]`, `c`, `x.y/z`.
    pub fn steps(&self) -> impl Iterator<Item = &'static str> {
        tree::steps(self.path)
    }
}

/// What an object is to its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A live resource is read from the whole of it.
    Whole,
    /// A live resource is a part of it, like a grant of a policy; the other parts are no business of it.
    Part,
    /// It is only sent.
    Sent,
}

/// The elements of a list of which only one is this stack's to set.
#[derive(Debug, Clone, Copy)]
pub struct OneOf {
    /// The path of the list.
    pub list: &'static str,
    /// Which element, in an object that was found.
    pub index: fn(&Json) -> usize,
}

/// An object of an API.
#[derive(Debug, Clone, Copy)]
pub struct ApiObject {
    /// The API and its version, as its discovery document names them: `run.v2`.
    pub api: &'static str,
    /// The schema there.
    pub schema: &'static str,
    /// What it is to its kind.
    pub reading: Reading,
    /// A list of which one element counts.
    pub one_of: Option<OneOf>,
    /// Whose its fields are.
    pub fields: &'static [ApiField],
}

const fn field(path: &'static str, standing: Standing) -> ApiField {
    ApiField { path, standing }
}

/// A setting of the spec.
const fn managed(path: &'static str, key: &'static str) -> ApiField {
    field(path, Standing::Managed(key))
}

/// What gemmactl always says.
const fn fixed(path: &'static str, what: &'static str) -> ApiField {
    field(path, Standing::Fixed(what))
}

/// The server's.
const fn server(path: &'static str, origin: Origin) -> ApiField {
    field(path, Standing::Server(origin))
}

/// Known to be this unless somebody says otherwise.
const fn defaulted(path: &'static str, default: &'static str) -> ApiField {
    field(path, Standing::Defaulted(default))
}

/// Left alone.
const fn left(path: &'static str) -> ApiField {
    field(path, Standing::NotSupported)
}
