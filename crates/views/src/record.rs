//! The ownership record for people: the stacks of a project, and what one stack made. Knows no store.

use model::{Entry, Inventory, Lease, Origin, Prior, StackName, State, Versioned};
use serde_json::Value;

use super::Style;
use super::line::{Ink, Line, Page};

/// The record as it is stored.
pub fn json(inventory: &Inventory) -> Value {
    // A record is made of texts, numbers and maps with text keys, which always have a JSON form.
    serde_json::to_value(inventory).unwrap_or_default()
}

/// The stacks of a project, one a line.
pub fn stacks(record: &Versioned, location: &str, style: &Style) -> String {
    let mut page = Page::new(*style);
    let inventory = &record.inventory;
    if record.generation == 0 {
        page.line(&Line::default().with(&format!("There is no record yet ({location})."), Ink::Plain));
        return page.finish();
    }
    page.line(&Line::default().with(
        &format!("Record of project {}: {location}, generation {}", inventory.project, record.generation),
        Ink::Strong,
    ));
    let widest = inventory.stacks.keys().map(|stack| stack.as_str().len()).max().unwrap_or_default();
    for (stack, kept) in &inventory.stacks {
        let count = |state| kept.entries.values().filter(|entry| entry.state == state).count();
        let others = [(count(State::Intent), "begun"), (count(State::Removing), "going")];
        let mut said = vec![format!("{} there", count(State::Present))];
        said.extend(
            others.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")),
        );
        let line = Line::indented(2).with(stack.as_str(), Ink::Strong).pad_to(widest + 4);
        page.line(&held(line.with(&said.join(", "), Ink::Plain), kept.lease.as_ref()));
    }
    if let Some(lease) = &inventory.shared_lease {
        page.line(&held(Line::indented(2).with("APIs and role members", Ink::Plain), Some(lease)));
    }
    page.finish()
}

/// What one stack made, one a line, and who else holds what is shared.
pub fn entries(inventory: &Inventory, stack: &StackName, style: &Style) -> String {
    let mut page = Page::new(*style);
    let Some(kept) = inventory.stacks.get(stack) else {
        page.line(&Line::default().with(&format!("The record knows no stack {stack}."), Ink::Plain));
        return page.finish();
    };
    page.line(&held(Line::default().with(&format!("Stack {stack}"), Ink::Strong), kept.lease.as_ref()));
    let widest =
        kept.entries.keys().map(|id| id.to_string().chars().count()).max().unwrap_or_default().min(60);
    for (id, entry) in &kept.entries {
        let others = inventory.shared.get(&entry.full_name).into_iter().flat_map(|key| &key.holders);
        let others: Vec<&str> = others.filter(|holder| *holder != stack).map(StackName::as_str).collect();
        let mut line = Line::indented(2).with(&id.to_string(), Ink::Plain).pad_to(widest + 2);
        line.push(&format!("  {}", said(entry)), Ink::Faint);
        if !others.is_empty() {
            line.push(&format!(", also held by {}", others.join(", ")), Ink::Plain);
        }
        page.line(&line);
    }
    page.finish()
}

fn held(line: Line, lease: Option<&Lease>) -> Line {
    match lease {
        Some(lease) => line.with(&format!("  held: {}", lease.said()), Ink::Changed),
        None => line,
    }
}

fn said(entry: &Entry) -> String {
    let origin = match (entry.origin, entry.prior) {
        (Origin::Created, Prior::Absent) => "made by this stack",
        (Origin::Created, Prior::Present) => "made anew by this stack",
        (Origin::Adopted, Prior::Absent) => "relied on",
        (Origin::Adopted, Prior::Present) => "was there before",
        (Origin::Created, Prior::Unknown) => "made anew by this stack, and nobody knows after what",
        (Origin::Adopted, Prior::Unknown) => "relied on, and nobody knows since when",
        (Origin::Recovered, Prior::Absent | Prior::Present | Prior::Unknown) => "recovered by its stamp",
    };
    match entry.state {
        State::Present => origin.to_owned(),
        State::Intent => format!("{origin}, begun and not known to be done"),
        State::Removing => format!("{origin}, going"),
    }
}

#[cfg(test)]
mod tests {
    use model::{Inventory, ProjectId, ResourceId, SharedKey, StackRecord};

    use super::super::{Colour, Detail, Symbols};
    use super::*;

    fn style() -> Style {
        Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes }
    }

    fn entry(full_name: &str, state: State, origin: Origin, prior: Prior) -> Entry {
        serde_json::from_value(serde_json::json!({
            "fullName": full_name, "state": state, "origin": origin, "prior": prior,
        }))
        .unwrap()
    }

    fn sample() -> (Versioned, StackName) {
        let stack = StackName::parse("gemma").unwrap();
        let mut inventory = Inventory::new(ProjectId::parse("demo-project").unwrap());
        let lease = Lease {
            holder: "x".to_owned(),
            beat: 3,
            who: "me (process 4711)".to_owned(),
            operation: "apply".to_owned(),
            started: "2026-11-23T10:00:00Z".to_owned(),
            other: std::collections::BTreeMap::new(),
        };
        let mut kept = StackRecord { lease: Some(lease.clone()), ..StackRecord::default() };
        for (id, entry) in [
            ("api/run.googleapis.com", entry("//run", State::Present, Origin::Adopted, Prior::Present)),
            ("repository/ollama", entry("//ollama", State::Present, Origin::Created, Prior::Absent)),
            (
                "service/ollama-gemma\u{1b}[2J",
                entry("//gemma", State::Intent, Origin::Created, Prior::Absent),
            ),
        ] {
            kept.entries.insert(ResourceId::parse(id).unwrap(), entry);
        }
        inventory.stacks.insert(stack.clone(), kept);
        inventory.stacks.insert(StackName::parse("other-stack").unwrap(), StackRecord::default());
        let holders = [stack.clone(), StackName::parse("other-stack").unwrap()].into();
        inventory.shared.insert(
            "//run".to_owned(),
            SharedKey { prior: Prior::Present, holders, other: std::collections::BTreeMap::new() },
        );
        inventory.shared_lease = Some(lease);
        (Versioned { inventory, generation: 42 }, stack)
    }

    #[test]
    fn stacks_are_listed_with_who_holds_them() {
        let (record, _) = sample();
        insta::assert_snapshot!(stacks(&record, "gs://gemmactl-demo-project/inventory.json", &style()), @r"
        Record of project demo-project: gs://gemmactl-demo-project/inventory.json, generation 42
          gemma        2 there, 1 begun  held: apply by me (process 4711), since 2026-11-23T10:00:00Z
          other-stack  0 there
          APIs and role members  held: apply by me (process 4711), since 2026-11-23T10:00:00Z
        ");
    }

    #[test]
    fn a_stacks_entries_say_where_they_come_from_and_who_else_holds_them() {
        let (record, stack) = sample();
        insta::assert_snapshot!(entries(&record.inventory, &stack, &style()), @r"
        Stack gemma  held: apply by me (process 4711), since 2026-11-23T10:00:00Z
          api/run.googleapis.com    was there before, also held by other-stack
          repository/ollama         made by this stack
          service/ollama-gemma\u{1b}[2J  made by this stack, begun and not known to be done
        ");
    }

    #[test]
    fn a_project_without_a_record_says_so() {
        let record =
            Versioned { inventory: Inventory::new(ProjectId::parse("demo-project").unwrap()), generation: 0 };
        insta::assert_snapshot!(
            stacks(&record, "gs://gemmactl-demo-project/inventory.json", &style()),
            @"There is no record yet (gs://gemmactl-demo-project/inventory.json)."
        );
    }
}
