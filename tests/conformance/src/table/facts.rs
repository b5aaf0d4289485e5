//! What a table says, once it is read. Knows no exchange.

use std::collections::BTreeMap;

/// An API in one version, such as `run.v2`.
#[derive(Debug)]
pub struct Api {
    /// Its document's name.
    pub name: String,
    /// Its global host, such as `run.googleapis.com`.
    pub host: String,
    /// Query parameters that every method has.
    pub common: BTreeMap<String, Parameter>,
    /// Its methods.
    pub methods: Vec<Method>,
    /// Its schemas by name.
    pub schemas: BTreeMap<String, Schema>,
}

/// A method.
#[derive(Debug)]
pub struct Method {
    /// Such as `run.projects.locations.services.get`.
    pub id: String,
    /// HTTP method.
    pub verb: String,
    /// Its path.
    pub path: Template,
    /// Paths of its uploads: in one piece, and in several.
    pub uploads: Vec<Template>,
    /// Whether `alt=media` answers with content.
    pub downloads: Downloads,
    /// Schema of the request's body.
    pub takes: Option<String>,
    /// Schema of the answer.
    pub gives: Option<String>,
    /// Its own query parameters.
    pub parameters: BTreeMap<String, Parameter>,
}

/// Whether a method can answer with content in place of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downloads {
    /// It can, by `alt=media`.
    Content,
    /// It cannot.
    Nothing,
}

/// A query parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its type.
    pub kind: Kind,
    /// Whether it must be sent, and may be sent more than once.
    pub marks: Vec<String>,
}

impl Parameter {
    /// Whether it must be there.
    pub fn is_required(&self) -> bool {
        self.marks.iter().any(|mark| mark == "required")
    }

    /// Whether it may be there several times.
    pub fn is_repeated(&self) -> bool {
        self.marks.iter().any(|mark| mark == "repeated")
    }
}

/// The fields of an object.
#[derive(Debug, Default)]
pub struct Schema {
    /// By name.
    pub fields: BTreeMap<String, Field>,
    /// The type of fields that are not named.
    pub others: Option<Kind>,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its type.
    pub kind: Kind,
    /// Who sets it.
    pub access: Access,
}

/// Who sets a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The caller may.
    Input,
    /// The server alone.
    Output,
}

/// A type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Anything, or an object that names its own type.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A number without fraction.
    Integer(String),
    /// A number.
    Number,
    /// Text, of a format such as `int64` or `google-duration`; empty where there is none.
    Text(String),
    /// One of these.
    Enum(Vec<String>),
    /// Several of one type.
    List(Box<Kind>),
    /// Values by names of the caller's choice.
    Map(Box<Kind>),
    /// An object of this schema.
    Object(String),
}

/// A path with places to fill, and the verb after its last colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Such as `getIamPolicy`.
    pub verb: Option<String>,
}

/// A segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// This text.
    Fixed(String),
    /// Any one segment.
    One,
    /// One or more segments.
    Some,
}

impl Template {
    /// Whether a path of these segments, less its verb, is of this form.
    pub fn fits(&self, path: &[&str], verb: Option<&str>) -> bool {
        self.verb.as_deref() == verb && fits(&self.segments, path)
    }
}

fn fits(segments: &[Segment], path: &[&str]) -> bool {
    match (segments.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((segment, segments)), Some((part, path))) => match segment {
            Segment::Fixed(text) => text == part && fits(segments, path),
            Segment::One => !part.is_empty() && fits(segments, path),
            Segment::Some => {
                !part.is_empty()
                    && (0..=path.len())
                        .any(|skipped| path.get(skipped..).is_some_and(|rest| fits(segments, rest)))
            }
        },
        (None, Some(_)) | (Some(_), None) => false,
    }
}
