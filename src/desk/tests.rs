//! What comes over the socket is what the store says; what is no question harms nobody.

use super::place::{Short, socket};
use super::*;
use crate::answer::{
    Answer, AnswerError, LintQuestion, PostSelection, PostsQuestion, Question, StatusQuestion, StoreCounts,
    TheoriesQuestion, answer,
};
use crate::post::{Post, Timestamp};
use crate::project::{Campaign, Theory};
use crate::store::{Batch, Columns, FeedRow, SledStore, Store as _, list_with_feeds, open_sled};
use crate::timeline::{By, Coverage};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn store(data: &Path) -> Arc<SledStore> {
    let store = open_sled(data, "collect", Duration::from_secs(5)).unwrap();
    let mut columns = Columns::new();
    for id in 0..1500_u32 {
        let mut post = Post {
            platform: "x".into(),
            id: id.to_string(),
            posted_at: Timestamp::from_millis_unchecked(1_486_000_000_000 + i64::from(id) * 77_777),
            text: ["the cia", "a mole \u{2028}\n\"", "nothing 🐦"][id as usize % 3].into(),
            synthetic: true,
            ..Post::default()
        };
        post.author.handle = Some(format!("demo_{}", id % 7));
        post.metrics.views = Some(u64::MAX - u64::from(id));
        post.kept = vec![("label".into(), "a".into())];
        columns.push(&post);
    }
    let mut row = FeedRow::new("mastodon", "demo.example", vec!["vault7".into()], now());
    (row.cursor, row.read) = ("\"7\"".into(), 1500);
    row.reject_reasons.insert("no id".into(), 3);
    let mut coverage = Coverage::default();
    coverage.gap(now(), Timestamp::from_millis_unchecked(1_600_000_001_000), "the host was \u{2028} away");
    let coverage = serde_json::to_vec(&BTreeMap::from([("vault7", coverage)])).unwrap();
    let mut notes = vec![row.note(), (row.coverage_key(), Some(coverage))];
    notes.extend(list_with_feeds(&store, &[row.name()]).unwrap());
    store.put(&Batch { notes, ..Batch::of(columns) }).unwrap();
    Arc::new(store)
}

fn status() -> Question {
    Question::Status(StatusQuestion::default())
}

fn campaign() -> Campaign {
    let theory = |id: &str, any: &str| Theory {
        id: id.into(),
        label: id.into(),
        any: vec![any.into()],
        ..Theory::default()
    };
    Campaign {
        name: "Vault 7".into(),
        zone: "UTC".into(),
        theories: vec![theory("cia", "cia"), theory("mole", "mole")],
        ..Campaign::default()
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis_unchecked(1_600_000_000_000)
}

fn theories() -> TheoriesQuestion {
    TheoriesQuestion {
        campaign: campaign(),
        by: By::Hour,
        zone: "Asia/Tokyo".into(),
        since: None,
        until: None,
        now: now(),
        split: Some("platform".into()),
        overlap: true,
    }
}

fn posts() -> PostsQuestion {
    PostsQuestion {
        campaign: campaign(),
        of: PostSelection::Theory("mole".into()),
        zone: "UTC".into(),
        since: None,
        until: None,
        now: now(),
        limit: 700,
        seed: None,
        after: None,
    }
}

fn questions() -> Vec<Question> {
    vec![
        Question::Theories(theories()),
        Question::Posts(posts()),
        status(),
        Question::Lint(LintQuestion { campaign: campaign() }),
    ]
}

#[test]
fn answers_are_those_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let desk = serve(&store, folder.path()).unwrap();
    let mode = fs::metadata(socket(folder.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for question in questions() {
        let there = ask(folder.path(), &question).unwrap().unwrap();
        if let Answer::Status(status) = &there {
            assert_eq!(status.feeds[0].gaps().count(), 1);
        }
        let here = answer(&StoreCounts(&*store), &question).unwrap();
        assert_eq!(there, here);
        assert_eq!(serde_json::to_string(&there).unwrap(), serde_json::to_string(&here).unwrap());
    }
    drop(desk);
    assert!(!socket(folder.path()).exists());
    assert!(ask(folder.path(), &status()).is_none());
    assert_eq!(Arc::strong_count(&store), 1, "no thread holds the store");
}

#[test]
fn what_cannot_be_answered_is_the_same_mistake_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let _desk = serve(&store, folder.path()).unwrap();
    let mut bad_rule = theories();
    bad_rule.campaign.theories[0].regex = vec!["(".into()];
    let mut bad_time = theories();
    bad_time.campaign.since = Some("2017-02-30".into());
    let wrong = [
        Question::Theories(TheoriesQuestion { zone: "Berlin".into(), ..theories() }),
        Question::Theories(TheoriesQuestion { since: Some(now()), until: Some(now()), ..theories() }),
        Question::Theories(TheoriesQuestion {
            by: By::Minute,
            since: Some(Timestamp::from_millis_unchecked(0)),
            ..theories()
        }),
        Question::Posts(PostsQuestion { of: PostSelection::Theory("moles".into()), ..posts() }),
        Question::Theories(bad_rule),
        Question::Theories(bad_time),
    ];
    for question in wrong {
        let Some(Err(DeskError::Answer(there))) = ask(folder.path(), &question) else {
            panic!("{question:?}");
        };
        let here = answer(&StoreCounts(&*store), &question).unwrap_err();
        assert_eq!(format!("{there:?}"), format!("{here:?}"));
    }
}

#[test]
fn a_store_that_fails_is_told_in_words() {
    let damaged = || Err(AnswerError::Store(crate::store::StoreError::Damaged("half a block".into())));
    let asked = wire::question_line(&status()).unwrap();
    let said = wire::answer_line(&asked, |_| damaged()).unwrap();
    let error = wire::read_answer(&status(), &said).unwrap_err();
    let words = "the process that has the store cannot answer: the store is damaged: half a block";
    assert_eq!(error.to_string(), words);
}

#[test]
fn another_version_is_told_so() {
    let asked = wire::question_line(&status()).unwrap();
    let ours = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    // What the other cannot know of a question is no matter: the version comes first.
    let asked = String::from_utf8(asked).unwrap().replace(&ours, "\"99.0.0\"").replace("status", "dance");
    let said = wire::answer_line(asked.as_bytes(), |_| panic!("answered")).unwrap();
    let said = String::from_utf8(said).unwrap().replace(&ours, "\"99.0.0\"");
    let error = wire::read_answer(&status(), said.as_bytes()).unwrap_err();
    let words = format!(
        "the process that has the store is tagline 99.0.0, this is tagline {}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(error.to_string(), words);
}

/// What comes back to some bytes; nothing, if the connection is closed.
fn send(data: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(Short::of(data).unwrap().path()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(bytes).unwrap();
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn what_is_no_question_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let _desk = serve(&store, folder.path()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let deep = "[".repeat(100_000);
    let lines = [
        "\n".to_owned(),
        "\0\u{feff}{}\n".to_owned(),
        format!("{deep}\n"),
        format!("{{\"tagline\":\"{version}\"}}\n"),
        format!("{{\"tagline\":\"{version}\",\"question\":{{\"ask\":\"dance\"}}}}\n"),
        format!("{{\"tagline\":\"{version}\",\"question\":{deep}}}\n"),
    ];
    for line in &lines {
        let said = send(folder.path(), line.as_bytes());
        assert!(said.starts_with("{\"unreadable\":"), "{said}");
    }
    for unended in ["", "{", "{\"tagline\":"] {
        assert_eq!(send(folder.path(), unended.as_bytes()), "");
    }
    // More who say nothing than there are seats, and who go away again.
    let idle: Vec<UnixStream> =
        (0..12).map(|_| UnixStream::connect(socket(folder.path())).unwrap()).collect();
    drop(idle);
    assert!(ask(folder.path(), &status()).unwrap().is_ok());
}

#[test]
fn lines_have_a_size_and_an_end() {
    use std::io::ErrorKind;
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let wait = Duration::from_millis(20);
    let read = |most| lines::read(&ours, most, wait);
    assert_eq!(read(10).unwrap_err().kind(), ErrorKind::TimedOut);
    theirs.write_all(b"one line\nand more").unwrap();
    assert_eq!(read(10).unwrap(), b"one line");
    theirs.write_all(&[b'x'; 100]).unwrap();
    assert_eq!(read(10).unwrap_err().kind(), ErrorKind::InvalidData);
    // Nobody reads.
    assert_eq!(lines::write(&ours, &vec![b'x'; 16 << 20], wait).unwrap_err().kind(), ErrorKind::TimedOut);
    let (ours, _) = UnixStream::pair().unwrap();
    assert_eq!(lines::read(&ours, 10, wait).unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn a_folder_may_lie_as_deep_as_it_likes() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a".repeat(120)).join("ü".repeat(60)).join("data");
    fs::create_dir_all(&deep).unwrap();
    let store = store(&deep);
    let desk = serve(&store, &deep).unwrap();
    assert!(ask(&deep, &status()).unwrap().is_ok());
    let short = Short::of(&deep).unwrap();
    let link = short.path().parent().unwrap().parent().unwrap().to_owned();
    assert!(link.exists());
    drop(short);
    assert!(!link.exists(), "nothing stays behind");
    drop(desk);
    assert!(!socket(&deep).exists());
}

#[test]
fn what_a_killed_process_left_behind_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(socket(folder.path())).unwrap());
    assert!(socket(folder.path()).exists());
    assert!(ask(folder.path(), &status()).is_none(), "nobody is there");
    let store = store(folder.path());
    let desk = serve(&store, folder.path()).unwrap();
    assert!(ask(folder.path(), &status()).unwrap().is_ok());
    // Somebody takes the socket away: the end must come all the same.
    fs::remove_file(socket(folder.path())).unwrap();
    drop(desk);
    // What is no socket is not ours to remove.
    fs::write(socket(folder.path()), "mine").unwrap();
    assert!(serve(&store, folder.path()).is_err());
    assert_eq!(fs::read(socket(folder.path())).unwrap(), b"mine");
}
