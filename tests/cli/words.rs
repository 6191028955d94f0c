//! The tool's own words: what it never says, and that documents and help agree.

use crate::common::tagline;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
}

/// Words that judge people or claim a cause. `leads` is allowed nowhere, since the ranking by one way of counting need not hold by another.
const NEVER: &[&str] =
    &["bot", "bots", "troll", "trolls", "fake", "coordinated", "believes", "caused", "leads"];

/// The text in double quotes of a line of code.
fn quoted(line: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    let mut last = ' ';
    for letter in line.chars() {
        if letter == '"' && last != '\\' {
            inside = !inside;
            text.push(' ');
        } else if inside {
            text.push(letter);
        }
        last = letter;
    }
    text
}

#[test]
fn the_tool_never_judges_and_never_claims_a_cause() {
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    assert!(sources.len() > 50);
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.to_string_lossy().into_owned();
        let tests = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
        if name.contains("tests") || name.ends_with("sample.rs") {
            continue;
        }
        for (number, line) in
            (1..).zip(text[..tests].lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let said = quoted(line).to_lowercase();
            let word = said.split(|letter: char| !letter.is_alphanumeric()).find(|word| NEVER.contains(word));
            assert!(word.is_none(), "{name}:{number} says `{}`: {line}", word.unwrap_or_default());
        }
    }
}

#[test]
fn every_command_and_format_is_documented() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in
        ["import", "theories", "timeline", "posts", "events", "init", "status", "doctor", "formats", "demo"]
    {
        assert!(readme.contains(&format!("tagline {command}")), "README.md lacks `tagline {command}`");
    }
    let formats = fs::read_to_string(root().join("docs/formats.md")).unwrap();
    for format in tagline::archive::FORMATS {
        assert!(
            formats.contains(&format!("`{}`", format.name())),
            "docs/formats.md lacks `{}`",
            format.name()
        );
    }
    let dependencies = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[profile").next().unwrap();
    for line in section.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')) {
        let name = line.split(" = ").next().unwrap();
        assert!(dependencies.contains(&format!("`{name}`")), "docs/dependencies.md lacks `{name}`");
    }
}

#[test]
fn help_can_be_asked_for_as_a_word() {
    let word = tagline().args(["help", "import"]).run().ok().stdout;
    assert_eq!(word, tagline().args(["import", "--help"]).run().ok().stdout);
}
