//! Two stacks in one project, with APIs and grants in common.

use model::Goal;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::draft::{Draft, stacks};
use crate::lab::Lab;
use crate::photo::Photo;
use crate::prior::priors;
use crate::{cases, run};

/// The same stack under other names: what it makes is its own, APIs and people in its policy are common.
fn renamed(draft: &Draft) -> Draft {
    let mut document = draft.document.clone();
    document["stack"] = json!("stack-b");
    let mut names = Vec::new();
    for section in ["serviceAccounts", "repositories", "images", "services"] {
        names.extend(draft.names(section));
    }
    let name = |text: &str| format!("other-{text}");
    for section in ["serviceAccounts", "repositories", "images", "services"] {
        let items = document[section].as_object().unwrap().clone();
        document[section] = Value::Object(items.into_iter().map(|(key, item)| (name(&key), item)).collect());
    }
    replace(&mut document, &|text| {
        if names.iter().any(|known| known == text) {
            return name(text);
        }
        let of_service = text.strip_prefix("service/").filter(|known| names.iter().any(|name| name == known));
        let account = text.strip_prefix("serviceAccount:").and_then(|rest| rest.split_once('@'));
        let own = account.filter(|(known, _)| names.iter().any(|name| name == known));
        match (of_service, own) {
            (Some(service), _) => format!("service/{}", name(service)),
            (None, Some((account, rest))) => format!("serviceAccount:{}@{rest}", name(account)),
            (None, None) => text.to_owned(),
        }
    });
    let folders = draft.folders.iter().map(|(image, text)| (name(image), text.clone())).collect();
    Draft { document, folders }
}

/// Replaces texts, keys not.
fn replace(value: &mut Value, with: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = with(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, with)),
        Value::Object(map) => map.values_mut().for_each(|item| replace(item, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn what_one_stack_does_leaves_the_other_as_it_is(
        one in stacks(), two in stacks(), prior in priors(), first in any::<bool>(),
    ) {
        run(async {
            let two = renamed(&two);
            let lab = Lab::with(&one, &prior).await;
            two.lay_out(lab.folder());
            let before = Photo::of(&lab).await;
            lab.apply(&one.document).await;
            lab.apply(&two.document).await;
            // Whichever came first, both are as they should be.
            lab.prepare(&one.document, Goal::Present).await.empty();
            let (gone, stays) = if first { (&one, &two) } else { (&two, &one) };
            lab.destroy(&gone.document).await;
            lab.prepare(&stays.document, Goal::Present).await.empty();
            lab.apply(&gone.document).await;
            lab.prepare(&stays.document, Goal::Present).await.empty();
            lab.destroy(&gone.document).await;
            lab.destroy(&stays.document).await;
            let mut both = one.clone();
            let more = two.document["apis"].as_array().unwrap().clone();
            both.document["apis"].as_array_mut().unwrap().extend(more);
            Photo::of(&lab).await.adds_only_residue_to(&before, &both);
        });
    }
}
