//! `docs/fields.md`: whose every field of every API object is. Made from the kinds' tables and from the facts of the
//! discovery documents, so that a field nobody has placed is found, and a place for a field that is gone, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use conformance::table::{self, Access, Kind};
use model::fields::rule_for;
use model::{FieldRule, Unset};
use resources::{ApiField, ApiObject, KINDS, Reading, Standing};

use crate::repository;

#[test]
fn the_reference_of_the_fields_is_in_step_with_tables_and_discovery() {
    let path = repository().join("docs/fields.md");
    let generated = document();
    if fs::read_to_string(&path).unwrap_or_default() != generated {
        if std::env::var_os("GEMMACTL_UPDATE").is_some() {
            fs::write(&path, generated).unwrap();
        } else {
            panic!(
                "docs/fields.md is out of step; run: GEMMACTL_UPDATE=1 cargo test -p gemmactl --test tidy"
            );
        }
    }
}

#[test]
fn every_field_of_every_object_has_its_place_and_no_place_is_without_a_field() {
    let mut placed = 0;
    for kind in KINDS {
        for object in kind.objects {
            let placement = placement(object, object.fields);
            assert_eq!(placement.problems, Vec::<String>::new(), "{}", kind.name.0);
            placed += placement.leaves;
        }
    }
    conformance::evidence::add("API fields placed in docs/fields.md", placed);
}

#[test]
fn a_field_without_a_place_and_a_place_without_a_field_are_found() {
    let object = KINDS.iter().flat_map(|kind| kind.objects).next().unwrap();
    let without: Vec<ApiField> =
        object.fields.iter().copied().filter(|field| field.path != "parent").collect();
    assert_eq!(placement(object, &without).problems, ["parent has no place"]);
    let stale = ApiField { path: "noSuchField", standing: Standing::NotSupported };
    let with: Vec<ApiField> = object.fields.iter().copied().chain([stale]).collect();
    assert_eq!(placement(object, &with).problems, ["noSuchField is no field"]);
    let wrong = ApiField { path: "uid", standing: Standing::NotSupported };
    let service = KINDS.iter().find(|kind| kind.name.0 == "service").unwrap().objects[0];
    let with: Vec<ApiField> =
        service.fields.iter().copied().filter(|field| field.path != "uid").chain([wrong]).collect();
    assert_eq!(placement(&service, &with).problems, ["uid is set by the server alone, and not placed so"]);
}

/// What the settings of a kind are called, and what the tables say of them, must be the same.
#[test]
fn every_setting_has_a_rule_and_every_rule_has_a_field() {
    for kind in KINDS.iter().filter(|kind| !kind.rules.is_empty()) {
        let read = kind.objects.iter().filter(|object| object.reading != Reading::Sent);
        let keys: Vec<&str> = read
            .flat_map(|object| object.fields)
            .filter_map(|field| match field.standing {
                Standing::Managed(key) => Some(key),
                Standing::Fixed(_)
                | Standing::Server(_)
                | Standing::Defaulted(_)
                | Standing::NotSupported => None,
            })
            .collect();
        for key in &keys {
            assert!(rule_for(kind.rules, key).is_some(), "{}: {key} has no rule", kind.name.0);
        }
        // What goes into an image is no field of its tag: the tag is a digest of it.
        let inputs = ["context.*", "dockerfile", "args.*"];
        for rule in kind.rules.iter().filter(|rule| !inputs.contains(&rule.path)) {
            let is_met = keys.iter().any(|key| rule_for(kind.rules, key) == Some(rule));
            assert!(is_met, "{}: no field is {}", kind.name.0, rule.path);
        }
    }
}

/// Whose the fields of an object are, field by field.
struct Placement {
    /// Path, how many fields are below it, and whose they are.
    rows: Vec<(String, usize, Standing)>,
    /// Fields that hold values.
    leaves: usize,
    problems: Vec<String>,
}

/// The table of an object as a tree.
#[derive(Default)]
struct Place<'table> {
    path: &'table str,
    standing: Option<Standing>,
    children: BTreeMap<&'static str, Place<'table>>,
    is_met: bool,
}

fn placement(object: &ApiObject, fields: &[ApiField]) -> Placement {
    let mut root = Place::default();
    for field in fields {
        let place = field.steps().fold(&mut root, |place, step| place.children.entry(step).or_default());
        assert!(place.standing.is_none(), "{} stands twice", field.path);
        (place.path, place.standing) = (field.path, Some(field.standing));
    }
    let mut walk = Walk {
        api: table::apis().iter().find(|api| api.name == object.api).expect("the API has a table"),
        placement: Placement { rows: Vec::new(), leaves: 0, problems: Vec::new() },
    };
    walk.object(object.schema, "", &mut root, None);
    let mut placement = walk.placement;
    unmet(&root, &mut placement.problems);
    placement
}

fn unmet(place: &Place<'_>, problems: &mut Vec<String>) {
    if place.standing.is_some() && !place.is_met {
        problems.push(format!("{} is no field", place.path));
    }
    for child in place.children.values() {
        unmet(child, problems);
    }
}

struct Walk {
    api: &'static table::Api,
    placement: Placement,
}

impl Walk {
    fn object(
        &mut self,
        schema: &str,
        path: &str,
        place: &mut Place<'_>,
        inherited: Option<(Standing, Access)>,
    ) {
        for (name, field) in &self.api.schemas[schema].fields {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let access = inherited.map_or(field.access, |(_, above)| match above {
                Access::Output => Access::Output,
                Access::Input => field.access,
            });
            let standing = inherited.map(|(standing, _)| standing);
            let mut nothing = Place::default();
            let place = place.children.get_mut(name.as_str()).unwrap_or(&mut nothing);
            self.value(&field.kind, &path, place, standing, access);
        }
    }

    fn value(
        &mut self,
        kind: &Kind,
        path: &str,
        place: &mut Place<'_>,
        inherited: Option<Standing>,
        access: Access,
    ) {
        place.is_met = true;
        let standing = place.standing.or(inherited);
        if let (Some(standing), true) = (standing, place.children.is_empty()) {
            let leaves = self.leaves(kind, &mut Vec::new());
            return self.row(path, leaves, standing, access);
        }
        let mut below = |walk: &mut Self, kind: &Kind, step: &'static str, path: String| {
            let mut nothing = Place::default();
            let child = place.children.get_mut(step).unwrap_or(&mut nothing);
            walk.value(kind, &path, child, standing, access);
        };
        match kind {
            Kind::List(kind) => below(self, kind, "[]", format!("{path}[]")),
            Kind::Map(kind) => {
                let named: Vec<&'static str> =
                    place.children.keys().copied().filter(|key| *key != "*").collect();
                let mut below = |walk: &mut Self, step: &'static str, path: String| {
                    let mut nothing = Place::default();
                    let child = place.children.get_mut(step).unwrap_or(&mut nothing);
                    walk.value(kind, &path, child, standing, access);
                };
                for key in named {
                    below(self, key, format!("{path}[{key}]"));
                }
                below(self, "*", format!("{path}.*"));
            }
            Kind::Object(schema) if !self.api.schemas[schema].fields.is_empty() => {
                let above = standing.map(|standing| (standing, access));
                self.object(schema, path, place, above);
            }
            Kind::Object(_)
            | Kind::Any
            | Kind::Boolean
            | Kind::Integer(_)
            | Kind::Number
            | Kind::Text(_)
            | Kind::Enum(_) => match standing {
                Some(standing) => self.row(path, 1, standing, access),
                None => self.placement.problems.push(format!("{path} has no place")),
            },
        }
    }

    fn row(&mut self, path: &str, leaves: usize, standing: Standing, access: Access) {
        let is_the_servers = matches!(standing, Standing::Server(_) | Standing::Fixed(_));
        if access == Access::Output && !is_the_servers {
            self.placement.problems.push(format!("{path} is set by the server alone, and not placed so"));
        }
        self.placement.leaves += leaves;
        self.placement.rows.push((path.to_owned(), leaves, standing));
    }

    /// How many fields with values are in a value of this type; what holds itself is counted once.
    fn leaves(&self, kind: &Kind, inside: &mut Vec<String>) -> usize {
        match kind {
            Kind::List(kind) | Kind::Map(kind) => self.leaves(kind, inside),
            Kind::Object(schema) if !inside.contains(schema) => {
                inside.push(schema.clone());
                let fields = self.api.schemas[schema].fields.values();
                let leaves = fields.map(|field| self.leaves(&field.kind, inside)).sum::<usize>();
                inside.pop();
                leaves.max(1)
            }
            Kind::Object(_)
            | Kind::Any
            | Kind::Boolean
            | Kind::Integer(_)
            | Kind::Number
            | Kind::Text(_)
            | Kind::Enum(_) => 1,
        }
    }
}

const HEAD: &str = "\
<!-- Made by the tests from the kinds' tables; not edited by hand. -->
# Fields

Whose every field of the API objects behind a spec is. `plan --show-ignored` lists what was found on live objects and is no difference, by these rules:

| word | meaning |
|---|---|
| managed | A setting of the spec, by its key. It is compared when the spec sets it. \"default\" is what a silent spec means: any other value is drift, and shown. \"nothing\": so is any value. \"server's choice\": no value is a difference. \"foreign\": what others set stays. |
| fixed | gemmactl sets it, or it follows from what the item is. |
| server-managed | Only the server writes it. Never compared, never sent, except an etag. |
| default known | The spec has no word for it, and the server is known to fill it in. |
| not supported | The spec has no word for it. Left alone; where an API takes only whole objects, written back as it was found. |

A field that stands for others says how many. A field that the API gets later is left alone until it has its line here; a test compares the tables with Google's
discovery documents ([conformance](conformance.md)).
";

fn document() -> String {
    let mut text = HEAD.to_owned();
    for kind in KINDS {
        for object in kind.objects {
            let _ = write!(text, "\n## {}: `{}` `{}`\n\n", kind.name.0, object.api, object.schema);
            let _ = writeln!(text, "{}\n", of(object.reading));
            text.push_str("| field | whose |\n|---|---|\n");
            for (path, leaves, standing) in placement(object, object.fields).rows {
                let more = if leaves > 1 { format!(" ({leaves} fields)") } else { String::new() };
                let _ =
                    writeln!(text, "| `{path}`{more} | {} |", whose(standing, kind.rules, object.reading));
            }
        }
    }
    text
}

fn of(reading: Reading) -> &'static str {
    match reading {
        Reading::Whole => "Read and compared.",
        Reading::Part => {
            "A grant is one role, member and condition of it. Everything else in it survives every write."
        }
        Reading::Sent => "Sent, and never read for a comparison: a build ends.",
    }
}

fn whose(standing: Standing, rules: &[FieldRule], reading: Reading) -> String {
    match standing {
        Standing::Managed(key) => {
            let silent = match (reading, rule_for(rules, key).map(|rule| rule.unset)) {
                (Reading::Sent, _) | (Reading::Whole | Reading::Part, None) => String::new(),
                (Reading::Whole | Reading::Part, Some(Unset::Default(text))) => format!(", default `{text}`"),
                (Reading::Whole | Reading::Part, Some(Unset::Absent)) => ", default nothing".to_owned(),
                (Reading::Whole | Reading::Part, Some(Unset::Ignored)) => ", server's choice".to_owned(),
                (Reading::Whole | Reading::Part, Some(Unset::Foreign)) => ", foreign".to_owned(),
            };
            format!("managed: `{key}`{silent}")
        }
        Standing::Fixed(what) => format!("fixed: {what}"),
        Standing::Server(origin) => format!("server-managed: {}", origin.reason()),
        Standing::Defaulted(text) => format!("default known: `{text}`"),
        Standing::NotSupported => "not supported".to_owned(),
    }
}
