//! This side: a connection to the proxy, byte by byte.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::endpoint::Proxied;

pub(crate) struct Caller(TcpStream);

impl Caller {
    pub(crate) async fn of(proxied: &Proxied) -> Self {
        Self(TcpStream::connect(&proxied.address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads until what was read ends with a text.
    pub(crate) async fn read_to(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        while !read.ends_with(end.as_bytes()) {
            let byte = self.0.read_u8().await;
            read.push(byte.unwrap_or_else(|_| panic!("ended at {:?}", String::from_utf8_lossy(&read))));
        }
        String::from_utf8(read).unwrap()
    }

    /// Reads to the end of the connection.
    pub(crate) async fn rest(mut self) -> String {
        let mut read = Vec::new();
        drop(self.0.read_to_end(&mut read).await);
        String::from_utf8_lossy(&read).into_owned()
    }
}

/// What a request with these headers is answered, the connection closed after it. `HOST` stands for the proxy's own.
pub(crate) async fn ask(proxied: &Proxied, line: &str, headers: &str) -> String {
    let mut caller = Caller::of(proxied).await;
    let headers = headers.replace("HOST", &proxied.address).replace('\n', "\r\n");
    caller.send(format!("{line} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n")).await;
    caller.rest().await
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer}"))
}

impl Caller {
    /// Sends a body while it reads to the end. Gives how much was sent, and what was read.
    pub(crate) async fn exchange(self, body: &[u8]) -> (usize, Vec<u8>) {
        let (mut reader, mut writer) = self.0.into_split();
        let send = async {
            writer.write_all(body).await.unwrap();
            body.len()
        };
        let receive = async {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).await.unwrap();
            read
        };
        tokio::join!(send, receive)
    }
}
