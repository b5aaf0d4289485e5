//! Where requests go: Google's own hosts, or one endpoint instead of them all. Knows no credentials.

use std::fmt;

use model::{Api, ProjectId};
use reqwest::Url;

/// Which cloud, which project, and who pays for the calls.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where requests go.
    pub endpoint: Endpoint,
    /// The project whose quota the calls count against, sent as `X-Goog-User-Project`; without it the one that the
    /// credential file names, if it names one.
    pub quota_project: Option<ProjectId>,
    /// The project that is provisioned.
    pub project: ProjectId,
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Each API's own host.
    Google,
    /// One endpoint for all APIs: an emulator on this machine, or a private Google host.
    Override(EndpointUrl),
}

/// A checked endpoint: scheme, host and port; loopback, or `https` on a `googleapis.com` host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl(Url);

impl EndpointUrl {
    /// The address without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An endpoint that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the endpoint `{given}` is refused: {problem}; allowed are loopback addresses such as http://127.0.0.1:8085 and https hosts under googleapis.com"
)]
pub struct EndpointError {
    /// What was given, without a password.
    pub given: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Endpoint {
    /// Parses an endpoint override. Errors: it is neither loopback nor `https` on a host under `googleapis.com`, or
    /// it carries more than scheme, host and port.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let Ok(url) = Url::parse(text) else {
            return Err(EndpointError { given: text.to_owned(), problem: "it is no URL" });
        };
        let refuse = |problem| {
            let mut shown = url.clone();
            // Neither can fail for a URL with a host, and one without a host has nothing to hide.
            let _ = shown.set_username("");
            let _ = shown.set_password(None);
            Err(EndpointError { given: shown.to_string(), problem })
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it carries a user name or password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refuse("it carries a path, a query or a fragment");
        }
        if is_google(&url) || is_loopback(&url) {
            return Ok(Self::Override(EndpointUrl(url)));
        }
        let host = url.host_str().unwrap_or_default();
        if is_google_host(host) {
            return refuse("a host of Google's is reached by https on the usual port only");
        }
        if is_local_host(host) {
            return refuse("it is neither http nor https");
        }
        refuse("its host is neither on this machine nor one of Google's")
    }

    /// Whether requests stay on this machine.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Google => false,
            Self::Override(EndpointUrl(url)) => is_loopback(url),
        }
    }

    /// The endpoint on this machine, if it is one.
    pub(crate) fn loopback_base(&self) -> Option<Url> {
        match self {
            Self::Google => None,
            Self::Override(EndpointUrl(url)) => is_loopback(url).then(|| url.clone()),
        }
    }

    /// Scheme, host and port of an API. `None` cannot happen for the hosts of [`Api`]: they are all URL hosts.
    pub(crate) fn base(&self, api: Api) -> Option<Url> {
        match self {
            Self::Google => Url::parse(&format!("https://{}", api.host())).ok(),
            Self::Override(EndpointUrl(url)) => Some(url.clone()),
        }
    }

    /// Whether an access token may be sent to a URL: to Google over `https`, or to the very endpoint override.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        match self {
            Self::Google => is_google(url),
            Self::Override(EndpointUrl(own)) => {
                url.origin() == own.origin() && url.username().is_empty() && url.password().is_none()
            }
        }
    }
}

/// Whether a URL is `https`, on the usual port, without a user part, on a host whose last labels are exactly
/// `googleapis.com` with at least one more before them.
pub(crate) fn is_google(url: &Url) -> bool {
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && is_google_host(url.host_str().unwrap_or_default())
}

fn is_google_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [rest @ .., "googleapis", "com"] => !rest.is_empty() && rest.iter().all(|label| !label.is_empty()),
        _ => false,
    }
}

/// Whether a URL stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && is_local_host(url.host_str().unwrap_or_default())
}

fn is_local_host(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[&str] = &[
        "https://googleapis.com",
        "https://googleapis.com.evil.example",
        "https://run.googleapis.com.evil.example",
        "https://run.googleapis.com.",
        "https://rungoogleapis.com",
        "https://run-googleapis.com",
        "https://run.googleapis.co",
        "https://run.googleapis.comm",
        "https://run.googleapis.com.com",
        "https://run.googleapis.net",
        "https://googleapis.com@evil.example",
        "https://run.googleapis.com@evil.example",
        "https://run.googleapis.com:443@evil.example",
        "https://user@run.googleapis.com",
        "https://user:pass@run.googleapis.com",
        "https://:pass@run.googleapis.com",
        "https://run.googleapis.com:8443",
        "http://run.googleapis.com",
        "http://run.googleapis.com:443",
        "ftp://run.googleapis.com",
        "https://run.googleapis.com/path",
        "https://run.googleapis.com/?q=1",
        "https://run.googleapis.com/#f",
        "https://evil.example/run.googleapis.com",
        "https://evil.example?run.googleapis.com",
        "https://evil.example#run.googleapis.com",
        "https://evil.example\\run.googleapis.com",
        "https://run.google\u{430}pis.com",
        "https://run.googleapis\u{ff0e}com.evil.example",
        "https://.googleapis.com",
        "https://run..googleapis.com",
        "https://xn--run-googleapis.com",
        "https://metadata.google.internal",
        "http://metadata.google.internal",
        "http://169.254.169.254",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://evil.localhost",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://10.0.0.1:8085",
        "http://[::2]",
        "http://[::ffff:10.0.0.1]",
        "http://user@127.0.0.1:8085",
        "http://127.0.0.1:8085/prefix",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "unix:/run/emulator.sock",
        "127.0.0.1:8085",
        "run.googleapis.com",
        "",
    ];

    #[test]
    fn lookalike_hosts_are_refused_before_anything_is_sent() {
        for given in REFUSED {
            assert!(Endpoint::parse(given).is_err(), "{given}");
        }
    }

    #[test]
    fn no_token_goes_to_a_lookalike_host() {
        for given in REFUSED {
            let Ok(url) = Url::parse(given) else { continue };
            let path_only =
                is_google(&Url::parse(url.origin().ascii_serialization().as_str()).unwrap_or(url.clone()));
            assert!(path_only && url.username().is_empty() || !Endpoint::Google.trusts(&url), "{given}");
        }
        let own = Endpoint::parse("http://127.0.0.1:8085").unwrap();
        for other in [
            "http://127.0.0.1:8086/",
            "https://127.0.0.1:8085/",
            "http://localhost:8085/",
            "http://u@127.0.0.1:8085/",
            "https://run.googleapis.com/",
        ] {
            assert!(!own.trusts(&Url::parse(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn loopback_and_google_hosts_are_taken() {
        for (given, loopback) in [
            ("http://127.0.0.1:8085", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8085/", true),
            ("http://localhost:8085", true),
            ("https://localhost", true),
            ("https://private.googleapis.com", false),
            ("https://run-team.p.googleapis.com/", false),
            ("https://RUN.GoogleAPIs.com:443", false),
        ] {
            let endpoint = Endpoint::parse(given).unwrap();
            assert_eq!(endpoint.is_loopback(), loopback, "{given}");
            let base = endpoint.base(Api::Run).unwrap();
            assert!(endpoint.trusts(&base), "{given}");
        }
        assert!(Endpoint::Google.trusts(&Endpoint::Google.base(Api::Storage).unwrap()));
    }

    #[test]
    fn a_refused_endpoint_is_told_the_reason_that_is_its_own() {
        for (given, reason) in [
            ("127.0.0.1:8085", "it is no URL"),
            ("http://run.googleapis.com", "a host of Google's is reached by https on the usual port only"),
            (
                "https://run.googleapis.com:8443",
                "a host of Google's is reached by https on the usual port only",
            ),
            ("ftp://127.0.0.1", "it is neither http nor https"),
            ("https://evil.example", "its host is neither on this machine nor one of Google's"),
        ] {
            assert_eq!(Endpoint::parse(given).unwrap_err().problem, reason, "{given}");
        }
    }

    #[test]
    fn a_refused_endpoint_does_not_repeat_the_password() {
        let error = Endpoint::parse("https://user:hunter2@evil.example").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
