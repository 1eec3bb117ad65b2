//! `/v1/scenarios`: what planners would change, in versions that stay, and what it comes to.

mod change;
mod compare;
mod create;
mod displaced;
mod displacements;
mod list;
mod results;
mod show;
mod versions;

use domain::InputProblem;
use jiff::Timestamp;
use jiff::civil::Date;
use scenario::ScenarioSpec;
use serde::Serialize;
use serde_json::Value;
use store::{
    IdempotencyKey, MAXIMUM_SCENARIO_BYTES, NewScenarioVersion, ScenarioKept, ScenarioStore as _,
    ScenarioVersion,
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::analysis::ScenarioAsked;
use crate::problem::{Kind, Problem};
use crate::resources::new_key;
use crate::service::Service;
use crate::vocabulary::Key;
pub(crate) use compare::{Compared, compared, named};
pub(crate) use displaced::shown_displacements;
pub(crate) use results::{kept, result_of, table_of};

/// Most measures of a scenario.
const MOST_MEASURES: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(compare::compare))
        .routes(routes!(show::show, change::change))
        .routes(routes!(versions::versions))
        .routes(routes!(results::list))
        .routes(routes!(results::table))
        .routes(routes!(displacements::show))
}

/// A version of a scenario.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scenario)]
pub(crate) struct ScenarioView {
    #[schema(value_type = Key)]
    scenario: String,
    /// From 1; the entity tag.
    version: u64,
    /// As the file says.
    name: String,
    /// The scenario it was made from.
    #[schema(value_type = Option<Key>)]
    parent: Option<String>,
    /// Hash of the text.
    text_sha256: String,
    /// Account that handed it in.
    stored_by: String,
    stored_role: &'static str,
    #[schema(value_type = String, format = DateTime)]
    stored_at: Timestamp,
    /// The file; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl From<ScenarioVersion> for ScenarioView {
    fn from(version: ScenarioVersion) -> Self {
        Self {
            scenario: version.scenario,
            version: version.version,
            name: version.name,
            parent: version.parent,
            text_sha256: version.text_sha256,
            stored_by: version.stored_by,
            stored_role: version.stored_role.as_str(),
            stored_at: version.stored_at,
            text: None,
        }
    }
}

/// A scenario that can be read, or all problems of its text.
pub(crate) fn checked(text: &str) -> Result<ScenarioSpec, Problem> {
    if text.len() > MAXIMUM_SCENARIO_BYTES {
        let detail = format!(
            "the text has {} bytes; at most {MAXIMUM_SCENARIO_BYTES} are planned at a time",
            text.len()
        );
        return Err(Problem::new(Kind::SCENARIO_TOO_LARGE, detail));
    }
    // Every measure has a heading, or braces of its own.
    let headings = text
        .lines()
        .filter(|line| line.trim_start().starts_with("[["));
    let measures = headings.count() + text.matches('{').count();
    if measures > MOST_MEASURES {
        let detail = format!("{measures} measures; at most {MOST_MEASURES} are planned at a time");
        return Err(Problem::new(Kind::SCENARIO_TOO_LARGE, detail));
    }
    ScenarioSpec::parse(text, "scenario.toml").map_err(|problems| refused(&problems))
}

/// All problems, each with the line it stands on. Nothing in a scenario is personal.
fn refused(problems: &[InputProblem]) -> Problem {
    let named: Vec<String> = problems.iter().take(3).map(ToString::to_string).collect();
    let more = problems.len().saturating_sub(named.len());
    let more = if more > 0 {
        format!(" | and {more} more")
    } else {
        String::new()
    };
    let refused = Problem::rows_refused(Kind::SCENARIO_REFUSED, problems);
    Problem {
        detail: format!("{}{more}", named.join(" | ")),
        ..refused
    }
}

/// Who hands a version in, and when.
pub(crate) struct Author<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) idempotency: Option<&'a IdempotencyKey>,
    pub(crate) at: Timestamp,
}

impl Author<'_> {
    /// Keeps version 1 of a new scenario.
    pub(crate) async fn create(
        &self,
        service: &Service,
        text: &str,
        parent: Option<&str>,
    ) -> Result<(ScenarioVersion, bool), Problem> {
        let spec = checked(text)?;
        let key = new_key();
        let new = self.version(&key, &spec, text);
        match service.store.create_scenario(&new, parent, self.at).await? {
            ScenarioKept::Kept { version, is_replay } => Ok((version, is_replay)),
            ScenarioKept::Unknown | ScenarioKept::Changed { .. } => {
                let detail = format!("there is no scenario {:?}", parent.unwrap_or_default());
                Err(Problem::field(Kind::WRONG_VALUE, "parent", detail))
            }
        }
    }

    /// Keeps the version after the one that was looked at.
    pub(crate) async fn change(
        &self,
        service: &Service,
        scenario: &str,
        expected: u64,
        text: &str,
    ) -> Result<(ScenarioVersion, bool), Problem> {
        let spec = checked(text)?;
        let new = self.version(scenario, &spec, text);
        match service
            .store
            .change_scenario(&new, expected, self.at)
            .await?
        {
            ScenarioKept::Kept { version, is_replay } => Ok((version, is_replay)),
            ScenarioKept::Unknown => Err(Problem::not_found()),
            ScenarioKept::Changed { newest } => {
                let detail = format!(
                    "version {expected} was looked at and {newest} is the newest; read it and decide anew"
                );
                let problem = Problem::new(Kind::REVISION_CHANGED, detail);
                Err(problem.with("revision", newest.into()))
            }
        }
    }

    fn version<'a>(
        &'a self,
        scenario: &'a str,
        spec: &'a ScenarioSpec,
        text: &'a str,
    ) -> NewScenarioVersion<'a> {
        NewScenarioVersion {
            scenario,
            name: spec.name(),
            text,
            stored_by: self.caller.grant.actor.as_str(),
            stored_role: self.caller.role(),
            idempotency: self.idempotency,
        }
    }
}

/// Refuses a run of a version that is not there, or as known on a day to come.
pub(crate) async fn require_planable(
    service: &Service,
    asked: &ScenarioAsked,
    today: Date,
) -> Result<(), Problem> {
    if asked.known_on.is_some_and(|day| day > today) {
        let detail = format!("the day lies ahead; give one up to {today}");
        return Err(Problem::field(Kind::WRONG_VALUE, "known_on", detail));
    }
    let found = service
        .store
        .scenario_version(&asked.scenario, asked.version);
    if found.await?.is_none() {
        let detail = format!(
            "scenario {:?} has no version {}",
            asked.scenario, asked.version
        );
        return Err(Problem::field(Kind::WRONG_VALUE, "scenario", detail)
            .with("version", Value::from(asked.version)));
    }
    Ok(())
}
