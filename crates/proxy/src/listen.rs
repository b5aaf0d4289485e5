//! The socket: loopback only, and what is done until it is told to stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use gcp::service::ServiceClient;
use tokio::net::TcpListener;

use crate::forward::{self, Door, Notice};
use crate::gate::Gate;

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// At 127.0.0.1:8080, or at any free port where that one is taken.
    Usual,
    /// Here and nowhere else; port 0 takes any free one.
    At(SocketAddr),
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Other machines could reach it.
    #[error(
        "{0} is no loopback address; whoever reaches the proxy calls the service as you, so it listens on this machine only"
    )]
    Open(SocketAddr),
    /// The system refuses.
    #[error("cannot listen on {0}: {1}")]
    Refused(SocketAddr, io::Error),
}

/// A socket that listens and does not answer yet.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// So long running answers may go on when the proxy is told to stop.
const GRACE: Duration = Duration::from_secs(10);

impl Listening {
    /// Listens. Errors: the address is not loopback, or the system refuses it.
    pub async fn open(wanted: Wanted) -> Result<Self, ListenError> {
        let address = match wanted {
            Wanted::Usual => USUAL,
            Wanted::At(address) if address.ip().is_loopback() => address,
            Wanted::At(address) => return Err(ListenError::Open(address)),
        };
        let refused = |error| ListenError::Refused(address, error);
        let listener = match (TcpListener::bind(address).await, wanted) {
            (Ok(listener), _) => listener,
            (Err(error), Wanted::Usual) if error.kind() == io::ErrorKind::AddrInUse => {
                TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(refused)?
            }
            (Err(error), Wanted::Usual | Wanted::At(_)) => return Err(refused(error)),
        };
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Passes requests on until `stop` is done; then answers that have begun get ten seconds to end.
    pub async fn serve(
        self,
        client: ServiceClient,
        notice: impl Fn(Notice) + Send + Sync + 'static,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let door = Arc::new(Door { client, gate: Gate::of(self.address), notice: Box::new(notice) });
        let router = Router::new().fallback(forward::respond).with_state(door);
        // A piece of an answer is sent when it is there, not when the one before it was acknowledged.
        let listener = self.listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let (told, heard) = tokio::sync::oneshot::channel();
        let stopping = async move {
            stop.await;
            // Nobody hears it where everything has ended.
            let _ = told.send(());
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(stopping);
        tokio::select! {
            result = async { served.await } => result,
            () = patience(heard) => Ok(()),
        }
    }
}

/// Is over some time after the wish to stop was heard.
async fn patience(heard: tokio::sync::oneshot::Receiver<()>) {
    match heard.await {
        Ok(()) => tokio::time::sleep(GRACE).await,
        Err(_) => std::future::pending().await,
    }
}
