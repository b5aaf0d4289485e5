//! Who may ask: programs of this machine, and pages that the service itself sent. A page of somebody else that reaches
//! 127.0.0.1, by its number or by a name that it has rebound, would otherwise call the service as the developer.
//! Source: Fetch standard, `Origin`; Fetch Metadata, `Sec-Fetch-Site`.

use std::net::SocketAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};

/// The names under which the proxy may be asked.
pub(crate) struct Gate {
    authorities: Vec<String>,
}

/// Why a request is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It asks for a tunnel.
    Tunnel,
    /// It asks for another host.
    Host,
    /// It comes from a page of another origin.
    Origin,
    /// The browser says that another site asks.
    Site,
}

impl Gate {
    /// The gate of a proxy that listens at an address.
    pub(crate) fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let mut authorities =
            vec![address.to_string(), format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        authorities.push(format!("[::1]:{port}"));
        if port == 80 {
            authorities.extend([
                address.ip().to_string(),
                "127.0.0.1".into(),
                "localhost".into(),
                "[::1]".into(),
            ]);
        }
        Self { authorities }
    }

    /// The refusal of a request, if it is not to be passed on.
    pub(crate) fn refusal(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
        if method == Method::CONNECT {
            return Some(Refusal::Tunnel);
        }
        let Some(host) = self.host(uri, headers) else { return Some(Refusal::Host) };
        let own = format!("http://{host}");
        if headers
            .get_all(ORIGIN)
            .iter()
            .any(|origin| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
        {
            return Some(Refusal::Origin);
        }
        // `none`: somebody typed the address. `same-site` may be another port of this machine.
        let mut sites = headers.get_all("sec-fetch-site").iter();
        if sites.any(|site| site != "same-origin" && site != "none") {
            return Some(Refusal::Site);
        }
        None
    }

    /// The host that is asked for, if it is said once and is this one.
    fn host(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next()?.to_str().ok()?.to_ascii_lowercase();
        let same = uri.authority().is_none_or(|asked| asked.as_str().eq_ignore_ascii_case(&host));
        (hosts.next().is_none() && same && self.authorities.contains(&host)).then_some(host)
    }
}

impl Refusal {
    /// What is said of it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Tunnel => "gemmactl proxy passes requests on to one service and opens no tunnel",
            Self::Host => "gemmactl proxy answers at its own address only, as it was printed",
            Self::Origin => {
                "gemmactl proxy takes no requests of web pages that the service did not send (Origin)"
            }
            Self::Site => "gemmactl proxy takes no requests of other sites (Sec-Fetch-Site)",
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn refusal(uri: &str, headers: &[(&str, &str)]) -> Option<Refusal> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect();
        Gate::of("127.0.0.1:8080".parse().unwrap()).refusal(&Method::POST, &uri.parse().unwrap(), &headers)
    }

    #[test]
    fn programs_of_this_machine_and_pages_of_the_service_come_in() {
        for headers in [
            &[("host", "127.0.0.1:8080")][..],
            &[("host", "localhost:8080")],
            &[("host", "LOCALHOST:8080")],
            &[("host", "[::1]:8080")],
            &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")],
            &[
                ("host", "localhost:8080"),
                ("origin", "http://localhost:8080"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("host", "localhost:8080"), ("sec-fetch-site", "none")],
        ] {
            assert_eq!(refusal("/api/chat", headers), None, "{headers:?}");
        }
        assert_eq!(refusal("http://localhost:8080/api/chat", &[("host", "localhost:8080")]), None);
    }

    #[test]
    fn a_name_that_was_rebound_to_this_machine_is_refused() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:8081",
            "127.0.0.1:8080.evil.example",
            "localhost",
            "localhost.evil.example:8080",
            "evil.localhost:8080",
            "localhost.:8080",
            "0.0.0.0:8080",
            "user@localhost:8080",
            "",
        ] {
            assert_eq!(refusal("/", &[("host", host)]), Some(Refusal::Host), "{host}");
        }
        assert_eq!(refusal("/", &[]), Some(Refusal::Host));
        assert_eq!(
            refusal("/", &[("host", "localhost:8080"), ("host", "evil.example")]),
            Some(Refusal::Host),
            "said twice"
        );
        assert_eq!(refusal("http://evil.example/", &[("host", "localhost:8080")]), Some(Refusal::Host));
    }

    #[test]
    fn pages_of_others_are_refused_by_their_origin_or_by_their_site() {
        for origin in [
            "http://evil.example",
            "https://localhost:8080",
            "http://localhost:3000",
            "http://localhost",
            "http://127.0.0.1:8080",
            "null",
            "",
        ] {
            let headers = [("host", "localhost:8080"), ("origin", origin)];
            assert_eq!(refusal("/", &headers), Some(Refusal::Origin), "{origin}");
        }
        let twice = [
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
            ("origin", "http://evil.example"),
        ];
        assert_eq!(refusal("/", &twice), Some(Refusal::Origin));
        for site in ["cross-site", "same-site", "", "anything"] {
            let headers = [("host", "localhost:8080"), ("sec-fetch-site", site)];
            assert_eq!(refusal("/", &headers), Some(Refusal::Site), "{site}");
        }
    }

    #[test]
    fn no_tunnel_is_opened() {
        let gate = Gate::of("127.0.0.1:8080".parse().unwrap());
        let uri: Uri = "service.example:443".parse().unwrap();
        assert_eq!(gate.refusal(&Method::CONNECT, &uri, &HeaderMap::new()), Some(Refusal::Tunnel));
    }

    #[test]
    fn the_usual_port_may_be_left_out() {
        let gate = Gate::of("127.0.0.1:80".parse().unwrap());
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost"))]);
        assert_eq!(gate.refusal(&Method::GET, &"/".parse().unwrap(), &headers), None);
    }
}
