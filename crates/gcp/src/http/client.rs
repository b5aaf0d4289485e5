//! The HTTP client: TLS with ring and Mozilla's roots, HTTP/2 where offered, connections kept, no redirects.

use std::sync::Arc;
use std::time::Duration;

use model::{CloudError, ErrorKind};
use reqwest::Client;

/// Whether the proxies that the environment names are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxies {
    /// They are.
    Used,
    /// They are not: for addresses on this machine, which a proxy would answer for itself.
    Ignored,
}

/// Makes a client; takes about 3 ms and opens nothing.
pub(crate) fn client(proxies: Proxies) -> Result<Client, CloudError> {
    let broken = |error: &dyn std::error::Error| {
        CloudError::new(ErrorKind::Local, format!("no HTTPS client can be set up: {error}"))
    };
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut tls =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    // A ready-made configuration is taken as it is, so the protocols are offered here.
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("gemmactl/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(64)
        .tcp_nodelay(true);
    let builder = match proxies {
        Proxies::Used => builder,
        Proxies::Ignored => builder.no_proxy(),
    };
    builder.build().map_err(|error| broken(&error))
}
