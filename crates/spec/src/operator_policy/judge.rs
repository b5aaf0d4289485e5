//! Holds a spec against one rule. Pure; every breach is told with its place.

use model::{Cost, Money, Priced, Rate};

use super::rule::PolicyRule;
use super::{AllowedLocation, Breach};
use crate::document::{Document, ScalingMode, Service};
use crate::load::Spec;
use crate::places::child;
use crate::types::{ImageSource, LabelKey, RegistryPrefix, RuleName};

/// The breaches of one rule.
pub(super) fn judge(name: &RuleName, rule: &PolicyRule, spec: &Spec, cost: &Cost) -> Vec<Breach> {
    let mut bench = Bench { name, rule, spec, breaches: Vec::new() };
    if let Some(allowed) = &rule.regions_allowed {
        bench.regions(allowed);
    }
    if let Some(most) = rule.max_instances_at_most {
        bench.services(|service| max_instances(service, most));
    }
    if let Some(most) = rule.min_instances_at_most {
        bench.services(|service| min_instances(service, most));
    }
    if let Some(most) = rule.monthly_cost_at_most {
        bench.cost(Money::of_dollars(f64::from(most)), cost);
    }
    if rule.no_public_services.is_some() {
        bench.services(public);
    }
    if let Some(labels) = &rule.labels_required {
        bench.labels(labels);
    }
    if let Some(registries) = &rule.images_from {
        let registries: Vec<&str> = registries.iter().map(RegistryPrefix::as_str).collect();
        bench.services(|service| from(&spec.document, service, &registries));
    }
    if rule.images_by_digest.is_some() {
        bench.services(by_digest);
    }
    if rule.service_account_required.is_some() {
        bench.services(account);
    }
    if rule.protect_required.is_some() {
        bench.protection();
    }
    bench.breaches
}

/// A key of a service, and what is wrong with its value.
type Found = Vec<(String, String)>;

struct Bench<'b> {
    name: &'b RuleName,
    rule: &'b PolicyRule,
    spec: &'b Spec,
    breaches: Vec<Breach>,
}

impl Bench<'_> {
    fn breach(&mut self, subject: String, pointer: &str, problem: String) {
        self.breaches.push(Breach {
            rule: self.name.to_string(),
            level: self.rule.level,
            subject,
            problem,
            message: self.rule.message.clone(),
            place: self.spec.place(pointer),
        });
    }

    fn services(&mut self, found: impl Fn(&Service) -> Found) {
        let spec = self.spec;
        for (name, service) in &spec.document.services {
            for (key, problem) in found(service) {
                self.breach(format!("service/{name}"), &format!("/services/{name}/{key}"), problem);
            }
        }
    }

    fn cost(&mut self, most: Money, cost: &Cost) {
        for name in self.spec.document.services.keys() {
            let running = cost.services.iter().find(|service| service.id.name() == name.as_str());
            let problem = match running.and_then(|service| Some(&service.after.as_ref()?.price)) {
                Some(Priced::Known(rate)) if rate.month_most <= most => continue,
                Some(Priced::Known(Rate { month_most, .. })) => {
                    format!("may cost {month_most} a month with every instance, at most {most} are allowed")
                }
                Some(Priced::Unknown(why)) => format!("has no known price: {why}"),
                None => "has no known price".to_owned(),
            };
            self.breach(format!("service/{name}"), &format!("/services/{name}/maxInstances"), problem);
        }
    }

    fn regions(&mut self, allowed: &[AllowedLocation]) {
        let document = &self.spec.document;
        let mut said: Vec<(String, String, &str)> =
            vec![("region".to_owned(), "/region".to_owned(), document.region.as_str())];
        for (name, service) in &document.services {
            let region = service.region.as_ref();
            said.extend(region.map(|region| {
                (format!("service/{name}"), format!("/services/{name}/region"), region.as_str())
            }));
        }
        for (name, repository) in &document.repositories {
            let location = repository.location.as_ref();
            said.extend(location.map(|location| {
                (format!("repository/{name}"), format!("/repositories/{name}/location"), location.as_str())
            }));
        }
        for (name, image) in &document.images {
            let location = image.build.location.as_ref();
            said.extend(location.map(|location| {
                (format!("image/{name}"), format!("/images/{name}/build/location"), location.as_str())
            }));
        }
        let names: Vec<&str> = allowed.iter().map(AllowedLocation::as_str).collect();
        for (subject, pointer, region) in said {
            if !names.contains(&region) {
                let problem = format!("{region} is none of the places allowed: {}", names.join(", "));
                self.breach(subject, &pointer, problem);
            }
        }
    }

    fn labels(&mut self, keys: &[LabelKey]) {
        let document = &self.spec.document;
        let services =
            document.services.iter().map(|(name, item)| ("services", "service", name.as_str(), &item.labels));
        let repositories = document
            .repositories
            .iter()
            .map(|(name, item)| ("repositories", "repository", name.as_str(), &item.labels));
        for (section, kind, name, labels) in services.chain(repositories) {
            let missing: Vec<&str> =
                keys.iter().map(LabelKey::as_str).filter(|key| !labels.contains_key(*key)).collect();
            if !missing.is_empty() {
                let pointer = child(&format!("/{section}"), name) + "/labels";
                self.breach(
                    format!("{kind}/{name}"),
                    &pointer,
                    format!("lacks the label {}", missing.join(", ")),
                );
            }
        }
    }

    fn protection(&mut self) {
        let document = &self.spec.document;
        let services =
            document.services.iter().map(|(name, item)| ("services", "service", name.as_str(), item.protect));
        let repositories = document
            .repositories
            .iter()
            .map(|(name, item)| ("repositories", "repository", name.as_str(), item.protect));
        for (section, kind, name, protect) in services.chain(repositories) {
            if !protect {
                let pointer = child(&format!("/{section}"), name) + "/protect";
                self.breach(
                    format!("{kind}/{name}"),
                    &pointer,
                    "is not protected; write `protect: true`".to_owned(),
                );
            }
        }
    }
}

/// The smallest bound holds; a service of fixed size has just as many.
fn max_instances(service: &Service, most: u32) -> Found {
    let scaling = service.scaling.as_ref();
    if let Some(manual) = fixed(service) {
        return over("scaling/manual", manual, most);
    }
    let bounds =
        [("maxInstances", service.max_instances), ("scaling/max", scaling.and_then(|scaling| scaling.max))];
    match bounds.into_iter().filter_map(|(key, bound)| Some((bound?, key))).min() {
        Some((bound, key)) => over(key, bound, most),
        None => {
            vec![("maxInstances".to_owned(), format!("sets no bound on its instances, {}", at_most(most)))]
        }
    }
}

fn min_instances(service: &Service, most: u32) -> Found {
    let scaling = service.scaling.as_ref();
    if let Some(manual) = fixed(service) {
        return over("scaling/manual", manual, most);
    }
    [("minInstances", service.min_instances), ("scaling/min", scaling.and_then(|scaling| scaling.min))]
        .into_iter()
        .filter_map(|(key, bound)| Some(over(key, bound?, most)))
        .flatten()
        .collect()
}

/// The number of instances of a service that does not scale.
fn fixed(service: &Service) -> Option<u32> {
    let scaling = service.scaling.as_ref()?;
    match scaling.mode {
        Some(ScalingMode::Manual) => scaling.manual,
        Some(ScalingMode::Automatic) | None => None,
    }
}

fn over(key: &str, number: u32, most: u32) -> Found {
    if number > most {
        let instances = if number == 1 { "instance" } else { "instances" };
        vec![(key.to_owned(), format!("asks for {number} {instances}, {}", at_most(most)))]
    } else {
        Vec::new()
    }
}

fn at_most(most: u32) -> String {
    format!("at most {most} {} allowed", if most == 1 { "is" } else { "are" })
}

fn public(service: &Service) -> Found {
    let members = service.invokers.iter().enumerate().filter(|(_, member)| member.is_public());
    let mut found: Found = members
        .map(|(index, member)| (format!("invokers/{index}"), format!("lets in {}", member.as_str())))
        .collect();
    if service.invoker_iam_check == Some(false) {
        let problem = "lets everybody in: `invokerIamCheck` is false";
        found.push(("invokerIamCheck".to_owned(), problem.to_owned()));
    }
    found
}

/// Images that are built here come from the repository that they are pushed to.
fn from(document: &Document, service: &Service, registries: &[&str]) -> Found {
    let reference = match service.image.source() {
        ImageSource::Reference(reference) => reference.to_owned(),
        ImageSource::Built(name) => {
            let Some((_, repository)) = document.built_image(name) else { return Vec::new() };
            document.image_name(name, repository)
        }
    };
    let is_within = |registry: &str| {
        let registry = registry.trim_end_matches('/');
        reference
            .strip_prefix(registry)
            .is_some_and(|rest| rest.starts_with(['/', ':', '@']) || rest.is_empty())
    };
    if registries.iter().any(|registry| is_within(registry)) {
        return Vec::new();
    }
    vec![("image".to_owned(), format!("runs {reference}, which is from none of: {}", registries.join(", ")))]
}

fn by_digest(service: &Service) -> Found {
    match service.image.source() {
        // What is built here is always run by digest.
        ImageSource::Built(_) => Vec::new(),
        ImageSource::Reference(reference) if reference.contains("@sha256:") => Vec::new(),
        ImageSource::Reference(reference) => {
            vec![("image".to_owned(), format!("runs {reference}, which is not named by digest"))]
        }
    }
}

/// The default account is `NUMBER-compute@developer.gserviceaccount.com`.
/// Source: "Compute Engine service accounts".
fn account(service: &Service) -> Found {
    let problem = match &service.service_account {
        None => "names no account to run as, so it runs as the project's default account",
        Some(account) if account.as_str().ends_with("-compute@developer.gserviceaccount.com") => {
            "runs as the project's default account"
        }
        Some(_) => return Vec::new(),
    };
    vec![("serviceAccount".to_owned(), problem.to_owned())]
}
