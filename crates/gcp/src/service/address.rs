//! Where a deployed service is: the only hosts that identity tokens go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

use crate::Endpoint;

/// A checked address of a service: `https` on a host under `run.app`, as live state tells it. On an endpoint of this
/// machine it is reached there, as the same host under `run.localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAddress {
    audience: String,
    base: Url,
    nearby: Vec<SocketAddr>,
}

/// An address that no identity token may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the service's address `{given}` is refused: {problem}; identity tokens go to https hosts under run.app only"
)]
pub struct ServiceAddressError {
    /// What was given, without a password.
    pub given: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl ServiceAddress {
    /// Checks the address that live state gives (`uri` of run.v2 `Service`). Errors: it is not `https` on a host under
    /// `run.app`, or carries more than scheme and host.
    pub fn parse(uri: &str, endpoint: &Endpoint) -> Result<Self, ServiceAddressError> {
        let Ok(url) = Url::parse(uri) else {
            return Err(ServiceAddressError { given: uri.to_owned(), problem: "it is no URL" });
        };
        let refuse = |problem| {
            let mut shown = url.clone();
            // Neither can fail for a URL with a host, and one without a host has nothing to hide.
            let _ = shown.set_username("");
            let _ = shown.set_password(None);
            Err(ServiceAddressError { given: shown.to_string(), problem })
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it carries a user name or password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refuse("it carries a path, a query or a fragment");
        }
        if url.scheme() != "https" || url.port().is_some() {
            return refuse("it is not https on the usual port");
        }
        let host = url.host_str().unwrap_or_default();
        let Some(stem) = stem_of(host) else { return refuse("its host is not under run.app") };
        let audience = format!("https://{host}");
        let Some(mut base) = endpoint.loopback_base() else {
            return Ok(Self { audience, base: url, nearby: Vec::new() });
        };
        let port = base.port_or_known_default().unwrap_or(80);
        let nearby = match base.host_str().map(|host| host.trim_matches(['[', ']']).parse::<IpAddr>()) {
            Some(Ok(address)) => vec![SocketAddr::new(address, port)],
            // `localhost`: whichever of the two answers.
            Some(Err(_)) | None => {
                vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
            }
        };
        if base.set_host(Some(&format!("{stem}.run.localhost"))).is_err() {
            return refuse("its host is no host");
        }
        Ok(Self { audience, base, nearby })
    }

    /// The address of one revision by its tag, for whom tokens are made as for the service: both as live state gives them
    /// (`uri` of run.v2 `TrafficTargetStatus` and of `Service`). Errors: as for an address of a service.
    pub fn tagged(tag: &str, service: &str, endpoint: &Endpoint) -> Result<Self, ServiceAddressError> {
        let Self { audience, .. } = Self::parse(service, endpoint)?;
        Ok(Self { audience, ..Self::parse(tag, endpoint)? })
    }

    /// The service's base URL without a trailing slash: for whom identity tokens are made.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Where requests go, for people.
    pub fn shown(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The host that requests name.
    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The sockets to connect to where the host is one of this machine, whatever the resolver says of it.
    pub(super) fn nearby(&self) -> &[SocketAddr] {
        &self.nearby
    }

    /// The URL of a path with its query. `None`: it does not begin with a slash, or leads to another place.
    pub(super) fn join(&self, target: &str) -> Option<Url> {
        let rest = target.strip_prefix('/')?;
        let url = Url::parse(&format!("{}/{rest}", self.shown())).ok()?;
        let stays =
            url.origin() == self.base.origin() && url.username().is_empty() && url.password().is_none();
        stays.then_some(url)
    }
}

/// What stands before `run.app`, if the last labels are exactly these and at least one more stands before them.
fn stem_of(host: &str) -> Option<&str> {
    let stem = host.strip_suffix(".run.app")?;
    stem.split('.').all(|label| !label.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[&str] = &[
        "https://run.app",
        "https://.run.app",
        "https://a..run.app",
        "https://service.run.app.",
        "https://service.run.app.evil.example",
        "https://servicerun.app",
        "https://service-run.app",
        "https://service.run-app",
        "https://service.run.apps",
        "https://service.run.ap",
        "https://service.run.application",
        "https://service.xrun.app",
        "https://service.run.app@evil.example",
        "https://service.run.app:443@evil.example",
        "https://user@service.run.app",
        "https://user:hunter2@service.run.app",
        "https://:hunter2@service.run.app",
        "https://service.run.app:8443",
        "http://service.run.app",
        "http://service.run.app:443",
        "ftp://service.run.app",
        "ws://service.run.app",
        "https://service.run.app/path",
        "https://service.run.app/?q=1",
        "https://service.run.app/#f",
        "https://evil.example/service.run.app",
        "https://evil.example?service.run.app",
        "https://evil.example#service.run.app",
        "https://evil.example\\service.run.app",
        "https://service.run.\u{430}pp",
        "https://service.run\u{ff0e}app.evil.example",
        "https://service.run.localhost",
        "http://service.run.localhost",
        "http://service.run.localhost:8085",
        "https://127.0.0.1",
        "http://127.0.0.1:8085",
        "https://[::1]",
        "https://run.googleapis.com",
        "https://metadata.google.internal",
        "https://example.com",
        "service.run.app",
        "//service.run.app",
        "",
    ];

    #[test]
    fn no_identity_token_goes_to_a_lookalike_of_a_service() {
        let loopback = Endpoint::parse("http://127.0.0.1:8085").unwrap();
        for given in REFUSED {
            for endpoint in [&Endpoint::Google, &loopback] {
                let refused = ServiceAddress::parse(given, endpoint);
                let text = refused.map(|taken| taken.audience).unwrap_err().to_string();
                assert!(!text.contains("hunter2"), "{text}");
            }
        }
    }

    #[test]
    fn a_service_is_reached_at_its_own_host_or_on_the_endpoint_of_this_machine() {
        for (uri, endpoint, audience, shown, nearby) in [
            (
                "https://gemma-x-ew.a.run.app",
                None,
                "https://gemma-x-ew.a.run.app",
                "https://gemma-x-ew.a.run.app",
                "",
            ),
            (
                "https://GEMMA-1.us-east4.run.app/",
                None,
                "https://gemma-1.us-east4.run.app",
                "https://gemma-1.us-east4.run.app",
                "",
            ),
            (
                "https://gemma-1.us-east4.run.app:443",
                None,
                "https://gemma-1.us-east4.run.app",
                "https://gemma-1.us-east4.run.app",
                "",
            ),
            (
                "https://gemma-x-ew.a.run.app",
                Some("https://private.googleapis.com"),
                "https://gemma-x-ew.a.run.app",
                "https://gemma-x-ew.a.run.app",
                "",
            ),
            (
                "https://gemma-1.europe-west1.run.app",
                Some("http://127.0.0.1:8085"),
                "https://gemma-1.europe-west1.run.app",
                "http://gemma-1.europe-west1.run.localhost:8085",
                "127.0.0.1:8085",
            ),
            (
                "https://gemma-1.europe-west1.run.app",
                Some("http://[::1]:8085"),
                "https://gemma-1.europe-west1.run.app",
                "http://gemma-1.europe-west1.run.localhost:8085",
                "[::1]:8085",
            ),
            (
                "https://gemma-1.europe-west1.run.app",
                Some("http://localhost"),
                "https://gemma-1.europe-west1.run.app",
                "http://gemma-1.europe-west1.run.localhost",
                "127.0.0.1:80 [::1]:80",
            ),
        ] {
            let endpoint = endpoint.map_or(Endpoint::Google, |url| Endpoint::parse(url).unwrap());
            let address = ServiceAddress::parse(uri, &endpoint).unwrap();
            let sockets: Vec<String> = address.nearby().iter().map(ToString::to_string).collect();
            assert_eq!(
                (address.audience(), address.shown(), sockets.join(" ").as_str()),
                (audience, shown, nearby)
            );
        }
    }

    #[test]
    fn no_path_leads_away_from_the_service() {
        let address = ServiceAddress::parse("https://gemma-1.us-east4.run.app", &Endpoint::Google).unwrap();
        for (target, url) in [
            ("/", Some("https://gemma-1.us-east4.run.app/")),
            ("/api/tags?x=1&y=%2F", Some("https://gemma-1.us-east4.run.app/api/tags?x=1&y=%2F")),
            ("//evil.example/x", Some("https://gemma-1.us-east4.run.app//evil.example/x")),
            ("/@evil.example", Some("https://gemma-1.us-east4.run.app/@evil.example")),
            ("/\\evil.example", Some("https://gemma-1.us-east4.run.app//evil.example")),
            ("/../../x", Some("https://gemma-1.us-east4.run.app/x")),
            ("", None),
            ("*", None),
            ("@evil.example/", None),
            (".evil.example/", None),
            (":80@evil.example/", None),
            ("https://evil.example/", None),
        ] {
            assert_eq!(address.join(target).map(String::from).as_deref(), url, "{target}");
        }
    }
}
