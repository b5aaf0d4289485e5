//! Uploads: small ones at once, large ones in chunks that go on after a break.

use std::io::{Seek, Write};
use std::sync::{Arc, Mutex};

use model::{Archive, Cloud, Content, ErrorKind, Progress, Step, Unsupervised, Upload};
use serde_json::json;

use crate::server::{Answer, Asked, Told, ok, refused, serve};

/// Where a session goes on, as Cloud Storage spells it.
const SESSION: &str = "/upload/storage/v1/b/sources/o?uploadType=resumable&upload_id=1";

#[derive(Debug)]
struct Blob(Vec<u8>);

impl Content for Blob {
    fn digest(&self) -> &'static str {
        "00"
    }

    fn paths(&self) -> Vec<&str> {
        vec!["blob"]
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn archive(&self) -> std::io::Result<Archive> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&self.0)?;
        file.rewind()?;
        Ok(Archive { file, length: self.0.len() as u64 })
    }
}

fn upload(bytes: Vec<u8>) -> Step {
    Step::Upload(Upload {
        bucket: "sources".into(),
        object: "gemma/00.tar.gz".into(),
        content_type: "application/gzip".into(),
        content: Arc::new(Blob(bytes)),
    })
}

fn large() -> Vec<u8> {
    let pattern: Vec<u8> = (0..251).collect();
    let mut bytes = pattern.repeat((20 << 20) / 251 + 1);
    bytes.truncate(20 << 20);
    bytes
}

#[tokio::test]
async fn small_content_goes_in_one_request_that_never_overwrites() {
    let server = serve(|_, _| ok(json!({"name": "gemma/00.tar.gz", "generation": "17"}))).await;
    let done = server.cloud().run(&upload(b"hello".to_vec()), &Unsupervised).await.unwrap();
    assert_eq!(done.outputs["generation"], "17");
    let asked = &server.asked()[0];
    assert_eq!(asked.line(), "POST /upload/storage/v1/b/sources/o");
    assert_eq!(
        (asked.query("uploadType"), asked.query("name"), asked.query("ifGenerationMatch")),
        ("media", "gemma/00.tar.gz", "0")
    );
    assert_eq!((asked.header("content-type"), asked.body.as_ref()), ("application/gzip", b"hello".as_ref()));
}

#[tokio::test]
async fn an_object_that_is_there_already_is_the_same_one() {
    for bytes in [b"hello".to_vec(), large()] {
        let server = serve(|asked, _| {
            if asked.method.as_str() == "POST" {
                Answer::Json(412, json!({"error": {"code": 412, "message": "conditionNotMet"}}))
            } else {
                assert_eq!(asked.path, "/storage/v1/b/sources/o/gemma%2F00.tar.gz");
                ok(json!({"generation": "3"}))
            }
        })
        .await;
        let done = server.cloud().run(&upload(bytes), &Unsupervised).await.unwrap();
        assert_eq!(done.outputs["generation"], "3");
    }
}

/// The server's side of a resumable upload, with faults by the number of the chunk.
fn resumable(
    stored: &Arc<Mutex<Vec<u8>>>,
    fault: fn(usize) -> Option<Answer>,
) -> impl FnMut(&Asked, usize) -> Answer + Send + 'static {
    let stored = Arc::clone(stored);
    let mut chunks = 0;
    move |asked, _| {
        if asked.method == "POST" {
            assert_eq!(asked.query("uploadType"), "resumable");
            assert_eq!(asked.header("x-upload-content-length"), (20 << 20).to_string());
            let location = format!("http://{}{SESSION}", asked.header("host"));
            return Answer::Full { status: 200, headers: vec![("location", location)], body: Vec::new() };
        }
        let range = asked.header("content-range").to_owned();
        let mut stored = stored.lock().unwrap();
        let so_far = |length: usize| {
            let headers =
                if length == 0 { Vec::new() } else { vec![("range", format!("bytes=0-{}", length - 1))] };
            Answer::Full { status: 308, headers, body: Vec::new() }
        };
        if range.starts_with("bytes */") {
            return so_far(stored.len());
        }
        chunks += 1;
        let start: usize = range.trim_start_matches("bytes ").split('-').next().unwrap().parse().unwrap();
        assert_eq!(start, stored.len(), "{range}");
        if let Some(fault) = fault(chunks) {
            // The server keeps a part of the chunk that it does not confirm.
            stored.extend_from_slice(&asked.body[..256 << 10]);
            return fault;
        }
        stored.extend_from_slice(&asked.body);
        if stored.len() == 20 << 20 { ok(json!({"generation": "9"})) } else { so_far(stored.len()) }
    }
}

#[tokio::test]
async fn large_content_goes_in_chunks_and_goes_on_after_a_break() {
    let faults: [fn(usize) -> Option<Answer>; 3] = [
        |_| None,
        |chunk| (chunk == 2).then(|| refused(503, "UNAVAILABLE", "later")),
        |chunk| (chunk == 1 || chunk == 3).then_some(Answer::Broken),
    ];
    for fault in faults {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let server = serve(resumable(&stored, fault)).await;
        let told = Told::default();
        let done = server.cloud().run(&upload(large()), &told.listen()).await.unwrap();
        assert_eq!(done.outputs["generation"], "9");
        assert!(*stored.lock().unwrap() == large());
        let last = told.all().into_iter().rfind(|progress| matches!(progress, Progress::Sent { .. }));
        assert_eq!(last, Some(Progress::Sent { bytes: 20 << 20, of: 20 << 20 }));
    }
}

#[tokio::test]
async fn a_session_on_another_host_gets_nothing() {
    let server = serve(|_, _| Answer::Full {
        status: 200,
        headers: vec![("location", format!("http://127.0.0.1:1{SESSION}"))],
        body: Vec::new(),
    })
    .await;
    let error = server.cloud().run(&upload(large()), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Malformed, 1));
}

#[tokio::test]
async fn a_forgotten_session_is_opened_again_but_not_for_ever() {
    let server = serve(|asked, _| match asked.method.as_str() {
        "POST" => Answer::Full {
            status: 200,
            headers: vec![("location", format!("http://{}{SESSION}", asked.header("host")))],
            body: Vec::new(),
        },
        _ => refused(410, "", "gone"),
    })
    .await;
    let error = server.cloud().run(&upload(large()), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Unavailable, 6));
}
