//! Tables from records by a written specification: what is counted, by what, under which rule.

mod amounts;
mod codes;
mod document;
mod linked;
mod method;
mod microdata;
mod parse;
mod protect;
mod published;
mod rounded;
mod section;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use domain::InputProblem;

use crate::cell_keys::CellKeyMethod;
use crate::dimension::Axis;
use crate::lattice::Lattice;
use crate::method::ProtectionMethod;
use crate::{Dimension, DisclosurePolicy, Label, Member, TableError};

pub use amounts::protect_amounts;
pub(crate) use codes::{AMOUNT_CODES, SPEC_CODES};
pub use document::SpecDocument;
pub use linked::{LinkedTables, linked_tables};
pub use microdata::read_microdata;
pub use protect::{ProtectError, protect};
pub use published::{
    AmountAudit, AuditError, PublishedTable, audit_published, audit_published_amounts,
    read_published,
};

/// What to count, by what, and under which rule: the input of `placewright protect`.
///
/// As TOML:
/// ```toml
/// rule = "threshold"           # counts from 1 to k - 1 are never shown; or "dominance", "p_percent"
/// k = 3                        # 3 to 1000
/// method = "suppression"       # the default; or "cell-keys", "rounding", "merging", see below
/// zeros = "published"          # or "suppressed"; published is the default
/// version = "2026-08"          # optional: version of these rules, "1" by default
/// count = "children"           # optional column: how many children a record stands for, else 1
///
/// [[dimension]]
/// column = "area"              # column of the microdata
/// label_de = "Stadtteil"
/// label_en = "Area"
/// members = ["north", "0101"]  # optional: order of printing; empty areas have to be listed
/// [dimension.parents]          # optional: hierarchy, of any depth
/// 0101 = "north"
/// [dimension.labels]           # optional: names of members, the code by default
/// north = { de = "Nord", en = "North" }
///
/// [[table]]
/// name = "by_area"             # small letters, digits, _ and -; the name of the file
/// dimensions = ["area"]        # one to four
/// label_de = "Kinder"          # optional, with label_en; the name by default
/// label_en = "Children"
/// ```
/// A method with parameters has a table of its own, before the dimensions:
/// ```toml
/// [cell_keys]                  # method = "cell-keys": noise that depends on the children counted
/// pseudonym = "child"          # column of the microdata; one record per child
/// reference_date = "2026-03-01"
/// key_version = "2026"         # version of the secret, which is given apart
/// maximum_deviation = 5        # no count changes by more, k at least
/// variance = 3                 # of the change
/// not_published_up_to = 2      # optional: counts never shown
/// stay = 0.5                   # optional: how likely a count stays as it is
///
/// [rounding]                   # method = "rounding": small counts to 0 or the base, totals added up
/// base = 5                     # above k
/// zeros_may_rise = false       # optional: whether an empty cell may show the base
///
/// [merging]                    # method = "merging": small areas put together
/// dimension = "area"           # tables without it are protected by suppression
/// neighbours = [["a", "b"]]    # optional: areas that share a border
/// or_suppress_by = "mean_absolute_difference" # optional: suppress instead where that loses less
/// ```
/// A rule about contributors adds up an amount instead of children ([`protect_amounts`]). Its table of
/// parameters has its name and stands before the dimensions; the method is suppression:
/// ```toml
/// rule = "dominance"           # no sum that the largest contributors make up nearly alone
/// k = 3                        # and none of fewer contributors than this
/// [dominance]
/// amount = "costs"             # column: 0 or more, two decimals at most
/// contributor = "provider"     # column: who contributes; the same code is the same contributor
/// contributors = 2             # the two largest
/// percent = 80                 # must not make up more than this
///
/// rule = "p_percent"           # no sum that tells the largest contributor too well
/// [p_percent]
/// amount = "costs"
/// contributor = "provider"
/// percent = 10                 # what is left without the two largest, of the largest
/// ```
/// Every code named by `members`, `parents` or `labels` is a member, and any other code of the
/// microdata is refused. Where they name none, the codes found in the microdata are the members,
/// in order of code; a dimension like that cannot be used with suppressed zeros.
///
/// The names `cell_key`, `round` and `merge` stand for `cell-keys`, `rounding` and `merging`. A `ledger` key
/// is refused (E5026): where the ledger is, is said beside the spec.
///
/// Tables of amounts and rounded tables of one spec are protected **together**. **Tables of counts
/// by suppression or merging are protected one by one.** A cell hidden in one table may be published by
/// another or follow from several; [`linked_tables`] names the pairs that share cells and counts
/// those hidden in one and shown in the other.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectionSpec {
    file: String,
    count: Option<String>,
    minimum: u32,
    policy: DisclosurePolicy,
    method: method::SpecMethod,
    amounts: Option<amounts::SpecAmounts>,
    dimensions: Vec<SpecDimension>,
    tables: Vec<SpecTable>,
}

/// A dimension as the spec describes it.
#[derive(Debug, Clone, PartialEq)]
struct SpecDimension {
    column: String,
    label: Label,
    /// Empty: the codes of the input are the members.
    members: Vec<Member>,
}

/// A table as the spec describes it.
#[derive(Debug, Clone, PartialEq)]
struct SpecTable {
    name: String,
    label: Label,
    /// Numbers of its dimensions.
    dimensions: Vec<usize>,
}

impl ProtectionSpec {
    /// Reads a spec; `file` names it in messages. The crate knows no syntax of its own: `syntax`
    /// turns the text into a tree, `toml::from_str` for TOML.
    ///
    /// # Errors
    /// Every problem of the spec, E5020 to E5029, for hierarchies E5001 to E5010, for
    /// methods E5070 to E5080, for rules about contributors E5100 and E5101, for rounding E5104.
    ///
    /// ```
    /// use disclosure::ProtectionSpec;
    /// // The same in JSON, which is how this page can run it.
    /// let text = r#"{
    ///     "rule": "threshold", "k": 3,
    ///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
    ///     "table": [{ "name": "by_area", "dimensions": ["area"] }]
    /// }"#;
    /// let spec = ProtectionSpec::parse(text, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
    /// assert_eq!(spec.table_names().collect::<Vec<_>>(), ["by_area"]);
    ///
    /// let refused = text.replace("threshold", "p_percent");
    /// let problems = ProtectionSpec::parse(&refused, "spec.json", |text| serde_json::from_str(text)).unwrap_err();
    /// assert_eq!(problems[0].code, "E5100", "what is to be added up?");
    /// ```
    pub fn parse<E: Display>(
        text: &str,
        file: &str,
        syntax: impl FnOnce(&str) -> Result<SpecDocument, E>,
    ) -> Result<Self, Vec<InputProblem>> {
        parse::parse(file, syntax(text))
    }

    /// The rules every table of the spec follows.
    #[must_use]
    pub fn policy(&self) -> &DisclosurePolicy {
        &self.policy
    }

    /// The smallest count that may be shown, apart from 0.
    #[must_use]
    pub fn minimum_frequency(&self) -> u32 {
        self.minimum
    }

    /// The word for the method every table of the spec is protected by.
    #[must_use]
    pub fn method_name(&self) -> &'static str {
        match &self.method {
            method::SpecMethod::Suppression => "suppression",
            method::SpecMethod::CellKeys(_) => "cell-keys",
            method::SpecMethod::Rounding(_) => "rounding",
            method::SpecMethod::Merging(_) => "merging",
        }
    }

    /// Whether [`protect`] needs the secret of the record keys.
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        matches!(self.method, method::SpecMethod::CellKeys(_))
    }

    /// The names of its tables in the order of the spec.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// The method as a reader of a published table knows it.
    fn published_method(&self, table: &SpecTable) -> ProtectionMethod {
        match &self.method {
            // Merged areas are members of their own, and all counts are exact.
            method::SpecMethod::Suppression | method::SpecMethod::Merging(_) => {
                ProtectionMethod::Suppression
            }
            method::SpecMethod::Rounding(rule) => {
                ProtectionMethod::Rounding(rule.spread_over(self.listed_cells_behind(table)))
            }
            method::SpecMethod::CellKeys(keys) => {
                let method = CellKeyMethod::new(&keys.table, &keys.key_version);
                ProtectionMethod::CellKeys(method)
            }
        }
    }

    /// Whether areas of this dimension are put together.
    fn merges(&self, column: &str) -> bool {
        match &self.method {
            method::SpecMethod::Merging(merging) => merging.rule.dimension() == column,
            _ => false,
        }
    }

    /// The status its method gives to cells.
    fn status(&self) -> &'static str {
        match &self.method {
            method::SpecMethod::Suppression => "published",
            method::SpecMethod::CellKeys(_) => "perturbed",
            method::SpecMethod::Rounding(_) => "rounded",
            method::SpecMethod::Merging(_) => "merged",
        }
    }

    fn table(&self, name: &str) -> Option<&SpecTable> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl SpecDimension {
    /// Whether the spec lists the members.
    fn is_listed(&self) -> bool {
        !self.members.is_empty()
    }

    /// With its listed members, or else those found.
    fn with_members<'a>(&self, found: impl IntoIterator<Item = &'a str>) -> Dimension {
        let members = if self.is_listed() {
            self.members.clone()
        } else {
            let sorted: BTreeSet<&str> = found.into_iter().collect();
            sorted
                .into_iter()
                .map(|code| Member::new(code, Label::new(code, code)))
                .collect()
        };
        Dimension::new(&self.column, self.label.clone(), members)
    }

    /// With areas put together in the place of their parts, where `found` names such.
    fn with_merged_members<'a>(&self, found: impl IntoIterator<Item = &'a str>) -> Dimension {
        let found: BTreeSet<&str> = found.into_iter().collect();
        let mut joined: BTreeMap<&str, &str> = BTreeMap::new();
        let known = |code: &str| self.members.iter().any(|member| member.code == code);
        for code in found.iter().filter(|code| !known(code)) {
            if code.split('+').all(known) {
                joined.extend(code.split('+').map(|part| (part, *code)));
            }
        }
        let mut dimension = self.with_members(found.iter().copied());
        let mut done = BTreeSet::new();
        for member in &mut dimension.members {
            if let Some(code) = joined.get(member.code.as_str()) {
                member.code = (*code).to_owned();
                member.label = Label::new(*code, *code);
            }
            let parent = member
                .parent
                .as_deref()
                .and_then(|parent| joined.get(parent));
            if let Some(code) = parent {
                member.parent = Some((*code).to_owned());
            }
        }
        dimension
            .members
            .retain(|member| done.insert(member.code.clone()));
        dimension
    }

    /// Listed members without parts: the only codes a record may have.
    fn listed_leaves(&self) -> BTreeSet<&str> {
        let above: BTreeSet<&str> = self
            .members
            .iter()
            .filter_map(|member| member.parent.as_deref())
            .collect();
        self.members
            .iter()
            .map(|member| member.code.as_str())
            .filter(|code| !above.contains(code))
            .collect()
    }

    /// What is wrong with the dimension by itself.
    fn check(&self) -> Result<(), TableError> {
        if ["value", "status"].contains(&self.column.as_str()) {
            return Err(TableError::ReservedCode {
                code: self.column.clone(),
            });
        }
        if self.is_listed() {
            Axis::from_dimension(self.with_members([]))?;
        }
        Ok(())
    }
}

impl SpecTable {
    /// What is wrong with the table, as far as the spec alone tells.
    fn check(&self, dimensions: &[SpecDimension]) -> Result<(), TableError> {
        let own = self.dimensions.iter().map(|&number| &dimensions[number]);
        // A dimension whose members the input will bring has one at least.
        let full = own.map(|dimension| dimension.with_members(["any"]));
        Lattice::new(full.collect()).map(|_| ())
    }
}

/// The message of a table error without its number, which stands beside it.
fn message_of(error: &TableError) -> String {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((code, rest)) if code == error.code() => rest.to_owned(),
        _ => text,
    }
}
