//! Pictures of demand by month, of levers, and of how good forecasts were.

use charts::{
    AreaErrors, AreaMap, AreaValue, AreaValues, CalibrationPlot, ChartError, ComparedFans,
    DemandMonths, DemandNames, FanNames, Language, PastEditionsChart, PastEditionsNames, Svg,
};
use disclosure::Label;
use domain::CareType;
use forecast::{Area, ScenarioFans, TOTAL_AREA};

use crate::pages::levers::{Asked, pulled};
use crate::problem::{Kind, Problem};
use crate::query;
use crate::view::{DemandMonthsView, HonestyView, LeversView, PlannerView};

/// A picture, and the same numbers as a table whose first row is the header.
pub type PictureAndTable = (Svg, Vec<Vec<String>>);

/// The pictures of the page of honesty, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HonestyPicture {
    /// Earlier forecasts beside what came.
    Editions,
    /// Whether intervals held what they promised.
    Calibration,
    /// The areas with the largest errors.
    Areas,
    /// Errors of all areas on a map.
    Map,
}

impl HonestyPicture {
    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Editions, Self::Calibration, Self::Areas, Self::Map];

    /// Its name in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Editions => "editions",
            Self::Calibration => "calibration",
            Self::Areas => "areas",
            Self::Map => "map",
        }
    }
}

/// The picture of a name, where it is one of these; `None` for other names.
pub(crate) async fn draw(
    view: &PlannerView,
    name: &str,
    query: &str,
    language: Language,
) -> Option<Result<Svg, Problem>> {
    if name == "demand" {
        let demand = view.demand.as_ref()?;
        let chart = chosen_demand(demand, query)
            .and_then(|(area, care)| demand_months(demand, &area, care));
        return Some(chart.and_then(|chart| drawn(chart.svg(language))));
    }
    if name == "levers" {
        let levers = view.levers.as_ref()?;
        return Some(draw_levers(levers, query, language).await);
    }
    let kind = name.strip_prefix("honesty-")?;
    let kind = HonestyPicture::ALL
        .into_iter()
        .find(|it| it.name() == kind)?;
    let chosen = match chosen_honesty(&view.honesty, query) {
        Ok(chosen) => chosen?,
        Err(problem) => return Some(Err(problem)),
    };
    let (one, group) = chosen;
    let made = one.picture(&group, kind, language);
    Some(
        made.map_err(|error| Problem::failed(&error))
            .and_then(|made| {
                let made = made.ok_or_else(|| Problem::unknown("chart", name));
                made.map(|(svg, _)| svg)
            }),
    )
}

async fn draw_levers(view: &LeversView, query: &str, language: Language) -> Result<Svg, Problem> {
    let asked = Asked::of(view, query);
    let with = pulled(view, &asked).await?.map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        Problem::new(Kind::BAD_VALUE, first.unwrap_or_default())
    })?;
    drawn(compared(view, &with, &asked.area, &asked.group)?.svg(language))
}

fn drawn(svg: Result<Svg, ChartError>) -> Result<Svg, Problem> {
    svg.map_err(|error| Problem::failed(&error))
}

/// Area and care type of a query; the whole city and kindergarten unless named.
pub(crate) fn chosen_demand(
    view: &DemandMonthsView,
    query: &str,
) -> Result<(String, CareType), Problem> {
    let area = query::value(query, "area").unwrap_or_else(|| TOTAL_AREA.to_owned());
    if !view.monthly.areas().iter().any(|it| it.code == area) {
        return Err(Problem::unknown("area", &area));
    }
    let care = match query::value(query, "care_type") {
        None => CareType::Kindergarten,
        Some(text) => text
            .parse()
            .map_err(|_| Problem::new(Kind::BAD_VALUE, format!("care type {text:?}")))?,
    };
    Ok((area, care))
}

/// The months of an area and care type.
pub(crate) fn demand_months(
    view: &DemandMonthsView,
    area: &str,
    care: CareType,
) -> Result<DemandMonths, Problem> {
    let names = DemandNames {
        area: name_of(view.monthly.areas(), area),
        source: view.source.clone(),
    };
    DemandMonths::new(&view.monthly, area, care, names)
        .map_err(|_| Problem::unknown("area, care type", &format!("{area}, {care}")))
}

/// The name of an area; the sum of all has one in each language.
pub(crate) fn name_of(areas: &[Area], code: &str) -> Label {
    if code == TOTAL_AREA {
        return Label::new("Gesamtstadt", "Whole city");
    }
    let area = areas.iter().find(|area| area.code == code);
    let name = area.map_or(code, |area| area.name.as_str());
    Label::new(name, name)
}

/// Population and group of a query, the first of each unless named; `None` where there is none.
pub(crate) fn chosen_honesty<'a>(
    reports: &'a [HonestyView],
    query: &str,
) -> Result<Option<(&'a HonestyView, String)>, Problem> {
    let one = match query::value(query, "city") {
        Some(name) => Some(
            reports
                .iter()
                .find(|one| one.name() == name)
                .ok_or_else(|| Problem::unknown("city", &name))?,
        ),
        None => reports.first(),
    };
    let Some(one) = one else { return Ok(None) };
    let groups = one.report.groups();
    let group = match query::value(query, "group") {
        // Another population may have other groups: choosing one starts with its own first.
        Some(group) if groups.contains(&group.as_str()) => group,
        Some(group)
            if reports
                .iter()
                .all(|it| !it.report.groups().contains(&group.as_str())) =>
        {
            return Err(Problem::unknown("group", &group));
        }
        _ => first_group(&groups),
    };
    Ok(Some((one, group)))
}

/// Under three where there are such, else the first.
fn first_group(groups: &[&str]) -> String {
    let youngest = groups.iter().find(|group| **group == "U3");
    youngest
        .or(groups.first())
        .map_or_else(String::new, |group| (*group).to_owned())
}

impl HonestyView {
    /// A picture of one group in one language, and the same numbers as a table whose first row is the
    /// header; `None` where there is nothing to draw, such as a map without outlines.
    ///
    /// # Errors
    /// [`ChartError`] if it cannot be drawn.
    pub fn picture(
        &self,
        group: &str,
        kind: HonestyPicture,
        language: Language,
    ) -> Result<Option<PictureAndTable>, ChartError> {
        let (name, source) = (self.group_name(group), self.source.clone());
        match kind {
            HonestyPicture::Editions => self.editions(group, language),
            HonestyPicture::Calibration => {
                let chart = CalibrationPlot::new(&self.report, group, name, source)?;
                Ok(Some((chart.svg(language)?, chart.table(language))))
            }
            HonestyPicture::Areas => {
                let is_known =
                    |area: &forecast::AreaError| area.group == group && area.wape.is_some();
                if !self.report.areas.iter().any(is_known) {
                    return Ok(None);
                }
                let chart = AreaErrors::new(&self.report, group, &self.area_names, name, source)?;
                Ok(Some((chart.svg(language)?, chart.table(language))))
            }
            HonestyPicture::Map => self.error_map(group, language),
        }
    }

    fn editions(
        &self,
        group: &str,
        language: Language,
    ) -> Result<Option<PictureAndTable>, ChartError> {
        let past = self.past.iter().find(|it| it.group == group);
        let Some(past) = past.filter(|past| !past.outcomes.is_empty()) else {
            return Ok(None);
        };
        let name = self.group_name(group);
        let joined = |it: Language| format!("{}, {}", it.label(&self.label), it.label(&name));
        let names = PastEditionsNames {
            quantity: Label::new(joined(Language::German), joined(Language::English)),
            unit: Label::new(
                "Kinder am Stichtag des Jahres",
                "Children on the reference date of the year",
            ),
            source: self.source.clone(),
        };
        let chart = PastEditionsChart::ours(past, names)?;
        Ok(Some((chart.svg(language)?, chart.table(language))))
    }

    fn error_map(
        &self,
        group: &str,
        language: Language,
    ) -> Result<Option<PictureAndTable>, ChartError> {
        if self.outlines.is_empty() {
            return Ok(None);
        }
        let name = self.group_name(group);
        let title = Label::new(
            format!("Fehler nach Gebiet: {}", Language::German.label(&name)),
            format!("Error by area: {}", Language::English.label(&name)),
        );
        let values = AreaValues::errors(&self.report, group, title)?;
        let map = AreaMap::new(self.outlines.clone(), values, self.source.clone())?;
        let header = match language {
            Language::German => ["Gebiet", "Schlüssel", "Fehler %"],
            Language::English => ["area", "code", "error %"],
        };
        let rows = map.rows().map(|(area, value)| {
            let value = match value {
                AreaValue::Published(value) => language.number(value, 1),
                AreaValue::NotPublished | AreaValue::Missing => "–".to_owned(),
            };
            let label = language.label(&area.label).to_owned();
            vec![label, area.code.clone(), value]
        });
        let header = std::iter::once(header.map(str::to_owned).to_vec());
        let table = header.chain(rows).collect();
        Ok(Some((map.svg(language)?, table)))
    }
}

/// The picture of levers for an area and group.
pub(crate) fn compared(
    view: &LeversView,
    with: &ScenarioFans,
    area: &str,
    group: &str,
) -> Result<ComparedFans, Problem> {
    let names = FanNames {
        area: name_of(view.forecast().areas(), area),
        group: view.group_name(group),
        source: view.source.clone(),
    };
    ComparedFans::new(view.forecast(), (view.without(), with), area, group, names)
        .map_err(|_| Problem::unknown("area, group", &format!("{area}, {group}")))
}
