//! Official extracts drawn from a snapshot: single records, for the statistics office only.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;
use std::str::FromStr;

use domain::{FacilityId, ProviderId, ReferenceDate};
use jiff::civil::Date;
use reporting::datml::{write_federal_datml, write_state_datml};
use reporting::{
    AgeGroups, Cents, Difference, ExtractError, FederalExtract, Finding, Manifest,
    NineHourEquivalents, Parameters, ProviderNotice, RecordDifference, Registers, StateExtract,
    WriteError, check_federal, check_state, differences, federal_differences, federal_extract,
    reconcile, reconcile_state, state_extract, write_federal, write_state,
};
use store::Snapshot;
use tables::City;

use super::{Analyses, AnalysisError};

/// Which extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtractKind {
    /// Child and youth welfare statistics, at 1 March.
    Federal,
    /// State grant, at 1 April.
    State,
}

impl ExtractKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Federal => "federal",
            Self::State => "state",
        }
    }
}

impl FromStr for ExtractKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "federal" => Ok(Self::Federal),
            "state" => Ok(Self::State),
            _ => Err(()),
        }
    }
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ExtractForm {
    /// CSV.
    #[default]
    Csv,
    /// DatML/RAW 2.0.
    Datml,
}

/// An extract with its files.
pub(crate) struct Drawn {
    pub(crate) manifest: Manifest,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) findings: Vec<Finding>,
    /// Different children.
    pub(crate) persons: u64,
    /// Rows of the combined files.
    pub(crate) records: u64,
    /// Facility, its number, children by age (federal), nine-hour equivalents (state).
    pub(crate) facilities: Vec<(
        FacilityId,
        u32,
        Option<AgeGroups>,
        Option<NineHourEquivalents>,
    )>,
    /// Of the state extract.
    pub(crate) total: Option<(NineHourEquivalents, Cents)>,
}

/// What differs between two days of knowledge.
pub(crate) enum Differing {
    Federal(Vec<RecordDifference>),
    State(Vec<Difference>),
}

/// Files that stay in memory.
#[derive(Clone, Default)]
struct Folder(Rc<RefCell<BTreeMap<String, Vec<u8>>>>);

struct Target(Folder, String);

impl Folder {
    fn open(&self) -> impl FnMut(&str) -> io::Result<Target> + use<> {
        let folder = self.clone();
        move |name| {
            let mut files = folder.0.borrow_mut();
            files.insert(name.to_owned(), Vec::new());
            Ok(Target(folder.clone(), name.to_owned()))
        }
    }

    fn take(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.take()
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut files = self.0.0.borrow_mut();
        files
            .entry(self.1.clone())
            .or_default()
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the two extracts have in common: how each is drawn, checked and written.
trait Official: Sized {
    /// Its name where something fails.
    const NAME: &'static str;

    fn draw(
        city: &City,
        registers: &Registers,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Self, ExtractError>;

    /// What the plausibility rules and the comparison with the contracts find.
    fn findings(&self, city: &City, parameters: &Parameters) -> Result<Vec<Finding>, ExtractError>;

    fn write(
        &self,
        form: ExtractForm,
        parameters: &Parameters,
        folder: &Folder,
    ) -> Result<(Manifest, Vec<Finding>), WriteError>;

    /// With the numbers of the extract and its facilities.
    fn counted(&self, drawn: Drawn) -> Drawn;
}

impl Official for FederalExtract {
    const NAME: &'static str = "the federal extract";

    fn draw(
        city: &City,
        registers: &Registers,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Self, ExtractError> {
        federal_extract(city, registers, reference, known_on)
    }

    fn findings(&self, city: &City, parameters: &Parameters) -> Result<Vec<Finding>, ExtractError> {
        let mut findings = check_federal(self, parameters);
        findings.extend(reconcile(city, self)?);
        Ok(findings)
    }

    fn write(
        &self,
        form: ExtractForm,
        parameters: &Parameters,
        folder: &Folder,
    ) -> Result<(Manifest, Vec<Finding>), WriteError> {
        match form {
            ExtractForm::Csv => {
                let manifest = write_federal(self, parameters, &mut folder.open())?;
                Ok((manifest, Vec::new()))
            }
            ExtractForm::Datml => write_federal_datml(self, parameters, &mut folder.open()),
        }
    }

    fn counted(&self, drawn: Drawn) -> Drawn {
        let facilities = self.facility_numbers().iter();
        Drawn {
            persons: self.child_count() as u64,
            records: self.person_count() as u64,
            facilities: facilities
                .map(|(id, number)| (id.clone(), *number, self.age_groups(id), None))
                .collect(),
            ..drawn
        }
    }
}

impl Official for StateExtract {
    const NAME: &'static str = "the state extract";

    fn draw(
        city: &City,
        _: &Registers,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Self, ExtractError> {
        state_extract(city, reference, known_on, Parameters::shipped().grants())
    }

    fn findings(&self, city: &City, parameters: &Parameters) -> Result<Vec<Finding>, ExtractError> {
        let mut findings = check_state(self, parameters);
        findings.extend(reconcile_state(city, self)?);
        Ok(findings)
    }

    fn write(
        &self,
        form: ExtractForm,
        parameters: &Parameters,
        folder: &Folder,
    ) -> Result<(Manifest, Vec<Finding>), WriteError> {
        match form {
            ExtractForm::Csv => {
                let manifest = write_state(self, parameters, &mut folder.open())?;
                Ok((manifest, Vec::new()))
            }
            ExtractForm::Datml => write_state_datml(self, parameters, &mut folder.open()),
        }
    }

    fn counted(&self, drawn: Drawn) -> Drawn {
        let facilities = self.facility_numbers().iter();
        Drawn {
            persons: self.contract_count() as u64,
            records: self.records.len() as u64,
            facilities: facilities
                .map(|(id, number)| (id.clone(), *number, None, Some(self.total_of(id))))
                .collect(),
            total: Some((self.total(), self.headline_amount())),
            ..drawn
        }
    }
}

impl Analyses {
    /// Draws, checks and writes an extract.
    pub(crate) fn extract(
        &self,
        snapshot: &Snapshot,
        kind: ExtractKind,
        form: ExtractForm,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Drawn, AnalysisError> {
        match kind {
            ExtractKind::Federal => {
                self.drawn::<FederalExtract>(snapshot, form, reference, known_on)
            }
            ExtractKind::State => self.drawn::<StateExtract>(snapshot, form, reference, known_on),
        }
    }

    fn drawn<E: Official>(
        &self,
        snapshot: &Snapshot,
        form: ExtractForm,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Drawn, AnalysisError> {
        let failed = || AnalysisError::failed(E::NAME);
        let city = self.whole_city(snapshot)?;
        let parameters = Parameters::shipped();
        let extract = E::draw(&city, &self.registers, reference, known_on).map_err(failed())?;
        let mut findings = extract.findings(&city, parameters).map_err(failed())?;
        let folder = Folder::default();
        let written = extract.write(form, parameters, &folder);
        let (manifest, found) = written.map_err(AnalysisError::failed(E::NAME))?;
        findings.extend(found);
        findings.sort();
        Ok(extract.counted(Drawn {
            manifest,
            files: folder.take(),
            findings,
            persons: 0,
            records: 0,
            facilities: Vec::new(),
            total: None,
        }))
    }

    /// What an extract counts otherwise than it was known on an earlier day.
    pub(crate) fn extract_differences(
        &self,
        snapshot: &Snapshot,
        kind: ExtractKind,
        reference: ReferenceDate,
        (earlier, later): (Date, Date),
    ) -> Result<Differing, AnalysisError> {
        let failed = || AnalysisError::failed("the comparison of extracts");
        let city = self.whole_city(snapshot)?;
        match kind {
            ExtractKind::Federal => {
                let registers = &self.registers;
                let draw =
                    |day| federal_extract(&city, registers, reference, day).map_err(failed());
                let found = federal_differences(&draw(earlier)?, &draw(later)?);
                Ok(Differing::Federal(found))
            }
            ExtractKind::State => {
                let grants = Parameters::shipped().grants();
                let draw = |day| state_extract(&city, reference, day, grants).map_err(failed());
                Ok(Differing::State(differences(
                    &draw(earlier)?,
                    &draw(later)?,
                )))
            }
        }
    }

    /// What a provider is asked to complete before the federal extract of a day.
    pub(crate) fn statistics_notices(
        &self,
        snapshot: &Snapshot,
        provider: &ProviderId,
        reference: ReferenceDate,
        known_on: Date,
    ) -> Result<Vec<ProviderNotice>, AnalysisError> {
        let failed = AnalysisError::failed("the federal extract");
        let city = self.whole_city(snapshot)?;
        let extract = federal_extract(&city, &self.registers, reference, known_on);
        let extract = extract.map_err(failed)?;
        let notices = extract.provider_notices().iter();
        Ok(notices
            .filter(|notice| notice.provider == *provider)
            .cloned()
            .collect())
    }
}
