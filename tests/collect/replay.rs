//! A server that follows a script to the letter: each step says which request it expects and what it answers. A request that is not
//! the next one, and a step that nobody asked for, fail the test.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Longest that a script waits for anything: only a test that fails gets there.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    /// The value of a header, whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One thing that is expected, and what is done then.
pub(crate) struct Step {
    method: &'static str,
    target: String,
    expected: Vec<(&'static str, Option<String>)>,
    body: Option<String>,
    then: Then,
}

/// What a step does.
pub(crate) enum Then {
    /// Sends exactly these bytes; the connection stays open for the next request.
    Bytes(Vec<u8>),
    /// Sends exactly these bytes, then closes.
    Close(Vec<u8>),
    /// Sends these bytes one piece after the other, then closes.
    Pieces(Vec<Vec<u8>>),
    /// Sends these bytes, then resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes, then nothing until the client goes away.
    Hang(Vec<u8>),
    /// Agrees to speak web sockets, then plays this.
    Socket(Vec<Play>),
}

/// One thing done over a web socket, seen from the server.
pub(crate) enum Play {
    Send(tokio_tungstenite::tungstenite::Message),
    /// Bytes that need not be a frame.
    SendRaw(Vec<u8>),
    /// The next frame that is neither ping nor pong must be this text.
    ExpectText(String),
    ExpectPing,
    ExpectPong,
    /// Nothing until the client goes away; pings are not answered.
    Hang,
    /// Goes away without a word.
    Drop,
}

/// A GET of exactly that target.
pub(crate) fn get(target: &str) -> Step {
    Step {
        method: "GET",
        target: target.to_owned(),
        expected: Vec::new(),
        body: None,
        then: Then::Bytes(answer(200, &[], b"")),
    }
}

/// A POST of exactly that target and body.
pub(crate) fn post(target: &str, body: &str) -> Step {
    Step { method: "POST", body: Some(body.to_owned()), ..get(target) }
}

impl Step {
    /// A header must have that value.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.expected.push((name, Some(value.to_owned())));
        self
    }

    /// A header must not be there.
    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.expected.push((name, None));
        self
    }

    /// Answers with these headers and this body.
    pub(crate) fn answers(self, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let bytes = answer(status, headers, body.as_ref());
        self.then(Then::Bytes(bytes))
    }

    /// Answers 200 with JSON.
    pub(crate) fn json(self, body: &str) -> Self {
        self.answers(200, &[("content-type", "application/json")], body)
    }

    pub(crate) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// Why a request is not the expected one.
    fn differs(&self, asked: &Asked) -> Option<String> {
        if asked.method != self.method || asked.target != self.target {
            return Some(format!(
                "expected {} {}, got {} {}",
                self.method, self.target, asked.method, asked.target
            ));
        }
        for (name, expected) in &self.expected {
            if asked.header(name) != expected.as_deref() {
                return Some(format!("{name}: expected {expected:?}, got {:?}", asked.header(name)));
            }
        }
        let body = self.body.as_deref().unwrap_or_default();
        (asked.body != body).then(|| format!("expected the body {body:?}, got {:?}", asked.body))
    }
}

/// A whole answer as HTTP/1.1 writes it.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut bytes = head(status, &[headers, &[("content-length", length.as_str())]].concat());
    bytes.extend_from_slice(body);
    bytes
}

/// An answer in chunks, the last of which ends it.
pub(crate) fn chunked(status: u16, headers: &[(&str, &str)], pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut sent = vec![head(status, &[headers, &[("transfer-encoding", "chunked")]].concat())];
    for piece in pieces.iter().chain(&[&b""[..]]) {
        sent.push([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    }
    sent
}

/// The head of an answer.
pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Said\r\n").into_bytes();
    for (name, value) in headers {
        write!(bytes, "{name}: {value}\r\n").unwrap();
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// What the server and the test share.
#[derive(Default)]
struct Shared {
    steps: VecDeque<Step>,
    asked: Vec<Asked>,
    problems: Vec<String>,
}

/// The server. Ends with [`Replay::finish`], which is where it complains.
pub(crate) struct Replay {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: tokio::task::JoinHandle<()>,
    finished: bool,
}

impl Replay {
    pub(crate) async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared { steps: steps.into_iter().collect(), ..Shared::default() }));
        let task = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, task, finished: false }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `127.0.0.1:port`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// Fails if anything was not as the script says. Gives all requests.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Vec<Asked> {
        self.finished = true;
        self.task.abort();
        let shared = self.shared.lock().unwrap();
        assert!(shared.problems.is_empty(), "not as the script says: {:#?}", shared.problems);
        let left: Vec<&str> = shared.steps.iter().map(|step| step.target.as_str()).collect();
        assert!(left.is_empty(), "nobody asked for {left:?}");
        shared.asked.clone()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.task.abort();
        assert!(self.finished || std::thread::panicking(), "a script must be finished");
    }
}

async fn serve(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            if let Err(problem) = talk(stream, &shared).await {
                shared.lock().unwrap().problems.push(problem);
            }
        });
    }
}

/// All requests of one connection.
async fn talk(mut stream: TcpStream, shared: &Mutex<Shared>) -> Result<(), String> {
    let mut read = Vec::new();
    while let Some(asked) = read_request(&mut stream, &mut read).await? {
        let step = {
            let mut shared = shared.lock().unwrap();
            shared.asked.push(asked.clone());
            shared.steps.pop_front()
        };
        let step = step.ok_or_else(|| format!("nothing more was expected, got {asked:?}"))?;
        if let Some(difference) = step.differs(&asked) {
            return Err(difference);
        }
        match step.then {
            // A client that goes away early is the business of the test, not of the script.
            Then::Bytes(bytes) => drop(stream.write_all(&bytes).await),
            Then::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return Ok(());
            }
            Then::Pieces(pieces) => {
                stream.set_nodelay(true).unwrap();
                for piece in pieces {
                    let _ = stream.write_all(&piece).await;
                    tokio::task::yield_now().await;
                }
                return Ok(());
            }
            Then::Reset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                stream.set_zero_linger().unwrap();
                return Ok(());
            }
            Then::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return gone(&mut stream).await;
            }
            Then::Socket(plays) => return play(stream, &asked, plays).await,
        }
    }
    Ok(())
}

/// Waits until the client has gone away.
async fn gone(stream: &mut (impl AsyncReadExt + Unpin)) -> Result<(), String> {
    let mut buffer = [0; 1024];
    let read = async { while !matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {} };
    tokio::time::timeout(PATIENCE, read).await.map_err(|_| "the client does not go away".to_owned())
}

async fn read_request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<Option<Asked>, String> {
    loop {
        if let Some((asked, used)) = parse(read)? {
            read.drain(..used);
            return Ok(Some(asked));
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) if read.is_empty() => return Ok(None),
            Ok(0) | Err(_) => {
                return Err(format!("a request broke off: {:?}", String::from_utf8_lossy(read)));
            }
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A request, if it is whole, and how many bytes it is.
fn parse(read: &[u8]) -> Result<Option<(Asked, usize)>, String> {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&read[..end]).map_err(|_| "a request that is no text".to_owned())?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let mut asked = Asked { method: first.next().unwrap_or_default(), ..Asked::default() };
    asked.target = first.next().unwrap_or_default();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("not a header: {line}"))?;
        asked.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length =
        asked.header("content-length").unwrap_or("0").parse().map_err(|_| "a bad length".to_owned())?;
    let Some(body) = read.get(end + 4..).and_then(|rest| rest.get(..length)) else { return Ok(None) };
    asked.body = String::from_utf8_lossy(body).into_owned();
    Ok(Some((asked, end + 4 + length)))
}

async fn play(mut stream: TcpStream, asked: &Asked, plays: Vec<Play>) -> Result<(), String> {
    use futures_util::{SinkExt, StreamExt};
    let key = asked.header("sec-websocket-key").ok_or("a web socket needs a key")?;
    if asked.header("sec-websocket-version") != Some("13") {
        return Err("a web socket of another version".to_owned());
    }
    let accept = derive_accept_key(key.as_bytes());
    let agreed = [("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-accept", &accept)];
    stream.write_all(&head(101, &agreed)).await.map_err(|error| error.to_string())?;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    for play in plays {
        match play {
            Play::Send(message) => socket.send(message).await.map_err(|error| error.to_string())?,
            Play::SendRaw(bytes) => {
                let sent = socket.get_mut().write_all(&bytes).await;
                sent.map_err(|error| error.to_string())?;
            }
            Play::Hang => return gone(socket.get_mut()).await,
            Play::Drop => return Ok(()),
            Play::ExpectText(_) | Play::ExpectPing | Play::ExpectPong => {
                let frame = tokio::time::timeout(PATIENCE, next_frame(&mut socket, &play)).await;
                frame.map_err(|_| "an expected frame did not come".to_owned())??;
            }
        }
    }
    // Until the client has seen it all.
    while let Ok(Some(Ok(_))) = tokio::time::timeout(PATIENCE, socket.next()).await {}
    Ok(())
}

async fn next_frame(socket: &mut WebSocketStream<TcpStream>, expected: &Play) -> Result<(), String> {
    use futures_util::StreamExt;
    use tokio_tungstenite::tungstenite::Message;
    loop {
        let frame = socket.next().await.ok_or("the client closed the web socket")?;
        let frame = frame.map_err(|error| error.to_string())?;
        match (&frame, expected) {
            (Message::Ping(_), Play::ExpectPing) | (Message::Pong(_), Play::ExpectPong) => return Ok(()),
            (Message::Text(text), Play::ExpectText(expected)) if text.as_str() == expected => return Ok(()),
            (Message::Ping(_) | Message::Pong(_), _) => {}
            _ => return Err(format!("another frame than expected: {frame:?}")),
        }
    }
}
