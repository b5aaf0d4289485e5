//! The hosts of the imitated APIs, as Google names them (`run.googleapis.com`, `europe-west1-run.googleapis.com`), and under
//! the reserved domain `gcp.test`, for clients that take the emulator for their proxy. Knows no path.

/// What a host may stand for, by its first label without a region.
const NAMES: [&str; 13] = [
    "artifactregistry",
    "cloudbilling",
    "cloudbuild",
    "cloudquotas",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "run",
    "serviceusage",
    "storage",
    "logging",
    // The token endpoint.
    "oauth2",
    // Answers for every API, by path alone.
    "www",
];

/// The API's name in a host of Google's or of `gcp.test`; `None` for every other host and for names that are not imitated.
pub(crate) fn api_name(host: &str) -> Option<&'static str> {
    let label = host.strip_suffix(".googleapis.com").or_else(|| host.strip_suffix(".gcp.test"))?;
    // A bucket's own host.
    if label.ends_with(".storage") {
        return Some("storage");
    }
    NAMES.into_iter().find(|name| {
        label == *name
            || label.strip_suffix(name).and_then(|rest| rest.strip_suffix('-')).is_some_and(is_region)
    })
}

/// `europe-west1` and its like.
fn is_region(text: &str) -> bool {
    text.split_once('-').is_some_and(|(continent, rest)| {
        let letters = rest.trim_end_matches(|digit: char| digit.is_ascii_digit());
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        plain(continent) && plain(letters) && letters.len() < rest.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_with_and_without_a_region_and_no_others_are() {
        for (host, name) in [
            ("run.googleapis.com", Some("run")),
            ("europe-west1-run.googleapis.com", Some("run")),
            ("europe-west1-run.gcp.test", Some("run")),
            ("northamerica-northeast1-artifactregistry.googleapis.com", Some("artifactregistry")),
            ("iamcredentials.gcp.test", Some("iamcredentials")),
            ("sources.storage.googleapis.com", Some("storage")),
            ("www.googleapis.com", Some("www")),
            ("evil-run.googleapis.com", None),
            ("europe-west1-x.gcp.test", None),
            ("x.gcp.test", None),
            ("run.gcp.test.evil.example", None),
            ("127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(api_name(host), name, "{host}");
        }
    }
}
