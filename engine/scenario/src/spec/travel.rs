//! The sections `[travel]` and `[replacement]` of a scenario file.

use domain::procedure::SiblingsRule;

use super::parse::optional_number;
use super::section::{Section, Source};
use crate::codes as code;
use crate::travel::{TravelMode, WayAssumption};

/// Minutes of one way that courts call acceptable as a rule (OVG NRW 12 B 683/23, OVG Nds 10 ME
/// 154/19); a parameter, since others set no rigid limit (OVG SH 04.02.2020).
const USUAL_LIMIT_MINUTES: f64 = 30.0;
/// Longest way a displaced child is sent unless the file says otherwise: twice that (assumption).
const USUAL_LONGEST_MINUTES: f64 = 60.0;

/// How ways are reckoned, and how displaced children are placed again.
#[derive(Debug, Clone, PartialEq)]
pub struct TravelSpec {
    /// How families get about.
    pub mode: TravelMode,
    /// Minutes of one way that count as acceptable, 1 to 240.
    pub limit_minutes: f64,
    /// File with a matrix of travel times beside the scenario file; without it ways are estimated.
    pub matrix: Option<String>,
    /// What the estimate assumes.
    pub assumption: WayAssumption,
    /// Longest way a displaced child is sent, minutes, not below the limit.
    pub longest_minutes: f64,
    /// How brothers and sisters who are displaced are placed.
    pub siblings: SiblingsRule,
}

impl Default for TravelSpec {
    /// Public transport, 30 and 60 minutes, no matrix, brothers and sisters together if that can be.
    fn default() -> Self {
        let mode = TravelMode::default();
        Self {
            mode,
            limit_minutes: USUAL_LIMIT_MINUTES,
            matrix: None,
            assumption: mode.assumption(),
            longest_minutes: USUAL_LONGEST_MINUTES,
            siblings: SiblingsRule::TogetherPreferred,
        }
    }
}

/// Reads both sections; absent keys take their usual values.
pub(super) fn read(source: &mut Source<'_>, top: Section<'_>) -> Option<TravelSpec> {
    let mut spec = TravelSpec::default();
    let before = source.problems.len();
    if let Some(section) = source.only_section(top, "travel", "[travel]") {
        read_travel(source, section, &mut spec);
    }
    if let Some(section) = source.only_section(top, "replacement", "[replacement]") {
        read_replacement(source, section, &mut spec);
    } else if spec.longest_minutes < spec.limit_minutes {
        spec.longest_minutes = spec.limit_minutes;
    }
    (source.problems.len() == before).then_some(spec)
}

fn read_travel(source: &mut Source<'_>, section: Section<'_>, spec: &mut TravelSpec) {
    let keys = [
        "mode",
        "limit_minutes",
        "matrix",
        "detour",
        "kilometres_per_hour",
        "extra_minutes",
    ];
    source.refuse_other_keys(section, &keys);
    if let Some(found) = source.find(section, "mode")
        && let Some(mode) = source.parsed(found, str::parse::<TravelMode>)
    {
        spec.mode = mode;
        spec.assumption = mode.assumption();
    }
    let limit = spec.limit_minutes;
    if let Some(limit) = optional_number(source, section, "limit_minutes", (1.0, 240.0), limit) {
        spec.limit_minutes = limit;
    }
    let usual = spec.assumption;
    let mut number =
        |key, range, usual| optional_number(source, section, key, range, usual).unwrap_or(usual);
    spec.assumption = WayAssumption {
        detour: number("detour", (1.0, 5.0), usual.detour),
        kilometres_per_hour: number(
            "kilometres_per_hour",
            (1.0, 130.0),
            usual.kilometres_per_hour,
        ),
        extra_minutes: number("extra_minutes", (0.0, 60.0), usual.extra_minutes),
    };
    if let Some(found) = source.find(section, "matrix") {
        spec.matrix = source.parsed(found, |text| match text {
            "" | "." | ".." => Err("name a file that lies beside the scenario file"),
            text if text.contains(['/', '\\']) => {
                Err("name a file that lies beside the scenario file, without a folder")
            }
            text => Ok(text.to_owned()),
        });
        let reckoned = ["detour", "kilometres_per_hour", "extra_minutes"];
        for key in reckoned {
            if source.find(section, key).is_some() {
                source.note(
                    code::MATRIX_AND_ESTIMATE,
                    section.line,
                    key,
                    "",
                    "travel times come from the matrix, so nothing is estimated",
                    "remove this key or remove matrix",
                );
            }
        }
    }
}

fn read_replacement(source: &mut Source<'_>, section: Section<'_>, spec: &mut TravelSpec) {
    source.refuse_other_keys(section, &["longest_minutes", "siblings"]);
    let usual = spec.longest_minutes.max(spec.limit_minutes);
    let range = (spec.limit_minutes, 240.0);
    if let Some(longest) = optional_number(source, section, "longest_minutes", range, usual) {
        spec.longest_minutes = longest;
    }
    if let Some(found) = source.find(section, "siblings")
        && let Some(rule) = source.parsed(found, |text| {
            let rules = [
                SiblingsRule::Independent,
                SiblingsRule::TogetherPreferred,
                SiblingsRule::TogetherOnly,
            ];
            let mut all = rules.into_iter();
            all.find(|rule| rule.as_str() == text)
                .ok_or("write independent, together_preferred or together_only")
        })
    {
        spec.siblings = rule;
    }
}
