//! Compiles the domain and the looks of the report by themselves, without Postgres or pgrx, and runs their unit and property
//! tests. That they compile here is the proof that they are pure.

#![allow(dead_code, reason = "the tests of a module do not call everything that the extension calls")]

#[path = "../src/domain/mod.rs"]
mod domain;

#[path = "../src/report/mod.rs"]
mod report;

#[path = "domain/mod.rs"]
mod rules;

#[path = "report/mod.rs"]
mod pages;

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
    fn the_domain_and_the_report_know_nothing_of_postgres() {
        for (path, text) in sources("src/domain").into_iter().chain(sources("src/report")) {
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
            (
                "src/domain",
                &["crate::report", "crate::engine", "crate::store", "crate::api", "crate::triggers", "crate::pg"][..],
            ),
            ("src/report", &["crate::engine", "crate::store", "crate::api", "crate::triggers", "crate::pg"][..]),
            ("src/store", &["crate::report", "crate::engine", "crate::api", "crate::triggers"][..]),
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
