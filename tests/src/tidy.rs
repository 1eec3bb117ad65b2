//! The shape of the workspace: who may depend on whom, and what no file may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::root;

/// Crate, and the crates of the workspace it may name in `[dependencies]`.
///
/// Arrows run downwards only. A new arrow needs a reason in the commit that adds it here.
const ALLOWED: &[(&str, &[&str])] = &[
    ("engine/domain", &[]),
    ("engine/solver", &[]),
    ("engine/tables", &["domain"]),
    ("engine/occupancy", &["domain", "tables"]),
    ("engine/matching", &["domain", "solver"]),
    ("engine/forecast", &["domain"]),
    ("engine/disclosure", &["domain", "solver"]),
    (
        "engine/scenario",
        // matching places displaced children again; disclosure is the way out for their counts, written
        // once for the command line and the API.
        &[
            "domain",
            "tables",
            "occupancy",
            "matching",
            "forecast",
            "disclosure",
            "solver",
        ],
    ),
    (
        "engine/reporting",
        &["domain", "tables", "occupancy", "disclosure"],
    ),
    (
        "engine/charts",
        &["domain", "disclosure", "forecast", "scenario"],
    ),
    ("datasets", &["domain", "tables"]),
    ("api/store", &["domain", "disclosure"]),
    (
        "api/http",
        &[
            "domain",
            "tables",
            "occupancy",
            "matching",
            "disclosure",
            "forecast",
            "scenario",
            "reporting",
            "charts",
            "store",
        ],
    ),
    (
        "api/server",
        &[
            "domain",
            "tables",
            "occupancy",
            "matching",
            "forecast",
            "scenario",
            "disclosure",
            "reporting",
            "charts",
            "store",
            "http_api",
            "datasets",
        ],
    ),
    (
        "benches",
        &[
            "domain",
            "tables",
            "occupancy",
            "matching",
            "forecast",
            "disclosure",
            "datasets",
            "store",
            "solver", // measured against other solvers on their own ground
        ],
    ),
];

/// Library, and the only crates that may name it: behind them stands our own type.
const CONFINED: &[(&str, &[&str])] = &[
    ("polars", &["engine/tables", "datasets", "benches"]),
    ("polars-io", &["engine/tables", "datasets", "benches"]),
    ("sqlx", &["api/store"]),
    ("axum", &["api/http", "api/server"]),
    ("utoipa", &["api/http"]),
    ("good_lp", &["engine/solver"]),
    ("highs", &["engine/solver"]),
    ("plotters", &["engine/charts"]),
    ("clap", &["api/server"]),
];

/// Libraries that may not be in what is shipped: an on-premise system with personal data makes no
/// outbound calls (K67).
const FORBIDDEN: &[&str] = &[
    "reqwest",
    "object_store",
    "quinn",
    "openssl-sys",
    "native-tls",
    "hyper-tls",
];

/// Licences of `deny.toml`.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0", // a list of root certificates: data
    "ISC",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
];

/// Longest source file in lines.
const LONGEST_FILE: usize = 600;

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{} is no TOML: {error}", path.display()))
}

/// Names in `[dependencies]`.
fn dependencies(folder: &str) -> BTreeSet<String> {
    manifest(folder)
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

/// Folders of the workspace members.
fn members() -> Vec<String> {
    let root = manifest(".");
    let members = root["workspace"]["members"]
        .as_array()
        .expect("members is a list");
    members
        .iter()
        .filter_map(|m| m.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let own: BTreeSet<&str> = ALLOWED
        .iter()
        .flat_map(|(_, allowed)| allowed.iter().copied())
        .collect();
    let table: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    for folder in members() {
        if ["tests", "build-features"].contains(&folder.as_str()) {
            continue; // the one tests all of them, the other has no code
        }
        let allowed = table
            .get(folder.as_str())
            .unwrap_or_else(|| panic!("{folder} is not in the table"));
        for name in dependencies(&folder)
            .iter()
            .filter(|name| own.contains(name.as_str()))
        {
            assert!(
                allowed.contains(&name.as_str()),
                "{folder} may not depend on {name}"
            );
        }
    }
}

#[test]
fn libraries_stay_behind_the_crate_that_wraps_them() {
    for folder in members() {
        for name in dependencies(&folder) {
            if let Some((_, places)) = CONFINED.iter().find(|(library, _)| *library == name) {
                assert!(
                    places.contains(&folder.as_str()),
                    "{folder} may not name {name}"
                );
            }
        }
    }
}

#[test]
fn every_dependency_is_pinned_once_in_the_workspace() {
    for folder in members() {
        let manifest = manifest(&folder);
        for section in ["dependencies", "dev-dependencies"] {
            let Some(table) = manifest.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in table {
                let inherited = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(
                    inherited,
                    Some(true),
                    "{folder}: {name} is not inherited from the workspace"
                );
                assert!(
                    value.get("features").is_none(),
                    "{folder}: {name} adds features of its own"
                );
            }
        }
    }
}

/// What cargo says of the packages that are really built.
fn metadata() -> serde_json::Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs: it runs this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

#[test]
fn what_is_shipped_has_allowed_licences_and_no_way_out_to_the_network() {
    // What cargo tree lists is built; the metadata also list what features leave out.
    let built: BTreeSet<String> = features("normal,build")
        .iter()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some(format!("{} {}", words.next()?, words.next()?))
        })
        .collect();
    let metadata = metadata();
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    let mut checked = 0;
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let version = package["version"].as_str().unwrap_or_default();
        if !built.contains(&format!("{name} v{version}")) || package["source"].is_null() {
            continue; // not built, or our own
        }
        assert!(
            !FORBIDDEN.contains(&name),
            "{name} must not be in the graph"
        );
        let licence = package["license"]
            .as_str()
            .unwrap_or_default()
            .replace('/', " OR ");
        assert!(
            acceptable(&licence),
            "{name} is under {licence:?}, which deny.toml does not allow"
        );
        checked += 1;
    }
    assert!(checked > 100, "only {checked} packages were looked at");
}

/// Whether an SPDX expression can be met with the allowed licences: one side of each OR, all of AND.
fn acceptable(expression: &str) -> bool {
    expression.split(" AND ").all(|part| {
        part.trim_matches(['(', ')', ' '])
            .split(" OR ")
            .any(|licence| LICENCES.contains(&licence.trim_matches(['(', ')', ' '])))
    })
}

#[test]
fn only_one_version_of_the_large_libraries_is_built() {
    let built = features("normal,build");
    for name in ["polars-core", "arrow-array", "sqlx-core", "axum", "tokio"] {
        let versions: BTreeSet<&str> = built
            .iter()
            .filter_map(|line| {
                line.strip_prefix(name)?
                    .strip_prefix(" v")?
                    .split(' ')
                    .next()
            })
            .collect();
        assert!(
            versions.len() <= 1,
            "{name} is built in versions {versions:?}"
        );
    }
}

/// Features of every package, with or without what only tests need.
fn features(kinds: &str) -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "-f",
            "{p} {f}",
        ])
        .args(["-e", kinds])
        .current_dir(root())
        .output()
        .expect("cargo runs: it runs this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).replace(" (*)", "");
    text.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn builds_with_and_without_tests_share_every_feature() {
    let (plain, tested) = (features("normal,build"), features("normal,build,dev"));
    assert!(
        plain.len() > 100,
        "cargo tree listed {} packages",
        plain.len()
    );
    let differing: Vec<&String> = plain.difference(&tested).collect();
    assert!(
        differing.is_empty(),
        "add these features to build-features/Cargo.toml: {differing:?}"
    );
}

/// All Rust files of the workspace.
pub(crate) fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(folder).expect("the folder was listed before");
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                walk(&path, found);
            } else if name.ends_with(".rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in members() {
        walk(&root().join(folder), &mut found);
    }
    found.sort();
    assert!(found.len() > 50, "the source files were not found");
    found
}

#[test]
fn files_say_what_they_are_and_have_one_reason_to_change() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines; split it by meaning",
            path.display()
        );
        assert!(
            text.starts_with("//!") || text.starts_with("#!"),
            "{} does not begin with what it is",
            path.display()
        );
    }
}

#[test]
fn no_file_holds_excuses_or_paths_of_a_machine() {
    // Put together here, so that this file does not hold them.
    let words = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["unimplemented", "!("],
        ["todo", "!("],
        ["/wor", "k/"],
        ["/ho", "me/"],
    ];
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in words {
            let word = word.concat();
            assert!(!text.contains(&word), "{} holds {word:?}", path.display());
        }
    }
}

#[test]
fn statistics_only_attributes_cannot_be_named_by_matching() {
    for path in sources()
        .iter()
        .filter(|path| path.starts_with(root().join("engine/matching")))
    {
        let text = std::fs::read_to_string(path).unwrap();
        for word in ["foreign_origin", "german_at_home", "statistics_attributes"] {
            assert!(
                !text.contains(word),
                "{} names {word} (K63)",
                path.display()
            );
        }
    }
}
