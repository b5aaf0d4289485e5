//! A resumable upload: a session, chunks, and after a broken one the question how much arrived.

use bytes::Bytes;
use model::{ApiRequest, CloudError, ErrorKind, Json, Method, Progress, Upload};
use reqwest::Url;

use super::chunks::Chunks;
use crate::GoogleCloud;
use crate::errors::{Cause, Failure, Fate, Reason};
use crate::exchange::{Quiet, Supervised, json_of};
use crate::http::{Answer, Outgoing, Payload};
use crate::retry::Repeat;

/// A multiple of 256 KiB, as the protocol demands of every chunk but the last. Small enough that it arrives within a call's
/// limit over a line of 300 kbit/s: a chunk that is on its way for longer could arrive after another run took over.
const CHUNK: u64 = 2 << 20;
/// Times in a row that a chunk may break before the upload is given up.
const BROKEN_IN_A_ROW: u32 = 6;
/// Sessions that may be opened: the server may forget one.
const SESSIONS: u32 = 3;

/// How far a session is.
enum Step {
    /// So many bytes arrived.
    Arrived(u64),
    /// The object is there.
    Finished(Json),
    /// The session is gone.
    Forgotten,
}

impl GoogleCloud {
    /// Uploads in chunks.
    pub(super) async fn upload_in_chunks(
        &self,
        upload: &Upload,
        request: ApiRequest,
        chunks: &mut Chunks,
        supervisor: Supervised<'_>,
    ) -> Result<Json, Failure> {
        for _ in 0..SESSIONS {
            let session = self.open_session(upload, &request, chunks.length, supervisor).await?;
            if let Some(object) = self.fill_session(&session, chunks, supervisor).await? {
                return Ok(object);
            }
        }
        Err(CloudError::new(
            ErrorKind::Unavailable,
            "the upload session was forgotten by the server each time",
        )
        .into())
    }

    /// Opens a session and checks that it stays on the host that gets our token.
    async fn open_session(
        &self,
        upload: &Upload,
        request: &ApiRequest,
        length: u64,
        supervisor: Supervised<'_>,
    ) -> Result<Outgoing, Failure> {
        let mut open =
            Outgoing::new(&self.target.endpoint, &request.clone().with_query("uploadType", "resumable"))?;
        open.headers.push(("X-Upload-Content-Type", upload.content_type.clone()));
        open.headers.push(("X-Upload-Content-Length", length.to_string()));
        let answer = self.exchange(&open, Repeat::Safe, &Quiet(supervisor)).await?;
        let url = answer.header("location").and_then(|location| Url::parse(location).ok());
        match url {
            Some(url)
                if url.origin() == open.url.origin()
                    && url.username().is_empty()
                    && url.password().is_none() =>
            {
                Ok(Outgoing {
                    method: Method::Put,
                    url,
                    headers: Vec::new(),
                    payload: Payload::Empty,
                    also: &[308],
                    ..open
                })
            }
            Some(_) | None => Err(CloudError::new(
                ErrorKind::Malformed,
                "the upload session is not on the host that was asked for it",
            )
            .at(request)
            .into()),
        }
    }

    /// Sends chunk after chunk; `None` when the server forgot the session.
    async fn fill_session(
        &self,
        session: &Outgoing,
        chunks: &mut Chunks,
        supervisor: Supervised<'_>,
    ) -> Result<Option<Json>, Failure> {
        let length = chunks.length;
        let mut arrived = 0;
        let mut broken = 0;
        loop {
            let bytes = chunks.read(arrived, CHUNK).await?;
            let sent = self.put(session, Some((arrived, bytes)), length, supervisor).await;
            let step = match sent {
                Ok(step) => step,
                Err(failure) if broken < BROKEN_IN_A_ROW && may_go_on(&failure) => {
                    broken += 1;
                    supervisor
                        .tell(Progress::Waiting("the upload broke, going on from what arrived".to_owned()));
                    tokio::time::sleep(self.pace.backoff(broken)).await;
                    match self.put(session, None, length, supervisor).await {
                        Ok(step) => step,
                        Err(failure) if may_go_on(&failure) => continue,
                        Err(failure) => return Err(failure),
                    }
                }
                Err(failure) => return Err(failure),
            };
            match step {
                Step::Finished(object) => return Ok(Some(object)),
                Step::Forgotten => return Ok(None),
                Step::Arrived(bytes) => {
                    if bytes > arrived {
                        broken = 0;
                    } else {
                        broken += 1;
                    }
                    if bytes > length || broken > BROKEN_IN_A_ROW {
                        return Err(
                            CloudError::new(ErrorKind::Malformed, "the upload does not advance").into()
                        );
                    }
                    arrived = bytes;
                    supervisor.tell(Progress::Sent { bytes: arrived, of: length });
                }
            }
        }
    }

    /// Sends one chunk, or asks how far the session is.
    async fn put(
        &self,
        session: &Outgoing,
        chunk: Option<(u64, Bytes)>,
        length: u64,
        supervisor: Supervised<'_>,
    ) -> Result<Step, Failure> {
        let mut put = session.clone();
        let range = match chunk {
            Some((start, bytes)) if !bytes.is_empty() => {
                let end = start + u64::try_from(bytes.len()).unwrap_or_default() - 1;
                put.payload = Payload::Bytes("application/octet-stream".to_owned(), bytes);
                format!("bytes {start}-{end}/{length}")
            }
            Some(_) | None => format!("bytes */{length}"),
        };
        put.headers.push(("Content-Range", range));
        // A chunk is not simply sent again: the server may have kept a part of it.
        match self.exchange(&put, Repeat::AfterReadingBack, &Quiet(supervisor)).await {
            Ok(answer) if answer.status == 308 => Ok(Step::Arrived(arrived(&answer))),
            Ok(answer) => match json_of(&answer) {
                Ok(object) => Ok(Step::Finished(object)),
                Err(text) => Err(Failure { cause: Cause::Malformed(text), fate: Fate::PerhapsDone }),
            },
            Err(failure) if matches!(failure.http(), 404 | 410) => Ok(Step::Forgotten),
            Err(failure) => Err(failure),
        }
    }
}

/// How many bytes a 308 confirms: `Range: bytes=0-N`; none without the header.
fn arrived(answer: &Answer) -> u64 {
    answer
        .header("range")
        .and_then(|range| range.rsplit('-').next())
        .and_then(|last| last.trim().parse::<u64>().ok())
        .map_or(0, |last| last.saturating_add(1))
}

fn may_go_on(failure: &Failure) -> bool {
    match &failure.cause {
        Cause::Lost(_) | Cause::Unreachable(_) | Cause::Malformed(_) => true,
        Cause::Refused(problem) => problem.reason() == Reason::Server,
        Cause::Ours(_) => false,
    }
}
