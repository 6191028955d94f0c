//! Every `console` block of `README.md` is run: each `$ tagline …` must end well and print the lines shown under it.
//!
//! A line that ends in `…` is not compared, so a block may be shortened. The blocks run in order, in a copy of `fixtures/vault7`.

#[cfg(test)]
mod console {
    use std::fs;
    use std::path::{Path, PathBuf};

    use crate::common::{Output, tagline};

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    /// The lines of all `console` blocks, one block after the other.
    fn console_lines(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut inside = false;
        for line in text.lines() {
            if line.starts_with("```") {
                inside = !inside && line.trim() == "```console";
            } else if inside {
                found.push(line);
            }
        }
        found
    }

    /// The words of a command as a shell would see them: blanks part, quotes hold together.
    fn words(command: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word = None;
        let mut quote = None;
        for letter in command.chars() {
            match (quote, letter) {
                (Some(open), letter) if open == letter => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(letter);
                    word.get_or_insert_with(String::new);
                }
                (None, ' ') => words.extend(word.take()),
                (_, letter) => word.get_or_insert_with(String::new).push(letter),
            }
        }
        words.extend(word);
        words
    }

    fn project() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["posts.ndjson", "tagline.toml"] {
            fs::copy(root().join("fixtures/vault7").join(name), dir.path().join(name)).unwrap();
        }
        dir
    }

    fn run(command: &str, dir: &Path) -> Output {
        let words = words(command);
        assert_eq!(words.first().map(String::as_str), Some("tagline"), "`{command}` is not ours to run");
        tagline().working_dir(dir).args(&words[1..]).run().ok()
    }

    #[test]
    fn every_console_block_of_the_readme_is_real() {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        let dir = project();
        let mut printed = String::new();
        let mut command = "";
        let mut commands = 0;
        for line in console_lines(&readme) {
            if let Some(next) = line.strip_prefix("$ ") {
                command = next;
                commands += 1;
                let output = run(command, dir.path());
                printed = output.stdout + &output.stderr;
            } else if !line.trim().is_empty() && !line.trim_end().ends_with('…') {
                let same = |real: &str| real.trim_end() == line.trim_end();
                assert!(printed.lines().any(same), "`{command}` does not print\n{line}\nbut\n{printed}");
            }
        }
        assert!(commands >= 4, "the README shows {commands} commands");
    }

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(words("a  b \"c d\" 'e \"f' g\"h i\"j"), ["a", "b", "c d", "e \"f", "gh ij"]);
        assert_eq!(words("a \"\""), ["a", ""]);
    }
}

#[cfg(test)]
mod common;
