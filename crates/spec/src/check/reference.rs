//! Names that point at other items of the spec.

use super::duplicate;
use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::near::nearest;
use crate::text::joined;
use crate::types::{DependencyKind, DependencyReference, ImageSource, ServiceAccountReference};

pub(super) fn check(document: &Document, report: &mut Report<'_>) {
    let mut references = References { document, report };
    for (name, image) in &document.images {
        let at = format!("/images/{name}");
        if let Some(repository) = &image.repository {
            let pointer = format!("{at}/repository");
            references.named(DependencyKind::Repository, repository.as_str(), &pointer, None);
        }
        references.account(image.build.service_account.as_ref(), &format!("{at}/build/serviceAccount"));
        references.depends_on(&image.depends_on, &format!("image/{name}"), &format!("{at}/dependsOn"));
    }
    for (name, service) in &document.services {
        let at = format!("/services/{name}");
        if let ImageSource::Built(image) = service.image.source() {
            let help = "declare it under `images`; an image that is there already is named in full, with its registry: `us-docker.pkg.dev/project/repository/image:tag`";
            references.named(DependencyKind::Image, image, &format!("{at}/image"), Some(help));
        }
        references.account(service.service_account.as_ref(), &format!("{at}/serviceAccount"));
        references.depends_on(&service.depends_on, &format!("service/{name}"), &format!("{at}/dependsOn"));
        let volumes: Vec<&str> = service.volumes.keys().map(AsRef::as_ref).collect();
        for volume in service.volume_mounts.keys() {
            let pointer = format!("{at}/volumeMounts/{volume}");
            if !volumes.contains(&volume.as_str())
                && references.report.is_sound(&[&pointer, &format!("{at}/volumes")])
            {
                let problem = unknown("volume", "volumes", volume.as_str(), &volumes);
                references.report.at_key(&pointer, problem);
            }
        }
    }
}

/// The names of a section.
pub(super) fn names_of(document: &Document, kind: DependencyKind) -> Vec<&str> {
    match kind {
        DependencyKind::Image => document.images.keys().map(AsRef::as_ref).collect(),
        DependencyKind::Repository => document.repositories.keys().map(AsRef::as_ref).collect(),
        DependencyKind::Service => document.services.keys().map(AsRef::as_ref).collect(),
        DependencyKind::ServiceAccount => document.service_accounts.keys().map(AsRef::as_ref).collect(),
    }
}

/// Whether a section has an item of a name.
fn has(document: &Document, kind: DependencyKind, name: &str) -> bool {
    match kind {
        DependencyKind::Image => document.images.contains_key(name),
        DependencyKind::Repository => document.repositories.contains_key(name),
        DependencyKind::Service => document.services.contains_key(name),
        DependencyKind::ServiceAccount => document.service_accounts.contains_key(name),
    }
}

struct References<'d, 'r, 'p> {
    document: &'d Document,
    report: &'r mut Report<'p>,
}

impl References<'_, '_, '_> {
    fn named(&mut self, kind: DependencyKind, name: &str, pointer: &str, help: Option<&str>) {
        let section = kind.section();
        if has(self.document, kind, name)
            || self.report.is_broken(pointer)
            || self.report.is_list_doubtful(&format!("/{section}"))
        {
            return;
        }
        let word = match kind {
            DependencyKind::Image => "image",
            DependencyKind::Repository => "repository",
            DependencyKind::Service => "service",
            DependencyKind::ServiceAccount => "service account",
        };
        let problem = unknown(word, section, name, &names_of(self.document, kind));
        self.report.at_value(
            pointer,
            match (help, &problem.suggestion) {
                (Some(help), None) => problem.with_help(help),
                (Some(_), Some(_)) | (None, _) => problem,
            },
        );
    }

    fn account(&mut self, account: Option<&ServiceAccountReference>, pointer: &str) {
        if let Some(name) = account.and_then(ServiceAccountReference::declared) {
            let help = "declare it under `serviceAccounts`; an account that is there already is named by its e-mail address";
            self.named(DependencyKind::ServiceAccount, name, pointer, Some(help));
        }
    }

    fn depends_on(&mut self, list: &[DependencyReference], own: &str, pointer: &str) {
        for (index, reference) in list.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            if reference.as_str() == own {
                if !self.report.is_broken(&at) {
                    self.report.at_value(
                        &at,
                        Diagnostic::new("cycle", format!("`{own}` waits for itself"))
                            .with_help("remove the line"),
                    );
                }
            } else {
                self.named(reference.kind(), reference.name(), &at, None);
            }
        }
        duplicate::check_list(pointer, list.iter().map(AsRef::as_ref), self.report);
    }
}

fn unknown(word: &str, section: &str, name: &str, names: &[&str]) -> Diagnostic {
    let problem =
        Diagnostic::new("unknown-reference", format!("there is no {word} `{name}` under `{section}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => problem.with_suggestion(near),
        None if names.is_empty() => problem.with_help(format!("declare it under `{section}`")),
        None => {
            let mut all: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
            if names.len() > all.len() {
                all.push(format!("{} more", names.len() - all.len()));
            }
            problem.with_help(format!("`{section}` has {}", joined(&all, "and")))
        }
    }
}
