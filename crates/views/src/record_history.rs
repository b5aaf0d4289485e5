//! The generations of the ownership record for people, and what putting one back changes. Knows no store.

use std::collections::BTreeSet;

use engine::{RecordDifference, StackDifference};
use model::{RecordVersion, ResourceId, SharedKey, StackName, Standing, VersionContent};

use super::Style;
use super::line::{Ink, Line, Page};

/// The generations, newest first, one a line.
pub fn generations(versions: &[RecordVersion], location: &str, style: &Style) -> String {
    let mut page = Page::new(*style);
    if versions.is_empty() {
        page.line(&Line::default().with(&format!("Nothing is kept of a record ({location})."), Ink::Plain));
        return page.finish();
    }
    page.line(&Line::default().with(&format!("Generations of {location}, newest first:"), Ink::Strong));
    let widest =
        versions.iter().map(|version| version.generation.to_string().len()).max().unwrap_or_default();
    for version in versions {
        let standing = match &version.standing {
            Standing::Present => "present",
            Standing::Older => "older",
            Standing::Deleted { .. } => "deleted",
        };
        let line = Line::indented(2)
            .with(&version.generation.to_string(), Ink::Strong)
            .pad_to(widest + 4)
            .with(&second(&version.written), Ink::Plain)
            .pad_to(widest + 30)
            .with(standing, Ink::Plain)
            .pad_to(widest + 39);
        page.line(&match &version.content {
            VersionContent::Record(record) => {
                let stacks: Vec<String> = record
                    .stacks
                    .iter()
                    .map(|(stack, kept)| format!("{stack} ({})", kept.entries.len()))
                    .collect();
                let stacks = if stacks.is_empty() { "no stack".to_owned() } else { stacks.join(", ") };
                line.with(&format!("serial {}", record.serial), Ink::Faint)
                    .pad_to(widest + 51)
                    .with(&stacks, Ink::Plain)
            }
            VersionContent::Unusable(problem) => {
                line.with(&format!("cannot be used: {problem}"), Ink::Danger)
            }
            VersionContent::Unread => line.with(&until(&version.standing), Ink::Faint),
        });
    }
    page.finish()
}

/// What each stack gains and loses when a generation is put back.
pub fn difference(
    difference: &RecordDifference,
    version: &RecordVersion,
    present: Option<i64>,
    style: &Style,
) -> String {
    let mut page = Page::new(*style);
    let against = match present {
        Some(present) => format!("the present one, {present}"),
        None => "none, as there is no record that can be read".to_owned(),
    };
    let title =
        format!("Generation {} of {} against {against}:", version.generation, second(&version.written));
    page.line(&Line::default().with(&title, Ink::Strong));
    if difference.is_empty() {
        page.line(&Line::indented(2).with("nothing differs", Ink::Plain));
    }
    for (stack, changed) in &difference.stacks {
        of_stack(stack, changed, &mut page);
    }
    // Where only one stack holds it on either side, what that stack gains or loses says it all.
    let by_several = |keys: &(Option<SharedKey>, Option<SharedKey>)| {
        let holders: BTreeSet<&StackName> =
            [&keys.0, &keys.1].into_iter().flatten().flat_map(|key| &key.holders).collect();
        holders.len() > 1
    };
    for (name, (before, after)) in difference.shared.iter().filter(|(_, keys)| by_several(keys)) {
        let text = format!("{name}: {}, then {}", holders(before.as_ref()), holders(after.as_ref()));
        page.line(&Line::indented(2).with("~ ", Ink::Changed).with(&text, Ink::Plain));
    }
    if difference.stacks.values().any(|changed| !changed.lost.is_empty()) {
        page.gap();
        page.sentence("What a stack loses here stays in the project, and nobody takes it away: gemmactl record rebuild finds it \
             again by its stamp.", Ink::Plain);
    }
    page.finish()
}

fn of_stack(stack: &StackName, changed: &StackDifference, page: &mut Page) {
    let counts = [
        (changed.gained.len(), "gained"),
        (changed.lost.len(), "lost"),
        (changed.changed.len(), "otherwise"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let line = Line::indented(2).with(stack.as_str(), Ink::Strong);
    page.line(&line.with(&format!(": {}", counts.join(", ")), Ink::Plain));
    let mut list = |ids: &[ResourceId], sign: &str, ink| {
        for id in ids {
            page.line(&Line::indented(4).with(sign, ink).with(&format!(" {id}"), Ink::Plain));
        }
    };
    list(&changed.gained, "+", Ink::Added);
    list(&changed.lost, "-", Ink::Removed);
    list(&changed.changed, "~", Ink::Changed);
}

fn holders(key: Option<&SharedKey>) -> String {
    match key {
        None => "held by no stack".to_owned(),
        Some(key) => {
            let names: Vec<&str> = key.holders.iter().map(StackName::as_str).collect();
            format!("held by {}", names.join(", "))
        }
    }
}

fn until(standing: &Standing) -> String {
    match standing {
        Standing::Deleted { until } => format!("can be restored until {}, and read only then", second(until)),
        Standing::Present | Standing::Older => "could not be read".to_owned(),
    }
}

/// `2026-11-23T14:05:09.123Z` to the second, as people read it: `2026-11-23 14:05:09 UTC`; any other text as it is.
fn second(time: &str) -> String {
    match (time.get(..10), time.get(10..11), time.get(11..19), time.ends_with('Z')) {
        (Some(day), Some("T"), Some(time), true) => format!("{day} {time} UTC"),
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::{Inventory, ProjectId, StackRecord};

    use super::super::{Colour, Detail, Symbols};
    use super::*;

    fn style() -> Style {
        Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes }
    }

    fn record(serial: u64, entries: &[&str]) -> Inventory {
        let mut inventory = Inventory { serial, ..Inventory::new(ProjectId::parse("demo-project").unwrap()) };
        let mut kept = StackRecord::default();
        for id in entries {
            let entry = serde_json::json!({
                "fullName": format!("//{id}"), "state": "present", "origin": "created", "prior": "absent",
            });
            kept.entries.insert(ResourceId::parse(id).unwrap(), serde_json::from_value(entry).unwrap());
        }
        inventory.stacks.insert(StackName::parse("gemma").unwrap(), kept);
        inventory
    }

    fn version(generation: i64, standing: Standing, content: VersionContent) -> RecordVersion {
        RecordVersion { generation, written: "2026-11-23T14:05:09.123Z".to_owned(), standing, content }
    }

    #[test]
    fn generations_are_listed_with_what_each_of_them_says() {
        let versions = [
            version(
                17,
                Standing::Present,
                VersionContent::Unusable("it is damaged: its checksum does not fit what it says".to_owned()),
            ),
            version(
                16,
                Standing::Older,
                VersionContent::Record(Box::new(record(3, &["service/a", "bucket/b"]))),
            ),
            version(
                9,
                Standing::Deleted { until: "2026-11-30T14:05:09.123Z".to_owned() },
                VersionContent::Unread,
            ),
        ];
        insta::assert_snapshot!(generations(&versions, "gs://gemmactl-demo-project/inventory.json", &style()), @r"
        Generations of gs://gemmactl-demo-project/inventory.json, newest first:
          17  2026-11-23 14:05:09 UTC   present  cannot be used: it is damaged: its checksum does not fit what it says
          16  2026-11-23 14:05:09 UTC   older    serial 3    gemma (2)
          9   2026-11-23 14:05:09 UTC   deleted  can be restored until 2026-11-30 14:05:09 UTC, and read only then
        ");
        insta::assert_snapshot!(
            generations(&[], "gs://gemmactl-demo-project/inventory.json", &style()),
            @"Nothing is kept of a record (gs://gemmactl-demo-project/inventory.json)."
        );
    }

    #[test]
    fn a_difference_says_what_each_stack_gains_and_loses_and_who_holds_what_is_shared() {
        let (mut before, after) =
            (record(4, &["service/a", "bucket/b"]), record(3, &["service/a", "image/c"]));
        let other = StackName::parse("other").unwrap();
        let holders = [StackName::parse("gemma").unwrap(), other].into();
        before.shared.insert(
            "//run".to_owned(),
            SharedKey { prior: model::Prior::Absent, holders, other: std::collections::BTreeMap::new() },
        );
        let changes = RecordDifference::between(Some(&before), &after);
        let old = version(16, Standing::Older, VersionContent::Record(Box::new(after.clone())));
        insta::assert_snapshot!(difference(&changes, &old, Some(17), &style()), @r"
        Generation 16 of 2026-11-23 14:05:09 UTC against the present one, 17:
          gemma: 1 gained, 1 lost
            + image/c
            - bucket/b
          ~ //run: held by gemma, other, then held by no stack

        What a stack loses here stays in the project, and nobody takes it away: gemmactl record rebuild
          finds it again by its stamp.
        ");
        let same = RecordDifference::between(Some(&after), &after);
        insta::assert_snapshot!(difference(&same, &old, None, &style()), @r"
        Generation 16 of 2026-11-23 14:05:09 UTC against none, as there is no record that can be read:
          nothing differs
        ");
    }
}
