//! Repositories made here: whole, in part, damaged, hostile.

use super::*;
use crate::post::{Deletion, Draft};
use std::path::Path;

/// A value to be written as DAG-CBOR.
enum Value {
    Null,
    Number(u64),
    Text(&'static str),
    Bytes(Vec<u8>),
    Link(Vec<u8>),
    List(Vec<Value>),
    Map(Vec<(&'static str, Value)>),
}

fn head(kind: u8, number: usize, out: &mut Vec<u8>) {
    let [high, low] = u16::try_from(number).unwrap().to_be_bytes();
    match number {
        0..=23 => out.push(kind << 5 | low),
        24..=255 => out.extend([kind << 5 | 0x18, low]),
        _ => out.extend([kind << 5 | 0x19, high, low]),
    }
}

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(0xf6),
            Self::Number(number) => head(0, usize::try_from(*number).unwrap(), out),
            Self::Bytes(bytes) => {
                head(2, bytes.len(), out);
                out.extend(bytes);
            }
            Self::Text(text) => {
                head(3, text.len(), out);
                out.extend(text.as_bytes());
            }
            Self::List(values) => {
                head(4, values.len(), out);
                for value in values {
                    value.write(out);
                }
            }
            Self::Map(members) => {
                head(5, members.len(), out);
                for (key, value) in members {
                    Self::Text(key).write(out);
                    value.write(out);
                }
            }
            Self::Link(address) => {
                head(6, 42, out);
                Self::Bytes([&[0], address.as_slice()].concat()).write(out);
            }
        }
    }
}

/// A path, the address of its record, and of the node behind it.
type Leaf<'l> = (&'l str, Vec<u8>, Option<Vec<u8>>);

#[derive(Clone, Default)]
struct Maker {
    blocks: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Maker {
    /// Adds a block; returns its address.
    fn add(&mut self, value: &Value) -> Vec<u8> {
        let mut block = Vec::new();
        value.write(&mut block);
        let address = [&[1, 0x71, 0x12, 0x20], Sha256::digest(&block).as_slice()].concat();
        self.blocks.push((address.clone(), block));
        address
    }

    /// A node of a tree, of paths in order; what lies before all of them, and after each.
    fn node(&mut self, left: Option<Vec<u8>>, entries: Vec<Leaf<'_>>) -> Vec<u8> {
        let link = |address: Option<Vec<u8>>| address.map_or(Value::Null, Value::Link);
        let mut last = "";
        let entries = entries.into_iter().map(|(path, value, after)| {
            let shared = path.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
            last = path;
            Value::Map(vec![
                ("k", Value::Bytes(path.as_bytes()[shared..].to_vec())),
                ("p", Value::Number(shared as u64)),
                ("t", link(after)),
                ("v", Value::Link(value)),
            ])
        });
        let entries = Value::List(entries.collect());
        self.add(&Value::Map(vec![("e", entries), ("l", link(left))]))
    }

    fn file(&self, root: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let section = |parts: &[&[u8]], out: &mut Vec<u8>| {
            let bytes = parts.concat();
            let mut length = bytes.len();
            while length > 127 {
                out.push(u8::try_from(length & 127).unwrap() | 128);
                length >>= 7;
            }
            out.push(u8::try_from(length).unwrap());
            out.extend(bytes);
        };
        let mut header = Vec::new();
        let roots = Value::List(vec![Value::Link(root.to_vec())]);
        Value::Map(vec![("roots", roots), ("version", Value::Number(1))]).write(&mut header);
        section(&[&header], &mut out);
        self.blocks.iter().for_each(|(address, block)| section(&[address, block], &mut out));
        out
    }
}

const DID: &str = "did:plc:demoanna2222222222222222";

fn post(text: &'static str, at: &'static str) -> Vec<(&'static str, Value)> {
    vec![
        ("text", Value::Text(text)),
        ("$type", Value::Text("app.bsky.feed.post")),
        ("langs", Value::List(vec![Value::Text("en")])),
        ("createdAt", Value::Text(at)),
    ]
}

/// A repository of three posts, a repost, a like and two records that are wrong; the blocks from the root to the leaves, or the other way.
fn repository(leave_out: &[usize], backwards: bool) -> Vec<u8> {
    let mut maker = Maker::default();
    let first = post("What is in #Vault7?", "2025-03-07T13:00:00.250Z");
    let first = maker.add(&Value::Map(first));
    let mut second = post("a link #Vault7 demo.example/long...", "2025-03-07T13:01:00.250Z");
    let index = Value::Map(vec![("byteEnd", Value::Number(35)), ("byteStart", Value::Number(15))]);
    let feature = vec![
        ("uri", Value::Text("https://demo.example/long/address")),
        ("$type", Value::Text("app.bsky.richtext.facet#link")),
    ];
    let features = Value::List(vec![Value::Map(feature)]);
    second.push(("facets", Value::List(vec![Value::Map(vec![("index", index), ("features", features)])])));
    let thumb = vec![("ref", Value::Link(first.clone())), ("size", Value::Number(5))];
    second.push(("blob", Value::Map(thumb)));
    let second = maker.add(&Value::Map(second));
    let third = maker.add(&Value::Map(post("under a key of its own", "2025-03-07T13:02:00Z")));
    let original = Value::Text("at://did:plc:demoben33333333333333333/app.bsky.feed.post/3lkizm6uvhc2b");
    let subject = Value::Map(vec![("cid", Value::Text("bafyreidemo")), ("uri", original)]);
    let repost = vec![
        ("$type", Value::Text("app.bsky.feed.repost")),
        ("subject", subject),
        ("createdAt", Value::Text("2025-03-07T13:03:00.250Z")),
    ];
    let repost = maker.add(&Value::Map(repost));
    let like = maker.add(&Value::Map(vec![("$type", Value::Text("app.bsky.feed.like"))]));
    let empty = maker.add(&Value::Map(vec![("$type", Value::Text("app.bsky.feed.post"))]));
    let list = maker.add(&Value::List(vec![Value::Number(1)]));
    let left = maker.node(None, vec![("app.bsky.feed.like/3ljsnsldj222h", like, None)]);
    let inner = maker.node(
        None,
        vec![
            ("app.bsky.feed.post/3ljsnufqms22h", second, None),
            ("app.bsky.feed.post/my-own-key", third, None),
            ("app.bsky.feed.post/wrong", empty, None),
            ("app.bsky.feed.post/wrong-too", list, None),
        ],
    );
    let right = maker.node(None, vec![("app.bsky.feed.repost/3ljso3x7q222h", repost, None)]);
    let far = maker.node(Some(right), vec![("app.bsky.graph.follow/3ljso3x7q222h", first.clone(), None)]);
    let root = maker.node(Some(left), vec![("app.bsky.feed.post/3ljsnsldj222h", first, Some(inner))]);
    let top = maker.node(Some(root), vec![("app.bsky.feed.postgate/3ljsnsldj222h", Vec::new(), Some(far))]);
    let commit = vec![
        ("did", Value::Text(DID)),
        ("rev", Value::Text("3ljso3x7q222h")),
        ("data", Value::Link(top)),
        ("prev", Value::Null),
        ("version", Value::Number(3)),
    ];
    let commit = maker.add(&Value::Map(commit));
    let mut number = 0;
    maker.blocks.retain(|_| {
        number += 1;
        !leave_out.contains(&(number - 1))
    });
    if backwards {
        maker.blocks.reverse();
    }
    maker.file(&commit)
}

#[derive(Default)]
struct Found {
    posts: Vec<String>,
    rejects: Vec<String>,
    unselected: Vec<&'static str>,
}

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push(post.id.to_string());
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.reason);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.unselected.push(reason);
    }
}

fn parse(file: &[u8]) -> Found {
    let mut found = Found::default();
    CarParser.parse(&Frame { bytes: file, offset: 0, place: Place::Byte(0) }, &mut found);
    found.posts.sort();
    found
}

#[test]
fn the_fixtures_are_made_here() {
    for (case, file) in [("whole", repository(&[], true)), ("in-part", repository(&[0, 7], false))] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archives/bluesky-car").join(case);
        let path = folder.join("input.car");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &file).unwrap();
        }
        assert!(std::fs::read(&path).unwrap_or_default() == file, "{case} (UPDATE_FIXTURES=1 rewrites it)");
    }
}

#[test]
fn the_order_of_blocks_does_not_matter() {
    let (one, other) = (parse(&repository(&[], false)), parse(&repository(&[], true)));
    assert_eq!(one.posts, other.posts);
    assert_eq!(one.posts.len(), 4);
    assert_eq!((one.rejects.len(), one.unselected.len()), (2, 3));
}

#[test]
fn a_changed_block_is_found_by_its_hash() {
    let whole = repository(&[], true);
    let at = whole.windows(7).position(|bytes| bytes == b"#Vault7").unwrap();
    let mut changed = whole.clone();
    changed[at] = b'$';
    let found = parse(&changed);
    assert_eq!(found.posts.len(), 3);
    assert!(found.rejects.contains(&"a record whose hash is wrong".to_owned()), "{:?}", found.rejects);
}

#[test]
fn a_cut_file_gives_what_it_holds() {
    let whole = repository(&[], true);
    let found = parse(&whole[..whole.len() - 40]);
    assert_eq!(found.posts.len(), 3);
    assert_eq!(
        found.rejects[2..],
        ["records that are not in the file: 1", "the file ends in the middle of a block"]
    );
}

#[test]
fn hostile_trees_end() {
    let mut maker = Maker::default();
    let record = maker.add(&Value::Map(post("again", "2025-03-07T13:00:00Z")));
    let paths: Vec<String> = (0..300).map(|number| format!("app.bsky.feed.post/key{number:03}")).collect();
    // Each node lies under the next one many times over: read as a tree this would take for ever.
    let mut node = maker.node(None, paths.iter().map(|path| (path.as_str(), record.clone(), None)).collect());
    for _ in 0..60 {
        let entries = paths.iter().take(20).map(|path| (path.as_str(), record.clone(), Some(node.clone())));
        node = maker.node(Some(node.clone()), entries.collect());
    }
    let commit = maker.add(&Value::Map(vec![("did", Value::Text(DID)), ("data", Value::Link(node))]));
    let found = parse(&maker.file(&commit));
    assert_eq!(
        found.posts.len() + found.rejects.iter().filter(|reason| reason.contains("too many")).count(),
        1500
    );

    let mut maker = Maker::default();
    let long = format!("app.bsky.feed.post/{}", "a".repeat(2000));
    let node = maker.node(None, vec![(long.as_str(), record, None)]);
    let commit = maker.add(&Value::Map(vec![("did", Value::Text(DID)), ("data", Value::Link(node))]));
    assert_eq!(parse(&maker.file(&commit)).rejects, ["a part of the tree with a path that cannot be"]);
}

#[test]
fn what_is_no_repository_says_so() {
    let mut maker = Maker::default();
    let block = maker.add(&Value::Text("a page"));
    let reason = "no repository of Bluesky: what the CAR file begins with is no commit";
    assert_eq!(parse(&maker.file(&block)).rejects, [reason]);
    assert_eq!(parse(b"").rejects, ["a CAR file whose header cannot be read"]);
}
