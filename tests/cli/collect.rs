//! `collect` as a person meets it: what it asks of them, what it says, how it ends; alerts; `sources`, `doctor --from`.

use crate::common::{Tagline, tagline};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server that answers every request of Hacker News' search with the same page, and notes what it was asked.
struct Server {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

fn serve(status: &'static str, body: &str) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (notes, body) = (Arc::clone(&asked), body.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                    break;
                }
                if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
                    length = number.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut sent = vec![0; length];
            std::io::Read::read_exact(&mut reader, &mut sent).unwrap();
            notes.lock().unwrap().push(head + &String::from_utf8_lossy(&sent));
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    Server { host, asked }
}

const PAGE: &str = r#"{"hits":[
  {"objectID":"13810015","created_at_i":1488892800,"author":"demo_otter","title":"Vault7: a mole at the CIA","points":12,"_tags":["story"]},
  {"objectID":"13810500","created_at_i":1488895200,"author":"demo_heron","comment_text":"vault7 is a mole, I say","_tags":["comment"]}
],"nbHits":2,"page":0,"hitsPerPage":1000}"#;

const RULES: &str = r#"[campaign]
name = "Vault 7"
tags = ["Vault7"]

[purpose]
why = "a test"
controller = "demo desk"
legal_basis = "none needed: the posts are invented"
retention = "2099-12-31"
contact = "mailto:demo@example.org"

[[theory]]
id = "mole"
label = "CIA mole"
any = ["mole"]
"#;

fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tagline.toml"), RULES).unwrap();
    dir
}

fn collect(dir: &Path, server: &Server) -> Tagline {
    let from = format!("hackernews:{}", server.host);
    // A week, so that nothing depends on when the test runs.
    tagline().dir(dir).env("NO_PROXY", "*").args([
        "collect",
        "--insecure",
        "--since",
        "2017-03-05",
        "--until",
        "2017-03-12",
        "--from",
        &from,
    ])
}

#[test]
fn posts_come_once_and_are_counted() {
    let (dir, server) = (project(), serve("200 OK", PAGE));
    let report = collect(dir.path(), &server).arg("--json").run().json();
    assert_eq!((report["schema"].as_str(), report["added"].as_u64()), (Some("tagline.collect/1"), Some(2)));
    assert_eq!(report["feeds"][0]["ended"], "complete");
    let asked = server.asked.lock().unwrap().join("\n");
    assert!(asked.contains("(+mailto:demo@example.org)"), "{asked}");
    // The window is done: nothing is asked again.
    let again = collect(dir.path(), &server).run().ok();
    assert!(again.stdout.contains("0 records read"), "{}", again.stdout);
    assert_eq!(server.asked.lock().unwrap().len(), 1);
    let counted = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
    assert_eq!((counted["posts"].as_u64(), counted["matched"].as_u64()), (Some(2), Some(2)));
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    let feed = &status["feeds"][0];
    assert_eq!((feed["added"].as_u64(), feed["ended"].as_str()), (Some(2), Some("complete")));
    assert_eq!(feed["coverage"]["vault7"][0]["since"], "2017-03-05T00:00:00Z");
    let text = tagline().dir(dir.path()).arg("status").run().ok().stdout;
    assert!(text.contains("collected #vault7 2017-03-05T00:00:00Z to 2017-03-12T00:00:00Z"), "{text}");
}

#[test]
fn without_a_purpose_nothing_is_asked() {
    let (dir, server) = (tempfile::tempdir().unwrap(), serve("200 OK", PAGE));
    fs::write(dir.path().join("tagline.toml"), "[campaign]\ntags = [\"Vault7\"]\n").unwrap();
    let output = collect(dir.path(), &server).run().code(2);
    assert!(output.stderr.contains("[purpose]"), "{}", output.stderr);
    assert!(server.asked.lock().unwrap().is_empty());
}

#[test]
fn a_dry_run_asks_and_saves_nothing() {
    let (dir, server) = (project(), serve("200 OK", PAGE));
    let output = collect(dir.path(), &server).arg("--dry-run").run().ok();
    assert!(output.stdout.contains("first: GET http://127.0.0.1"), "{}", output.stdout);
    assert!(output.stdout.contains("half of the 1,000 that are allowed"), "{}", output.stdout);
    assert!(server.asked.lock().unwrap().is_empty() && !dir.path().join("data/store").exists());
}

#[test]
fn what_is_wrong_is_said_with_what_to_type() {
    let dir = project();
    let check = |args: &[&str], code: i32, words: &str| {
        let output = tagline().dir(dir.path()).arg("collect").args(args).run().code(code);
        assert!(output.stderr.contains(words), "{args:?}: {}", output.stderr);
    };
    check(&[], 2, "say where: `--from");
    check(&["--from", "hackernew"], 2, "is it `hackernews`?");
    check(&["--from", "mastodon"], 2, "`--from mastodon:HOST`");
    check(&["Other", "--from", "hackernews"], 2, "add it to `tags`");
    check(&["!", "--from", "hackernews"], 2, "can be no tag");
    check(&["--from", "hackernews", "--every", "5"], 2, "write `30s`, `5m`");
    check(&["--from", "hackernews", "--recheck"], 2, "cannot look at posts again");
    check(&["--from", "hackernews", "--alert", "lead"], 2, "write `first`");
    check(&["--from", "hackernews:localhost:1", "--alert-webhook", "x"], 2, "--alert");
    let closed = format!("hackernews:{}", serve("403 Forbidden", "{}").host);
    check(&["--from", &closed, "--insecure"], 5, "");
    // Without TLS only where that was asked for.
    check(&["--from", &closed], 5, "");
}

#[test]
fn an_alert_is_told_once_without_accounts_and_texts() {
    static HOOKED: AtomicUsize = AtomicUsize::new(0);
    let (dir, server, hook) = (project(), serve("200 OK", PAGE), serve("204 No Content", ""));
    let webhook = format!("http://{}/hook?key=secret", hook.host);
    let ran = dir.path().join("ran.json");
    let run = format!("cat >> '{}'", ran.display());
    let told = |dir: &Path| {
        collect(dir, &server)
            .env("TAGLINE_WEBHOOK_SECRET", "s3cret")
            .args(["--alert", "first", "--alert-webhook", &webhook, "--alert-run", &run])
            .run()
            .ok()
    };
    let first = told(dir.path());
    let alert: serde_json::Value =
        serde_json::from_str(first.stdout.lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    assert_eq!((alert["alert"].as_str(), alert["theory"].as_str()), (Some("first"), Some("mole")));
    let second = told(dir.path());
    assert!(!second.stdout.contains("tagline.alert"), "{}", second.stdout);
    let hooked = hook.asked.lock().unwrap().clone();
    HOOKED.store(hooked.len(), Ordering::Relaxed);
    assert_eq!(hooked.len(), 1);
    assert!(hooked[0].to_lowercase().contains("authorization: bearer s3cret"), "{}", hooked[0]);
    for shown in [&first.stdout, &hooked[0], &fs::read_to_string(&ran).unwrap()] {
        assert!(shown.contains("\"theory\":\"mole\""), "{shown}");
        for private in ["demo_otter", "13810015", "at the CIA"] {
            assert!(!shown.contains(private), "{private} in {shown}");
        }
    }
}

#[test]
fn secrets_are_in_no_output_and_no_store() {
    let (dir, server) = (project(), serve("401 Unauthorized", r#"{"error":"x"}"#));
    let from = format!("mastodon:{}", server.host);
    let output = tagline()
        .dir(dir.path())
        .env("NO_PROXY", "*")
        .env("TAGLINE_MASTODON_TOKEN_CMD", "echo s3cret-t0ken")
        .args(["collect", "--insecure", "--verbose", "--from", &from])
        .run()
        .code(5);
    let asked = server.asked.lock().unwrap().join("\n");
    let mut seen = output.stdout + &output.stderr;
    for entry in fs::read_dir(dir.path().join("data/store")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            seen.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
        }
    }
    assert!(asked.contains("GET /"), "{asked}");
    assert!(!seen.contains("s3cret-t0ken"));
    let failed = tagline()
        .dir(dir.path())
        .env("TAGLINE_MASTODON_TOKEN_CMD", "echo s3cret-t0ken; exit 3")
        .args(["collect", "--insecure", "--from", &from])
        .run()
        .code(5);
    assert!(
        failed.stderr.contains("TAGLINE_MASTODON_TOKEN_CMD") && !failed.stderr.contains("s3cret"),
        "{}",
        failed.stderr
    );
}

#[test]
fn sources_say_what_they_need() {
    let text = tagline().arg("sources").env("TAGLINE_X_TOKEN", "abc").run().ok().stdout;
    for word in ["mastodon", "bluesky", "hackernews", "nostr", "rss", "needs TAGLINE_X_TOKEN (set)", "reddit"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    let json = tagline().args(["sources", "--json"]).run().json();
    assert_eq!(json["schema"], "tagline.sources/1");
    let names: Vec<&str> =
        json["sources"].as_array().unwrap().iter().map(|source| source["name"].as_str().unwrap()).collect();
    for name in names {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/sources/{name}.md"));
        assert!(page.is_file(), "{} is missing", page.display());
    }
}

#[test]
fn doctor_looks_at_places() {
    let (dir, server) = (project(), serve("200 OK", r#"{"hits":[],"nbHits":0}"#));
    let from = format!("hackernews:{}", server.host);
    let look = |from: &str| {
        tagline().dir(dir.path()).env("NO_PROXY", "*").args(["doctor", "--insecure", "--from", from]).run()
    };
    assert!(look(&from).ok().stdout.contains("answers as it should"));
    let gone = look("hackernews:127.0.0.1:1").code(5);
    assert!(gone.stdout.contains("cannot reach http://127.0.0.1:1"), "{}", gone.stdout);
}
