//! What a lost record is rebuilt from, for people. Knows no store.

use engine::Rebuilt;
use model::StackName;

use super::Style;
use super::line::{Ink, Line, Page};

/// What was found by its stamp. `is_known`: whether the record knows the stack already.
pub fn found(rebuilt: &Rebuilt, stack: &StackName, is_known: bool, style: &Style) -> String {
    let mut page = Page::new(*style);
    let title = match (rebuilt.found.is_empty(), is_known) {
        (true, true) => {
            format!("The record knows stack {stack} and all that bears its stamp. Nothing is written.")
        }
        (true, false) => {
            format!("Nothing that the spec names bears the stamp of stack {stack}. Nothing is written.")
        }
        (false, true) => format!("The record knows stack {stack}, but not this, which bears its stamp:"),
        (false, false) => format!("The record does not know stack {stack}, whose stamp this bears:"),
    };
    page.line(&Line::default().with(&title, Ink::Strong));
    let widest =
        rebuilt.found.keys().map(|id| id.to_string().chars().count()).max().unwrap_or_default().min(60);
    for (id, full_name) in &rebuilt.found {
        let line =
            Line::indented(2).with("+ ", Ink::Added).with(&id.to_string(), Ink::Plain).pad_to(widest + 6);
        page.line(&line.with(full_name, Ink::Faint));
    }
    for (id, problem) in &rebuilt.unread {
        let line = Line::indented(2).with("? ", Ink::Danger).with(&id.to_string(), Ink::Plain);
        page.line(&line.with(&format!(" could not be read: {problem}"), Ink::Plain));
    }
    if !rebuilt.found.is_empty() {
        page.gap();
        page.sentence(
            "Nobody knows whether it was there before this stack, so it is deleted only with --recovered delete. APIs, \
             role members and images bear no stamp: they are not noted, and stay.",
            Ink::Plain,
        );
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use model::{Inventory, ProjectId, ResourceId};

    use super::super::{Colour, Detail, Symbols};
    use super::*;

    fn shown(found: &[&str], unread: &[&str], is_known: bool) -> String {
        let style =
            Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes };
        let named = |ids: &[&str], text: &str| {
            ids.iter().map(|id| (ResourceId::parse(id).unwrap(), text.to_owned())).collect()
        };
        let rebuilt = Rebuilt {
            record: Inventory::new(ProjectId::parse("demo-project").unwrap()),
            found: named(found, "//run.googleapis.com/x"),
            unread: named(unread, "permission denied"),
        };
        super::found(&rebuilt, &StackName::parse("gemma").unwrap(), is_known, &style)
    }

    #[test]
    fn what_bears_the_stamp_is_listed_with_what_that_means() {
        insta::assert_snapshot!(shown(&["service/gemma", "account/a"], &[], false), @r"
        The record does not know stack gemma, whose stamp this bears:
          + account/a      //run.googleapis.com/x
          + service/gemma  //run.googleapis.com/x

        Nobody knows whether it was there before this stack, so it is deleted only with --recovered
          delete. APIs, role members and images bear no stamp: they are not noted, and stay.
        ");
    }

    #[test]
    fn nothing_to_note_and_nothing_to_be_read_are_said() {
        insta::assert_snapshot!(shown(&[], &[], true), @"The record knows stack gemma and all that bears its stamp. Nothing is written.");
        insta::assert_snapshot!(shown(&[], &["service/x"], false), @r"
        Nothing that the spec names bears the stamp of stack gemma. Nothing is written.
          ? service/x could not be read: permission denied
        ");
    }
}
