//! Items that wait for each other in a circle.

use std::collections::BTreeMap;

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::types::ImageSource;

/// One item and what it waits for.
struct Item {
    id: String,
    /// The items it waits for by number, each with the pointer to the line that says so.
    waits_for: Vec<(usize, String)>,
}

pub(super) fn check(document: &Document, report: &mut Report<'_>) {
    let mut items = items(document);
    let mut waiting = vec![true; items.len()];
    loop {
        settle(&items, &mut waiting);
        let Some(start) = waiting.iter().position(|waits| *waits) else { return };
        let Some(circle) = circle(&items, &waiting, start) else { return };
        let ids: Vec<&str> =
            circle.iter().filter_map(|(item, _)| Some(items.get(*item)?.id.as_str())).collect();
        let text = format!("{} -> {}", ids.join(" -> "), ids.first().unwrap_or(&""));
        // Only `dependsOn` can be taken away without making something else wrong.
        let pointers = circle.iter().map(|(_, pointer)| pointer.clone());
        let (listed, implied): (Vec<_>, Vec<_>) =
            pointers.partition(|pointer| pointer.contains("/dependsOn/"));
        if let Some(pointer) = listed.last().or(implied.last()) {
            let problem = Diagnostic::new("cycle", format!("items wait for each other in a circle: {text}"));
            report.at_value(pointer, problem.with_help("remove one of the lines that make the circle"));
        }
        // The reported edge is taken as removed, so that other circles through the same items are found as well.
        if let Some((last, pointer)) =
            circle.iter().rev().find(|(_, pointer)| listed.last().or(implied.last()) == Some(pointer))
        {
            if let Some(item) = items.get_mut(*last) {
                item.waits_for.retain(|(_, other)| other != pointer);
            }
        } else {
            return;
        }
    }
}

fn items(document: &Document) -> Vec<Item> {
    let services = document.services.keys().map(|name| format!("service/{name}"));
    let images = document.images.keys().map(|name| format!("image/{name}"));
    let ids: Vec<String> = services.chain(images).collect();
    let numbers: BTreeMap<&str, usize> =
        ids.iter().enumerate().map(|(number, id)| (id.as_str(), number)).collect();
    // Repositories and service accounts wait for nothing in the spec, so they are in no circle.
    let edges =
        |id: &str, listed: &[crate::types::DependencyReference], pointer: &str, image: Option<&str>| {
            let listed = listed
                .iter()
                .enumerate()
                .map(|(index, reference)| (reference.to_string(), format!("{pointer}/dependsOn/{index}")));
            let image = image.map(|image| (format!("image/{image}"), format!("{pointer}/image")));
            let all = listed.chain(image).filter(|(other, _)| other != id);
            all.filter_map(|(other, pointer)| Some((*numbers.get(other.as_str())?, pointer))).collect()
        };
    let services = document.services.iter().map(|(name, service)| {
        let image = match service.image.source() {
            ImageSource::Built(image) => Some(image),
            ImageSource::Reference(_) => None,
        };
        edges(&format!("service/{name}"), &service.depends_on, &format!("/services/{name}"), image)
    });
    let images = document.images.iter().map(|(name, image)| {
        edges(&format!("image/{name}"), &image.depends_on, &format!("/images/{name}"), None)
    });
    let waits: Vec<Vec<(usize, String)>> = services.chain(images).collect();
    ids.iter().cloned().zip(waits).map(|(id, waits_for)| Item { id, waits_for }).collect()
}

/// Marks as settled, again and again, what waits for nothing that is still waiting.
fn settle(items: &[Item], waiting: &mut [bool]) {
    waiting.fill(true);
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut open: Vec<usize> = vec![0; items.len()];
    for (number, item) in items.iter().enumerate() {
        for (other, _) in &item.waits_for {
            if let (Some(users), Some(open)) = (users.get_mut(*other), open.get_mut(number)) {
                users.push(number);
                *open += 1;
            }
        }
    }
    let mut ready: Vec<usize> =
        open.iter().enumerate().filter(|(_, open)| **open == 0).map(|(number, _)| number).collect();
    while let Some(number) = ready.pop() {
        if let Some(waits) = waiting.get_mut(number) {
            *waits = false;
        }
        for user in users.get(number).into_iter().flatten() {
            if let Some(open) = open.get_mut(*user) {
                *open -= 1;
                if *open == 0 {
                    ready.push(*user);
                }
            }
        }
    }
}

/// A circle among the items that still wait, as items with the pointer to the line that leads on.
fn circle(items: &[Item], waiting: &[bool], start: usize) -> Option<Vec<(usize, String)>> {
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut position: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = start;
    loop {
        if let Some(first) = position.get(&at) {
            return path.get(*first..).map(<[_]>::to_vec);
        }
        position.insert(at, path.len());
        let (next, pointer) =
            items.get(at)?.waits_for.iter().find(|(other, _)| waiting.get(*other) == Some(&true))?;
        path.push((at, pointer.clone()));
        at = *next;
    }
}
