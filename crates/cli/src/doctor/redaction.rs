//! Takes out of a text what nobody else needs to know: the project, names, addresses, numbers, buckets, tokens. Equal
//! values get equal placeholders, so that what belongs together can still be seen. What is not known beforehand is
//! found by its form.

use std::collections::BTreeMap;
use std::path::Path;

use spec::Spec;

/// What is taken out, and what stands for it.
pub(crate) struct Redaction {
    /// Taken out wherever they stand, longest first.
    anywhere: Vec<(String, String)>,
    /// Taken out where they stand as a word of their own.
    words: Vec<(String, String)>,
    /// Placeholders for what was found by its form.
    found: BTreeMap<(&'static str, String), usize>,
}

impl Redaction {
    /// What a spec and the record's bucket tell.
    pub(crate) fn of(spec: &Spec, bucket: &str) -> Self {
        let document = &spec.document;
        let mut redaction = Self { anywhere: Vec::new(), words: Vec::new(), found: BTreeMap::new() };
        redaction.anywhere.push((bucket.to_owned(), "BUCKET".to_owned()));
        let project = document.project.as_str();
        redaction.anywhere.push((project.to_owned(), "PROJECT".to_owned()));
        // Projects of a domain are written in three more ways, and buckets turn "google" around.
        for other in [project.replace(':', "/"), project.replace([':', '.'], "_").replace("google", "elgoog")]
        {
            redaction.anywhere.push((other, "PROJECT".to_owned()));
        }
        if let Some((domain, id)) = project.split_once(':') {
            redaction.anywhere.push((format!("{id}.{domain}"), "PROJECT".to_owned()));
            redaction.anywhere.push((domain.to_owned(), "DOMAIN".to_owned()));
        }
        redaction.name([document.stack.as_str()]);
        redaction.name(document.services.keys().map(spec::types::ServiceName::as_str));
        redaction.name(document.images.keys().map(spec::types::ImageName::as_str));
        redaction.name(document.repositories.keys().map(spec::types::RepositoryName::as_str));
        redaction.name(document.service_accounts.keys().map(spec::types::ServiceAccountId::as_str));
        redaction
    }

    fn name<'name>(&mut self, names: impl IntoIterator<Item = &'name str>) {
        for name in names {
            if self.words.iter().all(|(known, _)| known != name) {
                self.words.push((name.to_owned(), format!("NAME_{}", self.words.len() + 1)));
            }
        }
    }

    /// A value that is taken out where it stands as a word.
    pub(crate) fn know(&mut self, placeholder: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.words.push((value.to_owned(), placeholder.to_owned()));
        }
    }

    /// A path that is taken out wherever it stands.
    pub(crate) fn know_path(&mut self, placeholder: &str, path: Option<&Path>) {
        let path = path.map(|path| path.display().to_string());
        if let Some(path) = path.filter(|path| path.len() > 3) {
            self.anywhere.push((path, placeholder.to_owned()));
        }
    }

    /// The text without any of it.
    pub(crate) fn apply(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        self.anywhere.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        for (value, placeholder) in &self.anywhere {
            text = text.replace(value.as_str(), placeholder);
        }
        let text = self.by_form(&text);
        self.words.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let words = &self.words;
        map_runs(
            &text,
            |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\\'),
            |run| {
                let bare = run.trim_end_matches('.');
                match words.iter().find(|(value, _)| value == bare) {
                    Some((_, placeholder)) => run.replacen(bare, placeholder, 1),
                    None => run.to_owned(),
                }
            },
        )
    }

    fn by_form(&mut self, text: &str) -> String {
        let ends = |c: char| c.is_whitespace() || "\"`<>()[]{}|,;".contains(c);
        let found = &mut self.found;
        map_runs(text, |c| !ends(c), |word| by_form(found, word))
    }
}

/// Beginnings of secrets of Google's, and of what carries them.
const SECRETS: [&str; 8] = ["ya29.", "eyJ", "AIza", "GOCSPX-", "1//", "-----BEGIN", "ghp_", "glpat-"];

/// Beginnings of long names that are no secrets: GPU quotas and their metrics.
const PUBLIC: [&str; 2] = ["Nvidia", "nvidia"];

fn by_form(found: &mut BTreeMap<(&'static str, String), usize>, word: &str) -> String {
    let mut put = |class: &'static str, value: &str| {
        let next = found.keys().filter(|(other, _)| *other == class).count() + 1;
        let number = *found.entry((class, value.to_lowercase())).or_insert(next);
        format!("{class}_{number}")
    };
    let mut word = word.to_owned();
    for secret in SECRETS {
        if let Some(at) = word.find(secret) {
            let (before, token) = word.split_at(at);
            word = format!("{before}{}", put("TOKEN", token));
        }
    }
    for (beginning, class) in [
        ("principal://", "PRINCIPAL"),
        ("principalSet://", "PRINCIPAL"),
        ("domain:", "DOMAIN"),
        ("gs://", "BUCKET"),
        ("/b/", "BUCKET"),
        ("billingAccounts/", "BILLING_ACCOUNT"),
    ] {
        if let Some(at) = word.find(beginning) {
            let (before, rest) = word.split_at(at + beginning.len());
            let whole = class == "PRINCIPAL";
            let end = if whole { rest.len() } else { rest.find(['/', ':', '?']).unwrap_or(rest.len()) };
            let (value, after) = rest.split_at(end);
            if !value.is_empty() && !value.starts_with("BUCKET") {
                word = format!("{before}{}{after}", put(class, value));
            }
        }
    }
    if let Some((local, domain)) = word.split_once('@')
        && !domain.starts_with("sha256")
    {
        let begin = local.rfind([':', '=', '/']).map_or(0, |at| at + 1);
        let end =
            domain.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(domain.len());
        let (before, local) = local.split_at(begin);
        let (domain, after) = domain.split_at(end);
        let (domain, dots) = domain.split_at(domain.trim_end_matches('.').len());
        let class = if domain.ends_with("gserviceaccount.com") { "SERVICE_ACCOUNT" } else { "EMAIL" };
        word = format!("{before}{}{dots}{after}", put(class, &format!("{local}@{domain}")));
    }
    if word.contains(".run.app") {
        word = map_runs(
            &word,
            |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'),
            |host| {
                if host.ends_with(".run.app") { put("HOST", host) } else { host.to_owned() }
            },
        );
    }
    word = map_runs(
        &word,
        |c| c.is_ascii_digit() || c == '.',
        |run| {
            let address =
                run.split('.').filter(|part| !part.is_empty()).count() == 4 && !run.starts_with("127.");
            if address { put("ADDRESS", run) } else { run.to_owned() }
        },
    );
    word = map_runs(
        &word,
        |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '='),
        |run| {
            let random: Vec<&str> = run.split('/').filter(|part| is_random(part)).collect();
            // A slash may be a letter of Base64 or part a path. Digests in paths have no capitals.
            if random.iter().any(|part| part.chars().any(|c| c.is_ascii_uppercase())) {
                return put("TOKEN", run);
            }
            random.iter().fold(run.to_owned(), |run, part| run.replace(part, &put("TOKEN", part)))
        },
    );
    map_runs(
        &word,
        |c| c.is_ascii_digit(),
        |run| if run.len() >= 9 { put("NUMBER", run) } else { run.to_owned() },
    )
}

/// Whether a word looks like one that a machine drew.
fn is_random(part: &str) -> bool {
    let is_public = PUBLIC.iter().any(|beginning| part.starts_with(beginning));
    let drawn = |piece: &str| {
        let digits = piece.chars().filter(char::is_ascii_digit).count();
        let letters = piece.chars().filter(char::is_ascii_alphabetic).count();
        piece.len() >= 24 && digits >= 3 && letters >= 3
    };
    !is_public && part.split(['-', '_', '=']).any(drawn)
}

/// The text with every longest run of some characters replaced.
fn map_runs(text: &str, belongs: impl Fn(char) -> bool, mut replace: impl FnMut(&str) -> String) -> String {
    let mut mapped = String::new();
    let mut run = String::new();
    for character in text.chars() {
        if belongs(character) {
            run.push(character);
            continue;
        }
        if !run.is_empty() {
            mapped.push_str(&replace(&run));
            run.clear();
        }
        mapped.push(character);
    }
    if !run.is_empty() {
        mapped.push_str(&replace(&run));
    }
    mapped
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use proptest::prelude::*;
    use spec::Variables;

    use super::*;

    fn redaction() -> Redaction {
        let text = "version: 1\nstack: secret-stack\nproject: canary-project-7\nregion: europe-west1\n\
            services: {secret-service: {image: docker.io/library/busybox:1}}\n";
        let spec = spec::parse("gemmactl.yaml", text, Path::new("."), &Variables::gather(&[], &[])).unwrap();
        let mut redaction = Redaction::of(&spec, "gemmactl-canary-project-7");
        redaction.know_path("HOME", Some(Path::new("/home/canary")));
        redaction
    }

    #[test]
    fn what_is_known_and_what_has_the_form_of_a_secret_is_taken_out() {
        for (given, expected) in [
            ("project canary-project-7 is ACTIVE", "project PROJECT is ACTIVE"),
            ("its number is 123456789012.", "its number is NUMBER_1."),
            ("bucket gemmactl-canary-project-7, none", "bucket BUCKET, none"),
            ("gs://some-bucket/inventory.json", "gs://BUCKET_1/inventory.json"),
            ("storage/v1/b/some-bucket/o", "storage/v1/b/BUCKET_1/o"),
            ("--member=user:me@example.com", "--member=user:EMAIL_1"),
            ("x@p.iam.gserviceaccount.com.", "SERVICE_ACCOUNT_1."),
            ("deleted:user:me@example.com?uid=123456789012345678901", "deleted:user:EMAIL_1?uid=NUMBER_1"),
            ("o'brien@example.com", "EMAIL_1"),
            ("\"ya29.A0ARrdaM-x_y.z\"", "\"TOKEN_1\""),
            ("Bearer eyJhbGciOi.J9.sig", "Bearer TOKEN_1"),
            ("aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA==", "TOKEN_1"),
            ("https://secret-service-abcdef-ew.a.run.app/x", "https://HOST_1/x"),
            ("service/secret-service and secret-stack", "service/NAME_2 and NAME_1"),
            (
                "x.googleapis.com/v1/i/tags/2e2a256176a05e1dcbaf529ed87a4d4a",
                "x.googleapis.com/v1/i/tags/TOKEN_1",
            ),
            ("principal://iam.googleapis.com/a/subject/ana", "principal://PRINCIPAL_1"),
            ("billingAccounts/012345-567890-ABCDEF", "billingAccounts/BILLING_ACCOUNT_1"),
            ("/home/canary/key.json and 10.1.2.3", "HOME/key.json and ADDRESS_1"),
        ] {
            assert_eq!(redaction().apply(given), expected);
        }
    }

    #[test]
    fn what_everybody_knows_stays() {
        for text in [
            "run.services.create and roles/run.admin in europe-west1",
            "NvidiaRtxPro6000GpuAllocNoZonalRedundancyPerProjectRegion",
            "run.googleapis.com/nvidia_l4_gpu_allocation_no_zonal_redundancy",
            "GET cloudquotas.googleapis.com/v1/locations/global/services/run.googleapis.com/quotaInfos",
            "http://127.0.0.1:8085 in 12345678 ms",
            "type.googleapis.com/google.rpc.ErrorInfo",
        ] {
            assert_eq!(redaction().apply(text), text);
        }
    }

    #[test]
    fn equal_values_have_equal_placeholders() {
        assert_eq!(redaction().apply("a@x.example b@x.example A@x.example"), "EMAIL_1 EMAIL_2 EMAIL_1");
    }

    proptest! {
        #[test]
        fn no_surroundings_hide_a_canary(before in "[ -~]{0,12}", after in "[ -~]{0,12}") {
            let text = format!("{before} canary-project-7 {after} ana@canary.example {before}=987654321098{after}");
            let redacted = redaction().apply(&text);
            for canary in ["canary-project-7", "ana@canary.example", "987654321098"] {
                prop_assert!(!redacted.contains(canary), "{redacted}");
            }
        }
    }
}
