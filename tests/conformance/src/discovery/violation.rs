//! What a check finds. Knows no API.

use std::fmt;

/// A disagreement with Google's documents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The method's id; the HTTP method and path where there is none.
    pub method: String,
    /// Where in the call, such as `request.template.containers[0].image` or `query.updateMask`.
    pub at: String,
    /// The fact that it disagrees with, such as `run.v2 GoogleCloudRunV2Service.etag`: what an exception names.
    pub fact: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// No method has this path.
    UnknownMethod,
    /// The method has no such query parameter.
    UnknownParameter,
    /// A query parameter that must be there is not.
    MissingParameter,
    /// A query parameter that may be there once is there again.
    RepeatedParameter,
    /// The object has no such field.
    UnknownField,
    /// The value is not of the field's type; what is expected, and what it is.
    WrongType(String, String),
    /// The value is none of the enum's.
    UnknownValue(String),
    /// Only the server sets this field.
    OutputOnly,
    /// A body where none belongs, or none where one belongs.
    WrongBody(&'static str),
    /// An object names a type that the API does not have.
    UnknownType(String),
    /// The status does not belong to the HTTP code.
    WrongStatus(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMethod => formatter.write_str("no document has this method and path"),
            Self::UnknownParameter => formatter.write_str("the method has no such parameter"),
            Self::MissingParameter => formatter.write_str("the parameter is required"),
            Self::RepeatedParameter => formatter.write_str("the parameter may be sent once"),
            Self::UnknownField => formatter.write_str("the object has no such field"),
            Self::WrongType(expected, found) => write!(formatter, "{expected} is expected, found {found}"),
            Self::UnknownValue(value) => write!(formatter, "`{value}` is no value of the enum"),
            Self::OutputOnly => formatter.write_str("only the server sets this field"),
            Self::WrongBody(text) => formatter.write_str(text),
            Self::UnknownType(name) => write!(formatter, "the API has no type {name}"),
            Self::WrongStatus(text) => {
                write!(formatter, "the error's status or code does not belong to {text}")
            }
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {} ({})", self.method, self.at, self.problem, self.fact)
    }
}
