//! Who is spoken to over TLS: nobody whose certificate no known authority has signed, and nobody who speaks no TLS.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use gcp::{Auth, GoogleCloud};
use model::{Api, ApiRequest, Cloud, ErrorKind};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::server::{quick, target};

/// Made for this test, good for nothing else: `openssl req -x509` for `localhost` and 127.0.0.1.
const CERTIFICATE: &[u8] = include_bytes!("self-signed.pem");
const KEY: &[u8] = include_bytes!("throwaway-key.pem");

/// How a server behind an `https` address behaves.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    /// It speaks TLS with a certificate that it signed itself.
    SelfSigned,
    /// It speaks plain HTTP.
    Plain,
}

/// Serves connections until the test ends; gives the address, and what clients sent once a connection was there.
fn serve(behaviour: Behaviour) -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (sent, received) = channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut stream) = connection else { return };
            let mut heard = Vec::new();
            match behaviour {
                Behaviour::SelfSigned => {
                    let mut tls = rustls::ServerConnection::new(server()).unwrap();
                    let mut stream = rustls::Stream::new(&mut tls, &mut stream);
                    // The client breaks off while hands are shaken, so this fails and nothing is read.
                    drop(stream.read_to_end(&mut heard));
                }
                Behaviour::Plain => {
                    let mut buffer = [0; 4096];
                    let read = stream.read(&mut buffer).unwrap_or_default();
                    heard.extend_from_slice(&buffer[..read]);
                    drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
                }
            }
            if sent.send(heard).is_err() {
                return;
            }
        }
    });
    (url, received)
}

fn server() -> Arc<rustls::ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(builder.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

#[tokio::test]
async fn a_server_without_a_certificate_of_a_known_authority_gets_nothing() {
    for behaviour in [Behaviour::SelfSigned, Behaviour::Plain] {
        let (url, received) = serve(behaviour);
        let cloud = GoogleCloud::new(target(&url), Auth::default()).unwrap().with_pace(quick());
        let request = ApiRequest::get(Api::ResourceManager, "v3/projects/demo-project");
        let error = cloud.read(&request).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable, "{behaviour:?}: {error}");
        drop(cloud);
        let heard = received.recv().unwrap();
        let text = String::from_utf8_lossy(&heard).to_lowercase();
        assert!(!text.contains("bearer") && !text.contains("/v3/projects"), "{behaviour:?}: {text}");
    }
}
