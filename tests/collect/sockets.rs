//! Streams: web sockets and event streams, whole and broken.

use crate::client::{client, options, short};
use crate::faults::{Fault, FaultProxy};
use crate::replay::{PATIENCE, Play, Replay, Step, Then, chunked, get, head};
use futures_util::FutureExt;
use tagline::http::{Client, ClientOptions, Message, NetError, Network, Opened, Stream};
use tagline::source::{Connection, Secret, Wire};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

fn socket(host: &str) -> Connection {
    connection(format!("ws://{host}/stream"), Wire::WebSocket)
}

fn events(host: &str) -> Connection {
    connection(format!("http://{host}/stream"), Wire::Events)
}

fn connection(url: String, wire: Wire) -> Connection {
    Connection { url, wire, bearer: None, hello: Vec::new(), what: "stream of #vault7".to_owned() }
}

async fn open(client: &Client, connection: &Connection) -> Box<dyn Stream> {
    match client.open(connection).await.unwrap() {
        Opened::Stream(stream) => stream,
        Opened::Answer(reply) => panic!("no stream: {reply:?}"),
    }
}

fn data(event: &str, data: &str) -> Message {
    Message::Data { event: event.to_owned(), data: data.as_bytes().to_vec() }
}

/// Everything until the end or an error.
async fn drain(stream: &mut dyn Stream) -> (Vec<Message>, Option<NetError>) {
    let mut messages = Vec::new();
    loop {
        match tokio::time::timeout(PATIENCE, stream.next()).await.unwrap() {
            Ok(end @ Message::End(_)) => {
                messages.push(end);
                return (messages, None);
            }
            Ok(message) => messages.push(message),
            Err(error) => return (messages, Some(error)),
        }
    }
}

fn plays(plays: Vec<Play>) -> Step {
    get("/stream").then(Then::Socket(plays))
}

#[tokio::test]
async fn a_web_socket_speaks_both_ways() {
    let close = CloseFrame { code: 1008.into(), reason: "too\u{202e} slow\n".into() };
    let script = plays(vec![
        Play::ExpectText("[\"REQ\"]".to_owned()),
        Play::ExpectText("[\"REQ\",2]".to_owned()),
        Play::Send(Frame::text("one")),
        Play::Send(Frame::binary(b"two".to_vec())),
        Play::Send(Frame::Ping(b"there?".to_vec().into())),
        Play::ExpectPong,
        Play::ExpectText("three".to_owned()),
        Play::Send(Frame::Close(Some(close))),
    ])
    .with("upgrade", "websocket")
    .with("authorization", "Bearer token")
    .with("user-agent", "tagline/0.1 (+mailto:demo@example.org)");
    let server = Replay::start([script]).await;
    let client = client(&server.host());
    let connection = Connection {
        bearer: Some(Secret::new("token")),
        hello: vec!["[\"REQ\"]".to_owned(), "[\"REQ\",2]".to_owned()],
        ..socket(&server.host())
    };
    let mut stream = open(&client, &connection).await;
    assert_eq!(stream.next().await, Ok(data("", "one")));
    assert_eq!(stream.next().await, Ok(data("", "two")));
    // The pong is sent though nobody reads on.
    assert_eq!(stream.next().await, Ok(Message::Alive));
    stream.send("three").await.unwrap();
    assert_eq!(stream.next().await, Ok(Message::End("too  slow (code 1008)".to_owned())));
    assert_eq!(stream.next().await, Ok(Message::End("too  slow (code 1008)".to_owned())));
    drop(stream);
    server.finish();
}

#[tokio::test]
async fn an_answer_instead_of_a_stream_is_given_back() {
    let limited = [("retry-after", "9"), ("content-type", "application/json")];
    let server = Replay::start([
        get("/stream").answers(429, &limited, "{}"),
        get("/stream").answers(200, &[("content-type", "text/html")], "hello"),
        get("/stream").answers(401, &[("content-type", "text/event-stream")], "data: x\n\n"),
        get("/stream").answers(200, &[("content-type", "text/html")], "data: x\n\n"),
    ])
    .await;
    let client = client(&server.host());
    for (connection, status, body) in [
        (socket(&server.host()), 429, "{}"),
        (socket(&server.host()), 200, "hello"),
        (events(&server.host()), 401, "data: x\n\n"),
        (events(&server.host()), 200, "data: x\n\n"),
    ] {
        let Opened::Answer(reply) = client.open(&connection).await.unwrap() else { panic!("a stream") };
        assert_eq!((reply.status, String::from_utf8_lossy(&reply.body).as_ref()), (status, body));
    }
    server.finish();
}

#[tokio::test]
async fn a_server_must_answer_the_handshake_itself() {
    let wrong = [("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-accept", "AAAA")];
    let none = [("upgrade", "websocket"), ("connection", "Upgrade")];
    let other = [("upgrade", "h2c"), ("connection", "Upgrade"), ("sec-websocket-accept", "AAAA")];
    let server = Replay::start(
        [&wrong[..], &none, &other].map(|headers| get("/stream").then(Then::Hang(head(101, headers)))),
    )
    .await;
    let client = client(&server.host());
    for _ in 0..3 {
        let opened = client.open(&socket(&server.host())).await;
        assert!(matches!(opened.err(), Some(NetError::Cut(text)) if text.contains("as it should")));
    }
    server.finish();
}

#[tokio::test]
async fn silence_is_asked_about_and_then_ends() {
    // The first asks twice and hears, the second never hears.
    let server = Replay::start([
        plays(vec![Play::ExpectPing, Play::ExpectPing, Play::Send(Frame::text("still here")), Play::Drop]),
        plays(vec![Play::Hang]),
    ])
    .await;
    let client = Client::new(&ClientOptions { times: short(), ..options(&server.host()) }).unwrap();
    let mut stream = open(&client, &socket(&server.host())).await;
    // Pongs come back by themselves as long as the other side reads.
    let (messages, error) = drain(&mut *stream).await;
    assert!(messages.contains(&data("", "still here")), "{messages:?}");
    assert!(matches!(error, Some(NetError::Cut(_))), "{error:?}");
    let mut stream = open(&client, &socket(&server.host())).await;
    assert!(
        matches!(drain(&mut *stream).await, (messages, Some(NetError::Timeout(_))) if messages.is_empty())
    );
    drop(stream);
    server.finish();
}

#[tokio::test]
async fn broken_web_sockets_are_noticed() {
    // A mask from a server, a reserved bit, an unknown opcode, text that is no UTF-8, a ping of 126 bytes.
    let bad: [&[u8]; 5] =
        [b"\x81\x81\x00\x00\x00\x00a", b"\xc1\x01a", b"\x83\x01a", b"\x81\x01\xff", b"\x89\x7e\x00\x7e"];
    let steps = bad
        .map(|bytes| plays(vec![Play::Send(Frame::text("good")), Play::SendRaw(bytes.to_vec()), Play::Hang]));
    let server = Replay::start(steps).await;
    let client = client(&server.host());
    for bytes in bad {
        let mut stream = open(&client, &socket(&server.host())).await;
        let (messages, error) = drain(&mut *stream).await;
        assert_eq!(messages, [data("", "good")], "{bytes:?}");
        assert!(matches!(error, Some(NetError::Cut(_))), "{bytes:?}: {error:?}");
    }
    server.finish();
}

#[tokio::test]
async fn large_messages_are_refused() {
    let text = "x".repeat(1001);
    // Said to be large, in one frame; or in many small ones.
    let claimed = [&b"\x81\x7f"[..], &(1_u64 << 40).to_be_bytes()].concat();
    let mut pieces = b"\x01\x7e\x01\xf4".to_vec();
    pieces.extend(vec![b'x'; 500]);
    let mut more = b"\x00\x7e\x01\xf4".to_vec();
    more.extend(vec![b'x'; 500]);
    let many = [pieces, more.clone(), more].concat();
    let event = format!("data: {text}\n\n");
    let server = Replay::start([
        plays(vec![
            Play::Send(Frame::text(text[..1000].to_owned())),
            Play::Send(Frame::text(text.clone())),
            Play::Hang,
        ]),
        plays(vec![Play::SendRaw(claimed), Play::Hang]),
        plays(vec![Play::SendRaw(many), Play::Hang]),
        event_stream(&[event.as_bytes()]),
    ])
    .await;
    let client = Client::new(&ClientOptions { message_max: 1000, ..options(&server.host()) }).unwrap();
    for (connection, good) in [
        (socket(&server.host()), 1),
        (socket(&server.host()), 0),
        (socket(&server.host()), 0),
        (events(&server.host()), 0),
    ] {
        let mut stream = open(&client, &connection).await;
        let (messages, error) = drain(&mut *stream).await;
        assert_eq!(messages.len(), good);
        assert!(matches!(error, Some(NetError::TooLarge(_))), "{error:?}");
    }
    server.finish();
}

/// Asks again and again, and drops what is pending each time.
async fn impatiently(stream: &mut dyn Stream) -> Result<Message, NetError> {
    let next = async {
        loop {
            if let Some(message) = stream.next().now_or_never() {
                return message;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, next).await.unwrap()
}

#[tokio::test]
async fn dropping_what_is_pending_loses_nothing() {
    // One byte of a frame after the other.
    let mut script = Vec::new();
    for byte in b"\x81\x05first\x89\x01p\x81\x06second" {
        script.push(Play::SendRaw(vec![*byte]));
    }
    script.extend([Play::ExpectPong, Play::Send(Frame::Close(None))]);
    let body = b":)\n\nevent: update\ndata: first\n\ndata: second\n\n";
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    let server = Replay::start([plays(script), event_stream(&bytes)]).await;
    let client = client(&server.host());
    let mut stream = open(&client, &socket(&server.host())).await;
    let mut messages = Vec::new();
    while messages.last() != Some(&Message::End(String::new())) {
        messages.push(impatiently(&mut *stream).await.unwrap());
    }
    messages.retain(|message| *message != Message::Alive);
    assert_eq!(messages, [data("", "first"), data("", "second"), Message::End(String::new())]);
    let mut stream = open(&client, &events(&server.host())).await;
    let expected = [Message::Alive, data("update", "first"), data("", "second"), Message::End(String::new())];
    for expected in expected {
        assert_eq!(impatiently(&mut *stream).await, Ok(expected));
    }
    drop(stream);
    server.finish();
}

fn event_stream(pieces: &[&[u8]]) -> Step {
    let headers = [("content-type", "Text/Event-Stream; charset=utf-8"), ("connection", "close")];
    get("/stream").with("accept", "text/event-stream").then(Then::Pieces(chunked(200, &headers, pieces)))
}

#[tokio::test]
async fn an_event_stream_is_read() {
    let script =
        event_stream(&[b":)\n\nevent: upd", b"ate\ndata: {}\n\n:thump\n", b"\nevent: delete\ndata: 7\n\n"])
            .with("authorization", "Bearer token")
            .with("accept-encoding", "identity");
    let server = Replay::start([script]).await;
    let client = client(&server.host());
    let connection = Connection { bearer: Some(Secret::new("token")), ..events(&server.host()) };
    let mut stream = open(&client, &connection).await;
    assert!(matches!(stream.send("x").await, Err(NetError::Unsafe(_))));
    let (messages, error) = drain(&mut *stream).await;
    let expected = [
        Message::Alive,
        data("update", "{}"),
        Message::Alive,
        data("delete", "7"),
        Message::End(String::new()),
    ];
    assert_eq!((messages.as_slice(), error), (&expected[..], None));
    server.finish();
}

#[tokio::test]
async fn an_event_stream_that_falls_silent_ends() {
    let start =
        [head(200, &[("content-type", "text/event-stream")]), b"data: 1\n\ndata: 2".to_vec()].concat();
    let server = Replay::start([get("/stream").then(Then::Hang(start))]).await;
    let client = Client::new(&ClientOptions { times: short(), ..options(&server.host()) }).unwrap();
    let mut stream = open(&client, &events(&server.host())).await;
    let (messages, error) = drain(&mut *stream).await;
    assert_eq!(messages, [data("", "1")]);
    assert!(matches!(error, Some(NetError::Timeout(_))), "{error:?}");
    drop(stream);
    server.finish();
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_gives_what_was_whole() {
    let body = b"data: 1\n\nevent: update\ndata: 2\n\n";
    let whole = chunked(200, &[("content-type", "text/event-stream")], &[&body[..13], &body[13..]]);
    let first = whole[0].len();
    let length = whole.concat().len();
    let frames = b"\x81\x011\x82\x012";
    let close = CloseFrame { code: 1000.into(), reason: "bye".into() };
    for reset in [false, true] {
        let ends = first..length;
        let steps = ends.clone().map(|_| get("/stream").then(Then::Pieces(whole.clone())));
        let server = Replay::start(steps).await;
        let fault = |end: usize| {
            let end = u64::try_from(end).unwrap();
            if reset { Fault::Reset(end) } else { Fault::Cut(end) }
        };
        let proxy = FaultProxy::start(server.address(), ends.clone().map(fault)).await;
        let client = client(&proxy.host());
        for end in ends {
            let mut stream = open(&client, &events(&proxy.host())).await;
            let (messages, error) = drain(&mut *stream).await;
            let expected = [data("", "1"), data("update", "2")];
            assert!(expected.starts_with(&messages), "cut at {end}: {messages:?}");
            assert!(matches!(error, Some(NetError::Cut(_))), "cut at {end}: {error:?}");
        }
        proxy.finish();
        server.finish();
        // The head of a handshake is as long as its answer, which is always 28 letters.
        let key = [
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-accept", "xxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        ];
        let begin = head(101, &key).len();
        let cuts = frames.len() + 7;
        let steps = (0..cuts).map(|_| {
            plays(vec![Play::SendRaw(frames.to_vec()), Play::Send(Frame::Close(Some(close.clone())))])
        });
        let server = Replay::start(steps).await;
        let proxy = FaultProxy::start(server.address(), (0..cuts).map(|cut| fault(begin + cut))).await;
        let client = crate::client::client(&proxy.host());
        for cut in 0..cuts {
            let mut stream = open(&client, &socket(&proxy.host())).await;
            let (messages, error) = drain(&mut *stream).await;
            let expected = [data("", "1"), data("", "2")];
            assert_eq!(messages, expected[..(cut / 3).min(2)], "cut at {cut}");
            assert!(matches!(error, Some(NetError::Cut(_))), "cut at {cut}: {error:?}");
        }
        proxy.finish();
        server.finish();
    }
}
