//! The HTTP client: TLS with ring and Mozilla's roots, HTTP/2 where offered, connections kept, no redirects.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use model::{CloudError, ErrorKind};
use reqwest::{Client, ClientBuilder};

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
    builder(proxies, &[b"h2", b"http/1.1"])?.build().map_err(|error| broken(&error))
}

/// Makes a client for a deployed service at a host: HTTP/1.1, so that connections can be upgraded, and bodies as they are
/// sent. `nearby` are the sockets of the host where it is on this machine.
pub(crate) fn service_client(
    proxies: Proxies,
    host: &str,
    nearby: &[SocketAddr],
) -> Result<Client, CloudError> {
    let mut builder = builder(proxies, &[b"http/1.1"])?
        .http1_only()
        .no_gzip()
        .pool_max_idle_per_host(256)
        .tcp_keepalive(Duration::from_secs(30));
    if !nearby.is_empty() {
        builder = builder.resolve_to_addrs(host, nearby);
    }
    builder.build().map_err(|error| broken(&error))
}

fn broken(error: &dyn std::error::Error) -> CloudError {
    CloudError::new(ErrorKind::Local, format!("no HTTPS client can be set up: {error}"))
}

fn builder(proxies: Proxies, protocols: &[&[u8]]) -> Result<ClientBuilder, CloudError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut tls =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    // A ready-made configuration is taken as it is, so the protocols are offered here.
    tls.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("gemmactl/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(64)
        .tcp_nodelay(true);
    Ok(match proxies {
        Proxies::Used => builder,
        Proxies::Ignored => builder.no_proxy(),
    })
}
