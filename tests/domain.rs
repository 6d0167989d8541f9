//! Compiles the domain by itself, without Postgres or pgrx, and runs its unit and property tests.
//! That it compiles here is the proof that the domain is pure.

#![allow(dead_code, reason = "the tests of a module do not call everything that the extension calls")]

#[path = "../src/domain/mod.rs"]
mod domain;

#[path = "domain/mod.rs"]
mod rules;

/// Rules about the source tree itself.
mod house {
    use std::fs;
    use std::path::{Path, PathBuf};

    fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rust_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    fn sources(folder: &str) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
        assert!(!found.is_empty(), "no sources under {folder}");
        found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
    }

    #[test]
    fn the_domain_knows_nothing_of_postgres() {
        for (path, text) in sources("src/domain") {
            assert!(!text.contains("pgrx") && !text.contains("Spi"), "{} names pgrx", path.display());
        }
    }

    #[test]
    fn sql_text_lives_in_the_store() {
        for (path, text) in sources("src") {
            if path.components().any(|part| part.as_os_str() == "store") {
                continue;
            }
            for word in ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH "] {
                assert!(!text.contains(word), "{} holds SQL text", path.display());
            }
        }
    }

    #[test]
    fn flow_is_one_way() {
        for (room, forbidden) in [
            ("src/domain", &["crate::engine", "crate::store", "crate::api", "crate::triggers", "crate::pg"][..]),
            ("src/store", &["crate::engine", "crate::api", "crate::triggers"][..]),
            ("src/engine", &["crate::api", "crate::triggers"][..]),
            ("src/api", &["crate::store", "crate::triggers"]),
            ("src/triggers", &["crate::store", "crate::api"]),
            ("src/pg", &["crate::engine", "crate::store", "crate::api", "crate::triggers"][..]),
        ] {
            for (path, text) in sources(room) {
                for name in forbidden {
                    assert!(!text.contains(name), "{} calls back into {name}", path.display());
                }
            }
        }
    }
}
