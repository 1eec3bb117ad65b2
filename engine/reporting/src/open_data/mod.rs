//! The statistics as open data: files and a catalogue that portals harvest (DCAT-AP.de).
//!
//! [`open_data`] makes the bundle in memory: `catalog.jsonld`, `statistics/TABLE.csv`,
//! `geo/facilities.geojson`, `geo/areas.geojson` where outlines are known, and `notes.md`. It holds
//! released numbers and public facts of facilities only; childminder sites, which are persons' homes,
//! are not on the map. The same input gives the same bytes: there is no day of making in it.

mod catalogue;
mod geo;
#[cfg(test)]
mod tests;

use disclosure::DisclosurePolicy;
use tables::{City, CityError, Format};

use crate::statistics::{Statistics, StatisticsKind, StatisticsWriteError, statistics_note_text};

/// Data licence Germany, attribution, version 2.0.
pub const LICENCE_DL_DE_BY_2_0: &str = "http://dcat-ap.de/def/licenses/dl-by-de/2.0";

/// Where contributors of GovData have their addresses.
const CONTRIBUTORS: &str = "http://dcat-ap.de/def/contributors/";

/// What a catalogue says besides the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDataFacts {
    /// Name of the publisher, for example `Landeshauptstadt Dresden`.
    pub publisher: String,
    /// Page of the publisher, `http` or `https`.
    pub homepage: String,
    /// Address below which the files of the bundle will stand, `http` or `https`.
    pub base_address: String,
    /// Address of the licence, as a rule [`LICENCE_DL_DE_BY_2_0`].
    pub licence: String,
    /// Name or address the contributor has at GovData.
    pub contributor: String,
    /// Municipality key (AGS), eight digits.
    pub municipality: String,
}

/// Why a bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum OpenDataError {
    /// E6209: a fact of the catalogue is missing or malformed.
    #[error("E6209  the catalogue's {what} is {value:?}; {remedy}")]
    Fact {
        /// Which fact.
        what: &'static str,
        /// What was given.
        value: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The city's tables were not validated.
    #[error(transparent)]
    City(#[from] CityError),
    /// A file could not be made.
    #[error(transparent)]
    Write(#[from] StatisticsWriteError),
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDataFile {
    /// Path below the bundle.
    pub path: String,
    /// Contents.
    pub bytes: Vec<u8>,
}

impl OpenDataFacts {
    /// Checks that a catalogue can be made of it.
    ///
    /// # Errors
    ///
    /// [`OpenDataError::Fact`] for the first fact that is missing or malformed.
    pub fn check(&self) -> Result<(), OpenDataError> {
        let wrong = |what, value: &str, remedy| {
            Err(OpenDataError::Fact {
                what,
                value: value.to_owned(),
                remedy,
            })
        };
        for (what, name) in [
            ("publisher", &self.publisher),
            ("contributor", &self.contributor),
        ] {
            if name.trim().is_empty() {
                return wrong(what, name, "give its name");
            }
        }
        for (what, address) in [
            ("homepage", &self.homepage),
            ("base address", &self.base_address),
            ("licence", &self.licence),
        ] {
            let rest = ["http://", "https://"]
                .into_iter()
                .find_map(|scheme| address.strip_prefix(scheme));
            let is_address = rest.is_some_and(|rest| {
                !rest.is_empty()
                    && !rest.contains(|it: char| it.is_whitespace() || "<>\"{}|\\^`".contains(it))
            });
            if !is_address {
                return wrong(what, address, "give an http or https address");
            }
        }
        let key = &self.municipality;
        if key.len() != 8 || !key.bytes().all(|digit| digit.is_ascii_digit()) {
            return wrong("municipality key", key, "give its eight digits");
        }
        Ok(())
    }

    /// The contributor's address.
    fn contributor_address(&self) -> String {
        if self.contributor.starts_with("http") {
            self.contributor.clone()
        } else {
            format!("{CONTRIBUTORS}{}", self.contributor)
        }
    }

    /// Address of a file.
    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.base_address.trim_end_matches('/'))
    }
}

/// Makes the bundle; files in the order of their paths, the catalogue with the others' hashes.
///
/// # Errors
///
/// [`OpenDataError`]; no file is made then.
pub fn open_data(
    city: &City,
    statistics: &Statistics,
    facts: &OpenDataFacts,
    policy: &DisclosurePolicy,
) -> Result<Vec<OpenDataFile>, OpenDataError> {
    facts.check()?;
    let mut files = Vec::new();
    for kind in StatisticsKind::ALL {
        let mut bytes = Vec::new();
        statistics.table(kind).write(Format::Csv, &mut bytes)?;
        let path = format!("statistics/{}.csv", kind.name());
        files.push(OpenDataFile { path, bytes });
    }
    let day = statistics
        .months()
        .last()
        .map(|month| month.month().first_day());
    files.push(OpenDataFile {
        path: geo::FACILITIES.to_owned(),
        bytes: geo::facilities(city, day)?,
    });
    if let Some(bytes) = geo::areas(city)? {
        let path = geo::AREAS.to_owned();
        files.push(OpenDataFile { path, bytes });
    }
    files.push(OpenDataFile {
        path: "notes.md".to_owned(),
        bytes: statistics_note_text(policy).into_bytes(),
    });
    let bytes = catalogue::catalogue(city, statistics, facts, &files)?;
    files.push(OpenDataFile {
        path: "catalog.jsonld".to_owned(),
        bytes,
    });
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}
