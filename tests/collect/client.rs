//! Asking: what the client sends, what it makes of answers, and what it refuses.

use crate::faults::{Fault, FaultProxy};
use crate::replay::{Asked, Replay, Then, answer, chunked, get, head, post};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::time::Duration;
use tagline::http::{Client, ClientOptions, NetError, Network, Proxies, Reply, Times};
use tagline::source::{Connection, Request, Secret, Wire};

/// Options of a client that may ask one host of this machine, without TLS.
pub(crate) fn options(host: &str) -> ClientOptions {
    ClientOptions {
        contact: "mailto:demo@example.org".to_owned(),
        named_hosts: vec![host.to_owned()],
        insecure: true,
        proxies: Proxies::None,
        // Trusted beside the system's, so that the tests run where the system has none.
        roots: vec![include_bytes!("tls/certificate.pem").to_vec()],
        ..ClientOptions::default()
    }
}

pub(crate) fn client(host: &str) -> Client {
    Client::new(&options(host)).unwrap()
}

/// Times so short that a test of silence is short. Only for tests in which silence is what comes.
pub(crate) fn short() -> Times {
    let ms = Duration::from_millis;
    Times { idle: ms(100), stream_ping: ms(50), stream_idle: ms(150), ..Times::default() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

async fn ask(client: &Client, url: String) -> Result<Reply, NetError> {
    client.ask(&Request::get(url, "a page")).await
}

#[tokio::test]
async fn a_request_is_sent_as_it_should() {
    let server = Replay::start([
        get("/api?tag=a%20b&max_id=7")
            .with("accept", "application/json")
            .with("user-agent", "tagline/0.1 (+mailto:demo@example.org)")
            .with("accept-encoding", "gzip")
            .without("authorization")
            .without("referer")
            .answers(200, &[("X-RateLimit-Remaining", "299"), ("set-cookie", "session=1")], "[]"),
        post("/login", r#"{"password":"x"}"#)
            .with("authorization", "Bearer token")
            .with("content-type", "application/json")
            .answers(429, &[("retry-after", "7")], ""),
    ])
    .await;
    let client = client(&server.host());
    let reply = ask(&client, server.url("/api?tag=a%20b&max_id=7")).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (200, &b"[]"[..]));
    assert_eq!(reply.url, server.url("/api?tag=a%20b&max_id=7"));
    assert_eq!(reply.headers.get("x-ratelimit-remaining"), Some("299"));
    assert_eq!(reply.headers.get("set-cookie"), None);
    let login = Request {
        bearer: Some(Secret::new("token")),
        body: Some(Secret::new(r#"{"password":"x"}"#)),
        ..Request::get(server.url("/login"), "login")
    };
    let reply = client.ask(&login).await.unwrap();
    assert_eq!((reply.status, reply.headers.get("retry-after")), (429, Some("7")));
    server.finish();
}

#[tokio::test]
async fn answers_come_packed_in_chunks_or_empty() {
    let text = "[{\"id\":\"1\"}]".repeat(1000);
    let packed = gzip(text.as_bytes());
    let pieces: Vec<&[u8]> = packed.chunks(7).collect();
    let gzipped = [("content-encoding", "gzip")];
    let server = Replay::start([
        get("/1").answers(200, &gzipped, &packed),
        get("/2").then(Then::Pieces(chunked(200, &gzipped, &pieces))),
        get("/3").then(Then::Pieces(chunked(200, &[], &[b"a", b"bc"]))),
        get("/4").answers(204, &[], ""),
        get("/5").then(Then::Close(b"HTTP/1.1 200 OK\r\n\r\nuntil the end".to_vec())),
    ])
    .await;
    let client = client(&server.host());
    for (target, expected) in
        [("/1", text.as_str()), ("/2", &text), ("/3", "abc"), ("/4", ""), ("/5", "until the end")]
    {
        let reply = ask(&client, server.url(target)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&reply.body), expected, "{target}");
    }
    server.finish();
}

#[tokio::test]
async fn a_large_answer_is_not_read_to_its_end() {
    let bomb = gzip(&vec![b' '; 1 << 20]);
    let endless = [head(200, &[("content-length", "99999999999")]), vec![b'x'; 70_000]].concat();
    let just = vec![b'x'; 50_000];
    let server = Replay::start([
        get("/bomb").answers(200, &[("content-encoding", "gzip")], &bomb),
        get("/endless").then(Then::Hang(endless)),
        get("/just").answers(200, &[], &just),
        get("/more").answers(200, &[], [just.as_slice(), b"x"].concat()),
    ])
    .await;
    assert!(bomb.len() < 50_000, "the bomb is small until it is unpacked");
    let client = Client::new(&ClientOptions { body_max: just.len(), ..options(&server.host()) }).unwrap();
    for target in ["/bomb", "/endless"] {
        let error = ask(&client, server.url(target)).await.unwrap_err();
        assert!(matches!(error, NetError::TooLarge(_)), "{target}: {error:?}");
        assert!(!error.may_pass());
    }
    assert_eq!(ask(&client, server.url("/just")).await.unwrap().body, just);
    assert!(matches!(ask(&client, server.url("/more")).await, Err(NetError::TooLarge(_))));
    server.finish();
}

#[tokio::test]
async fn too_many_headers_are_no_answer() {
    let names: Vec<String> = (0..200).map(|number| format!("x-{number}")).collect();
    let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let long = "x".repeat(9000);
    let server = Replay::start([
        get("/many").answers(200, &headers, ""),
        get("/long").answers(200, &[("link", &long), ("etag", "1")], ""),
    ])
    .await;
    let client = client(&server.host());
    assert!(ask(&client, server.url("/many")).await.is_err());
    let reply = ask(&client, server.url("/long")).await.unwrap();
    assert_eq!((reply.headers.get("link"), reply.headers.get("etag")), (None, Some("1")));
    server.finish();
}

/// Asks through a proxy that has one fault for each request.
async fn through(whole: &[u8], plan: Vec<Fault>) -> Vec<Result<Reply, NetError>> {
    let reached = plan.iter().filter(|fault| **fault != Fault::Refuse).count();
    let steps = (0..reached).map(|_| get("/page").then(Then::Close(whole.to_vec())));
    let server = Replay::start(steps).await;
    let count = plan.len();
    let proxy = FaultProxy::start(server.address(), plan).await;
    let client = client(&proxy.host());
    let mut replies = Vec::new();
    for _ in 0..count {
        replies.push(ask(&client, proxy.url("/page")).await);
    }
    proxy.finish();
    server.finish();
    replies
}

#[tokio::test]
async fn a_cut_at_any_byte_is_noticed() {
    let page = b"[{\"id\":\"1\",\"content\":\"demo\"}]";
    let with_length = answer(200, &[("connection", "close")], page);
    let in_chunks = chunked(200, &[("connection", "close")], &[&page[..9], &page[9..]]).concat();
    for whole in [with_length, in_chunks] {
        let ends = 0..u64::try_from(whole.len()).unwrap();
        for (reply, end) in
            through(&whole, ends.clone().map(Fault::Cut).collect()).await.iter().zip(ends.clone())
        {
            assert!(matches!(reply, Err(NetError::Cut(_))), "cut at {end}: {reply:?}");
        }
        for (reply, end) in through(&whole, ends.clone().map(Fault::Reset).collect()).await.iter().zip(ends) {
            assert!(matches!(reply, Err(NetError::Cut(_))), "reset at {end}: {reply:?}");
        }
        let good =
            through(&whole, vec![Fault::None, Fault::Slow, Fault::Late(Duration::from_millis(20))]).await;
        for reply in good {
            assert_eq!(reply.unwrap().body, page);
        }
    }
}

#[tokio::test]
async fn a_packed_answer_that_is_cut_or_changed_is_noticed() {
    let packed = gzip(b"[{\"id\":\"1\",\"content\":\"demo demo demo\"}]");
    let gzipped = [("content-encoding", "gzip"), ("connection", "close")];
    // Short of its end, though HTTP says that it is whole.
    let mut steps = Vec::new();
    for cut in 1..packed.len() {
        steps.push(get("/page").answers(200, &gzipped, &packed[..cut]));
    }
    let count = steps.len();
    let server = Replay::start(steps).await;
    let client = client(&server.host());
    for cut in 1..=count {
        let reply = ask(&client, server.url("/page")).await;
        assert!(matches!(reply, Err(NetError::Cut(_))), "cut at {cut}: {reply:?}");
    }
    server.finish();
    let whole = answer(200, &gzipped, &packed);
    let first = u64::try_from(whole.len() - packed.len()).unwrap();
    // Behind its header of ten bytes, every bit counts.
    let plan: Vec<Fault> = (first + 10..u64::try_from(whole.len()).unwrap()).map(Fault::Flip).collect();
    for reply in through(&whole, plan).await {
        assert!(matches!(reply, Err(NetError::Cut(_))), "{reply:?}");
    }
}

#[tokio::test]
async fn who_is_not_there_cannot_be_reached() {
    // A port that was free a moment ago.
    let free = Replay::start([]).await;
    let (host, url) = (free.host(), free.url("/"));
    free.finish();
    tokio::task::yield_now().await;
    let error = ask(&client(&host), url).await.unwrap_err();
    assert!(matches!(error, NetError::Unreachable(_)), "{error:?}");
    for reply in through(b"", vec![Fault::Refuse]).await {
        let error = reply.unwrap_err();
        assert!(error.may_pass(), "{error:?}");
    }
    let error = ask(&client("nowhere.invalid"), "https://nowhere.invalid/".to_owned()).await.unwrap_err();
    assert!(matches!(error, NetError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn silence_ends_in_time() {
    let half = head(200, &[("content-length", "10")]);
    let server = Replay::start([
        get("/1").then(Then::Hang(Vec::new())),
        get("/2").then(Then::Hang(half.clone())),
        get("/3").then(Then::Hang([half.as_slice(), b"[1,"].concat())),
    ])
    .await;
    let client = Client::new(&ClientOptions { times: short(), ..options(&server.host()) }).unwrap();
    for target in ["/1", "/2", "/3"] {
        let error = ask(&client, server.url(target)).await.unwrap_err();
        assert!(matches!(error, NetError::Timeout(_)), "{target}: {error:?}");
        assert!(error.may_pass());
    }
    server.finish();
}

#[tokio::test]
async fn an_answer_that_drips_ends_in_time() {
    let whole = answer(200, &[], &vec![b'x'; 1 << 20]);
    let server = Replay::start([get("/page").then(Then::Close(whole))]).await;
    let proxy = FaultProxy::start(server.address(), [Fault::Late(Duration::from_millis(20))]).await;
    let times = Times { total: Duration::from_millis(300), ..Times::default() };
    let client = Client::new(&ClientOptions { times, ..options(&proxy.host()) }).unwrap();
    let error = ask(&client, proxy.url("/page")).await.unwrap_err();
    assert!(matches!(&error, NetError::Timeout(text) if text.contains("not whole")), "{error:?}");
    proxy.finish();
    server.finish();
}

#[tokio::test]
async fn redirects_stay_on_their_host() {
    let stranger = Replay::start([]).await;
    let to = |target: &str| [("location", target.to_owned())];
    let redirect = |from: &str, target: &str| {
        let to = to(target);
        get(from).with("authorization", "Bearer token").answers(302, &[("location", &to[0].1)], "")
    };
    let server = Replay::start([
        redirect("/old?q=1", "/new?q=2"),
        get("/new?q=2").with("authorization", "Bearer token").json("[]"),
        redirect("/away", &stranger.url("/secret?token=token")),
        redirect("/other-name", &format!("http://localhost:{}/", stranger.address().port())),
        redirect("/https", &format!("https://{}/", stranger.host())),
        redirect("/loop", "/loop"),
        redirect("/loop", "/loop"),
        redirect("/loop", "/loop"),
        redirect("/loop", "/loop"),
        redirect("/loop", "/loop"),
    ])
    .await;
    let client = client(&server.host());
    let page = |target: &str| Request {
        bearer: Some(Secret::new("token")),
        ..Request::get(server.url(target), "a page")
    };
    let reply = client.ask(&page("/old?q=1")).await.unwrap();
    assert_eq!(reply.url, server.url("/new?q=2"));
    for away in ["/away", "/other-name", "/https"] {
        let error = client.ask(&page(away)).await.unwrap_err();
        let NetError::Unsafe(text) = error else { panic!("{error:?}") };
        let port = stranger.address().port().to_string();
        assert!(text.contains(&server.host()) && text.contains(&port), "{text}");
        assert!(!text.contains("token"), "{text}");
    }
    let error = client.ask(&page("/loop")).await.unwrap_err();
    assert!(matches!(&error, NetError::Unsafe(text) if text.contains("without end")), "{error:?}");
    server.finish();
    stranger.finish();
}

#[tokio::test]
async fn what_nobody_named_is_not_asked() {
    let server = Replay::start([]).await;
    let port = server.address().port();
    let unnamed = |host: &str| ClientOptions {
        named_hosts: Vec::new(),
        goal_hosts: vec![host.to_owned()],
        ..options("")
    };
    // By its number, and by a name that leads there.
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let client = Client::new(&unnamed(&host)).unwrap();
        let error = ask(&client, format!("https://{host}/")).await.unwrap_err();
        assert!(
            matches!(&error, NetError::Unsafe(text) if text.contains("you did not name it")),
            "{error:?}"
        );
        let stream = Connection {
            url: format!("wss://{host}/"),
            wire: Wire::WebSocket,
            bearer: None,
            hello: Vec::new(),
            what: String::new(),
        };
        assert!(matches!(client.open(&stream).await, Err(NetError::Unsafe(_))));
    }
    server.finish();
}

#[tokio::test]
async fn a_proxy_is_gone_through() {
    let proxy = Replay::start([get("http://social.example/api?q=1")
        .with("proxy-authorization", "Basic ZGVtbzpwYXNz")
        .with("host", "social.example")
        .json("[]")])
    .await;
    let options = ClientOptions {
        proxies: Proxies::At(Secret::new(format!("http://demo:pass@localhost:{}", proxy.address().port()))),
        ..options("social.example")
    };
    let reply =
        ask(&Client::new(&options).unwrap(), "http://social.example/api?q=1".to_owned()).await.unwrap();
    assert_eq!(reply.body, b"[]");
    proxy.finish();
}

#[tokio::test]
async fn errors_hold_no_secret() {
    const SECRET: &str = "s3cr3t";
    let away = format!("https://other.example/{SECRET}?{SECRET}#{SECRET}");
    let large = vec![b'x'; 100];
    let server = Replay::start([
        post(&format!("/cut?{SECRET}"), SECRET).then(Then::Close(SECRET.as_bytes().to_vec())),
        post(&format!("/hang?{SECRET}"), SECRET).then(Then::Hang(Vec::new())),
        post(&format!("/large?{SECRET}"), SECRET).answers(200, &[("x-secret", SECRET)], &large),
        post(&format!("/away?{SECRET}"), SECRET).answers(302, &[("location", &away)], SECRET),
        post(&format!("/garbage?{SECRET}"), SECRET)
            .then(Then::Close(format!("HTTP/1.1 {SECRET}\r\n\r\n").into())),
    ])
    .await;
    let options = ClientOptions { times: short(), body_max: 50, ..options(&server.host()) };
    let client = Client::new(&options).unwrap();
    let mut urls: Vec<String> = ["/cut", "/hang", "/large", "/away", "/garbage"]
        .iter()
        .map(|target| server.url(&format!("{target}?{SECRET}#{SECRET}")))
        .collect();
    // Refused before anything is sent.
    urls.extend([
        format!("https://other.example/?{SECRET}"),
        format!("https://demo:{SECRET}@{}/", server.host()),
        format!("ftp://{}/?{SECRET}", server.host()),
        format!("{SECRET} is no address"),
        format!("https://[{SECRET}/"),
        format!("http://127.0.0.1:1/?{SECRET}"),
    ]);
    let bearers = [SECRET.to_owned(), format!("{SECRET}\n")];
    let mut errors = Vec::new();
    for url in &urls {
        let request = Request {
            bearer: Some(Secret::new(&bearers[0])),
            body: Some(Secret::new(SECRET)),
            ..Request::get(url, "a page")
        };
        errors.push(client.ask(&request).await.unwrap_err());
        assert!(!format!("{request:?}").replace(url, "").contains(SECRET));
    }
    let unsendable =
        Request { bearer: Some(Secret::new(&bearers[1])), ..Request::get(server.url("/"), "a page") };
    errors.push(client.ask(&unsendable).await.unwrap_err());
    for proxy in [format!("http://demo:{SECRET}@["), format!("{SECRET}://{SECRET}")] {
        let options = ClientOptions { proxies: Proxies::At(Secret::new(proxy)), ..options.clone() };
        assert!(!format!("{options:?}").contains(SECRET));
        errors.extend(Client::new(&options).err());
    }
    let contact = ClientOptions { contact: format!("{SECRET}\r\nx: y"), ..options };
    errors.extend(Client::new(&contact).err());
    server.finish();
    assert!(errors.len() >= 13, "{errors:?}");
    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(!shown.contains('?'), "no query is shown: {shown}");
    }
}

/// A server on this machine that speaks TLS and answers one request, or several over HTTP/2 never.
async fn tls_server(answers: usize) -> (String, tokio::task::JoinHandle<()>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    let task = tokio::spawn(async move {
        for _ in 0..answers {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust us goes away.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer(200, &[("connection", "close")], b"[]")).await;
            let _ = stream.shutdown().await;
        }
    });
    (host, task)
}

#[tokio::test]
async fn certificates_are_checked() {
    let (host, task) = tls_server(2).await;
    let trusting = ClientOptions { insecure: false, ..options(&host) };
    let reply = ask(&Client::new(&trusting).unwrap(), format!("https://{host}/")).await.unwrap();
    assert_eq!(reply.body, b"[]");
    // Without it, and only the system's certificates: either there are none, or ours is not among them.
    let strict = ClientOptions { roots: Vec::new(), ..trusting };
    if let Ok(client) = Client::new(&strict) {
        let error = ask(&client, format!("https://{host}/")).await.unwrap_err();
        assert!(matches!(&error, NetError::Unreachable(text) if text.contains("certificate")), "{error:?}");
        task.await.unwrap();
    }
}

#[tokio::test]
#[should_panic(expected = "not as the script says")]
async fn a_script_notices_another_request() {
    let server = Replay::start([get("/expected")]).await;
    let _ = ask(&client(&server.host()), server.url("/other")).await;
    server.finish();
}

#[tokio::test]
#[should_panic(expected = "nobody asked for")]
async fn a_script_notices_a_step_that_was_not_used() {
    let _: Vec<Asked> = Replay::start([get("/expected")]).await.finish();
}

#[tokio::test]
#[should_panic(expected = "planned faults that did not happen: [Cut(9999)]")]
async fn a_fault_that_did_not_happen_is_noticed() {
    through(&answer(200, &[], b"short"), vec![Fault::Cut(9999)]).await;
}
