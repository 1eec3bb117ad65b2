//! Histories that once failed, kept as files beside this one and played again by every run.

use std::path::PathBuf;

use super::step::{History, Step, from_json, to_json};

fn folder() -> PathBuf {
    crate::root().join("tests/src/simulation/kept")
}

/// Writes a history down; says where, or that it could not be written.
pub(super) fn keep(history: &[Step]) -> String {
    let text = to_json(history);
    let number = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let path = folder().join(format!("{number:016x}.json"));
    match std::fs::write(&path, text) {
        Ok(()) => format!("kept in {}", path.display()),
        Err(error) => format!("not kept ({error})"),
    }
}

/// Every history kept, by the name of its file.
pub(super) fn all() -> Vec<(String, History)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder of kept histories is part of the sources")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(&path).expect("it was just listed");
            let history = from_json(&text)
                .unwrap_or_else(|| panic!("{name} is no history: a verb was renamed?"));
            (name, history)
        })
        .collect()
}
