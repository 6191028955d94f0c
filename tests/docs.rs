//! Documents and code agree: paths and tests that a document names exist, and rooms use only what `docs/architecture.md` allows.

#[cfg(test)]
mod documents {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    fn read(path: impl AsRef<Path>) -> String {
        let path = root().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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

    /// All documents of the repository, by name.
    fn documents() -> Vec<(String, String)> {
        let mut paths: Vec<PathBuf> =
            ["README.md", "CONTRIBUTING.md"].iter().map(|name| root().join(name)).collect();
        files(&root().join("docs"), "md", &mut paths);
        let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        paths.into_iter().map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
    }

    /// What stands between single backticks.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.lines()
            .filter(|line| !line.starts_with("```"))
            .flat_map(|line| line.split('`').skip(1).step_by(2))
    }

    #[test]
    fn paths_in_documents_exist() {
        const ROOTS: [&str; 7] = ["src/", "tests/", "docs/", "fixtures/", "charts/", "benches/", ".ci/"];
        for (name, text) in documents() {
            for path in quoted(&text) {
                let ours = ROOTS.iter().any(|root| path.starts_with(root));
                if ours && !path.contains(['<', '*', ' ']) {
                    assert!(root().join(path).exists(), "{name} names `{path}`, which is not there");
                }
            }
        }
    }

    #[test]
    fn links_between_documents_lead_somewhere() {
        for (name, text) in documents() {
            let folder = root().join(&name).parent().unwrap().to_owned();
            for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
                if !link.is_empty() && !link.starts_with("http") {
                    assert!(folder.join(link).exists(), "{name} links to {link}, which is not there");
                }
            }
        }
    }

    #[test]
    fn tests_in_documents_exist() {
        let mut sources = Vec::new();
        files(&root().join("src"), "rs", &mut sources);
        files(&root().join("tests"), "rs", &mut sources);
        let code: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        let architecture = read("docs/architecture.md");
        let section =
            architecture.split("## What always holds").nth(1).unwrap().split("\n## ").next().unwrap();
        let names =
            quoted(section).filter(|word| word.matches('_').count() >= 1 && !word.contains(['/', '.']));
        let names: BTreeSet<&str> = names.collect();
        assert!(names.len() >= 8, "{names:?}");
        for name in names {
            assert!(code.contains(&format!("fn {name}(")), "docs/architecture.md names the test `{name}`");
        }
    }

    /// Rooms and what each may use, as the table in `docs/architecture.md` says.
    fn code_map() -> Vec<(String, BTreeSet<String>)> {
        let text = read("docs/architecture.md");
        let section = text.split("## Code map").nth(1).unwrap().split("\n## ").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `src/"));
        let row = |line: &str| {
            let cells: Vec<&str> = line.split('|').collect();
            let room = quoted(cells[1]).next().unwrap().trim_start_matches("src/").trim_end_matches('/');
            (room.to_owned(), quoted(cells[3]).map(str::to_owned).collect())
        };
        rows.map(row).collect()
    }

    /// Lines of code of a room that are neither comments nor tests, with the file's name.
    fn code_of(room: &str) -> Vec<(String, String)> {
        let mut sources = Vec::new();
        files(&root().join("src").join(room), "rs", &mut sources);
        let is_test = |path: &Path| {
            let stem = path.file_stem().unwrap().to_string_lossy();
            stem.ends_with("tests") || stem == "sample" || path.iter().any(|part| part == "simulation")
        };
        let code = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), lines.join("\n"))
        };
        sources.iter().filter(|path| !is_test(path)).map(code).collect()
    }

    #[test]
    fn rooms_keep_to_themselves() {
        let map = code_map();
        let mut folders: Vec<String> = fs::read_dir(root().join("src"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        folders.sort();
        let mut rooms: Vec<&str> = map.iter().map(|(room, _)| room.as_str()).collect();
        rooms.sort_unstable();
        assert_eq!(rooms, folders, "the code map of docs/architecture.md names every room");
        for (room, may_use) in map.iter().filter(|(room, _)| room != "cli") {
            for (name, code) in code_of(room) {
                for used in code.split("crate::").skip(1) {
                    let used: String = used.chars().take_while(char::is_ascii_lowercase).collect();
                    let allowed = used.is_empty() || used == *room || may_use.contains(&used);
                    assert!(allowed, "{name} uses `{used}`, which docs/architecture.md does not allow");
                }
            }
        }
    }

    #[test]
    fn what_one_room_alone_may_do_no_other_does() {
        const PURE: [&str; 4] = ["post", "text", "theory", "timeline"];
        for (room, _) in code_map() {
            for (name, code) in code_of(&room) {
                let has = |word: &str| code.contains(word);
                for word in ["std::net", "tokio::net", "reqwest", "tungstenite"] {
                    assert!(!has(word) || room == "http", "{name} knows the network: {word}");
                }
                assert!(!has("sled::") || room == "store", "{name} knows sled");
                assert!(!has("plotters") || room == "chart", "{name} knows plotters");
                assert!(
                    !has("SystemTime") || ["cli", "store"].contains(&room.as_str()),
                    "{name} reads the clock"
                );
                if PURE.contains(&room.as_str()) {
                    for word in ["std::fs", "std::io", "std::env", "std::thread", "Instant::now"] {
                        assert!(!has(word), "{name} is in a pure room and uses {word}");
                    }
                }
            }
        }
    }
}
