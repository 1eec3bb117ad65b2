//! Certified cases, read from the folder beside the checkout, and rounds made of short texts.
#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "every test binary uses a part, and says so when it skips"
)]

pub(crate) mod city;
pub(crate) mod families;
pub(crate) mod flexible;
pub(crate) mod live;
pub(crate) mod tiny;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use matching::{
    ApplicantRow, ApplicationRow, OptimalFor, PlacementRow, ProgrammeRow, Round, RoundFiles,
    RoundOptions, read_round, solve,
};
use serde_json::Value;

/// Placement of each applicant: programme or none.
pub(crate) type Placed = BTreeMap<String, Option<String>>;

/// A file or folder of the certified cases; `None`, with a printed reason, where it is absent.
pub(crate) fn case_path(relative: &str) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test may look for the case folder"
    )]
    let shared = std::env::var("PLACEWRIGHT_SHARED").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("cases/matching").join(relative);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {relative} is not beside the checkout; set PLACEWRIGHT_SHARED");
    None
}

/// The text of a case file, compressed or not.
pub(crate) fn case_text(folder: &Path, name: &str) -> String {
    let plain = folder.join(name);
    if plain.exists() {
        return std::fs::read_to_string(plain).unwrap();
    }
    let packed = folder.join(format!("{name}.gz"));
    let output = Command::new("gzip")
        .arg("-dc")
        .arg(packed)
        .output()
        .unwrap();
    assert!(output.status.success(), "gzip failed on {name}");
    String::from_utf8(output.stdout).unwrap()
}

/// Rows of a CSV text as maps from column to value.
pub(crate) fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// A case folder in CSV form as a round directory of the file contract.
pub(crate) struct RoundTexts {
    pub(crate) programmes: String,
    pub(crate) applications: String,
    pub(crate) applicants: Option<String>,
}

impl RoundTexts {
    pub(crate) fn from_case(folder: &Path) -> Self {
        let mut held: BTreeMap<String, u32> = BTreeMap::new();
        let enrolled = folder.join("enrolled.csv").exists();
        let applicants = enrolled.then(|| {
            let mut csv =
                "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n".to_owned();
            for row in records(&case_text(folder, "enrolled.csv")) {
                *held.entry(row["programme_id"].clone()).or_default() += 1;
                csv += &format!("{},,,,{}\n", row["applicant_id"], row["programme_id"]);
            }
            csv
        });
        let mut programmes = "programme_id,seat_group,capacity\n".to_owned();
        for row in records(&case_text(folder, "programmes.csv")) {
            let programme = &row["programme_id"];
            let capacity: u32 = match row.get("capacity") {
                Some(capacity) => capacity.parse().unwrap(),
                None => {
                    row["free_seats"].parse::<u32>().unwrap()
                        + held.get(programme).copied().unwrap_or(0)
                }
            };
            programmes += &format!("{programme},,{capacity}\n");
        }
        let mut applications = "applicant_id,programme_id,rank,points,lot\n".to_owned();
        for row in records(&case_text(folder, "applications.csv")) {
            applications += &format!(
                "{},{},{},{},{}\n",
                row["applicant_id"],
                row["programme_id"],
                row["rank"],
                row["points"],
                row["lottery"]
            );
        }
        Self {
            programmes,
            applications,
            applicants,
        }
    }

    pub(crate) fn read(&self) -> Round {
        let mut files = RoundFiles::new(self.programmes.as_bytes(), self.applications.as_bytes());
        files.applicants = self.applicants.as_deref().map(str::as_bytes);
        read_round(files).unwrap()
    }
}

/// A JSON case as a round; ties become empty lots.
pub(crate) fn round_from_json(case: &Value) -> Round {
    let mut programmes = Vec::new();
    let mut standing = BTreeMap::new();
    for programme in case["programmes"].as_array().unwrap() {
        let id = text(&programme["id"]);
        programmes.push(ProgrammeRow {
            programme_id: id.clone(),
            seat_group: String::new(),
            capacity: programme["capacity"].as_u64().unwrap() as u32,
        });
        for (tier, members) in (0_i32..).zip(programme["priority"].as_array().unwrap()) {
            let members = members.as_array().unwrap();
            for applicant in members {
                let lot = (members.len() == 1).then_some(0);
                standing.insert((id.clone(), text(applicant)), (-tier, lot));
            }
        }
    }
    let mut applications = Vec::new();
    let mut applicants = Vec::new();
    for applicant in case["applicants"].as_array().unwrap() {
        let id = text(&applicant["id"]);
        applicants.push(ApplicantRow {
            applicant_id: id.clone(),
            ..ApplicantRow::default()
        });
        for (rank, tier) in (1..).zip(applicant["prefs"].as_array().unwrap()) {
            for programme in tier.as_array().unwrap() {
                let programme_id = text(programme);
                if let Some((points, lot)) = standing.get(&(programme_id.clone(), id.clone())) {
                    applications.push(ApplicationRow {
                        applicant_id: id.clone(),
                        programme_id,
                        rank,
                        points: *points,
                        lot: *lot,
                    });
                }
            }
        }
    }
    Round::from_rows(&programmes, &applications, &applicants).unwrap()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Programme of each applicant.
pub(crate) fn placed(rows: &[PlacementRow]) -> Placed {
    rows.iter()
        .map(|row| {
            let programme = row.place.as_ref().map(|place| place.programme_id.clone());
            (row.applicant_id.clone(), programme)
        })
        .collect()
}

/// Placements of a round under a seed.
pub(crate) fn placements(round: &Round, optimal_for: OptimalFor, seed: u64) -> Vec<PlacementRow> {
    let options = RoundOptions {
        optimal_for,
        seed,
        ..RoundOptions::default()
    };
    solve(round, &options).unwrap().placements()
}

/// An application row.
pub(crate) fn wish(
    applicant: &str,
    programme: &str,
    rank: u32,
    points: i32,
    lot: Option<u32>,
) -> ApplicationRow {
    ApplicationRow {
        applicant_id: applicant.to_owned(),
        programme_id: programme.to_owned(),
        rank,
        points,
        lot,
    }
}

/// A programme row.
pub(crate) fn seats(programme: &str, group: &str, capacity: u32) -> ProgrammeRow {
    ProgrammeRow {
        programme_id: programme.to_owned(),
        seat_group: group.to_owned(),
        capacity,
    }
}

/// An applicant row.
pub(crate) fn child(applicant: &str, group: &str, enrolled: Option<&str>) -> ApplicantRow {
    ApplicantRow {
        applicant_id: applicant.to_owned(),
        seat_group: group.to_owned(),
        enrolled_programme_id: enrolled.map(str::to_owned),
        ..ApplicantRow::default()
    }
}
