//! Which deploys are asked for, from the address of a page.

use jiff::{Timestamp, civil, tz::TimeZone};
use landfall_journal::{Filter, Outcome, Place, Time};
use serde::{Deserialize, Serialize};

use crate::{app::App, problem::Problem};

/// The filters in the address, as a form sends them: what is empty is not given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Query {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub environment: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub since: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub outcome: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cursor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Query {
    /// The journal's filter.
    pub fn filter(&self) -> Result<Filter, Problem> {
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let outcome = given(&self.outcome).map(|word| {
            let unknown = || Problem::bad_request(format!("'{word}' is not how a deploy can end"));
            Outcome::parse(&word).ok_or_else(unknown)
        });
        Ok(Filter {
            environment: given(&self.environment),
            service: given(&self.service),
            since: given(&self.since).map(|text| time(&text)).transpose()?,
            until: given(&self.until).map(|text| time(&text)).transpose()?,
            outcome: outcome.transpose()?,
            cursor: given(&self.cursor),
            limit: self.limit,
            ..Filter::default()
        })
    }
}

/// A time as a form sends it (`2026-11-25T14:32`), or as people write it: in UTC, unless it says otherwise.
pub(crate) fn time(text: &str) -> Result<Time, Problem> {
    let text = text.trim();
    let civil: Option<civil::DateTime> = text.replace(' ', "T").parse().ok();
    let instant: Option<Timestamp> = text.parse().ok();
    let instant = instant.or_else(|| Some(civil?.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp()));
    instant.map(Time::from).ok_or_else(|| {
        Problem::bad_request(format!("'{text}' is no time; write 2026-11-25 14:32 or 2026-11-25T14:32:05Z"))
    })
}

/// Where the deploys of an environment are recorded.
pub(crate) fn place(app: &App, environment: &str) -> Result<Place, Problem> {
    followed(app, environment).map(|(_, place)| place)
}

/// The repository of an environment, and where its deploys are recorded.
pub(crate) fn followed(app: &App, environment: &str) -> Result<(String, Place), Problem> {
    let standing = app.board.read();
    let mut places = standing.repositories.iter().filter_map(|(address, repository)| {
        let place = repository.environments.get(environment)?.place.clone()?;
        Some((address.clone(), place))
    });
    places.next().ok_or_else(|| Problem::not_found(&format!("environment '{environment}' that was deployed to yet")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_forms_and_people_write_them() {
        let at = |text: &str| time(text).map(crate::words::time).map_err(|problem| problem.1);
        assert_eq!(at("2026-11-25T14:32").unwrap(), "2026-11-25 14:32:00 UTC");
        assert_eq!(at(" 2026-11-25 14:32:05 ").unwrap(), "2026-11-25 14:32:05 UTC");
        assert_eq!(at("2026-11-25T14:32:05+01:00").unwrap(), "2026-11-25 13:32:05 UTC");
        assert_eq!(at("2026-11-25").unwrap(), "2026-11-25 00:00:00 UTC");
        assert_eq!(
            at("yesterday").unwrap_err(),
            "'yesterday' is no time; write 2026-11-25 14:32 or 2026-11-25T14:32:05Z.\n"
        );
    }

    #[test]
    fn what_is_empty_is_not_asked_for() {
        assert_eq!(Query { service: " ".into(), ..Query::default() }.filter().unwrap(), Filter::default());
        let query = Query { outcome: "live".into(), ..Query::default() };
        assert_eq!(query.filter().unwrap().outcome, Some(Outcome::Live));
        assert!(Query { outcome: "alive".into(), ..Query::default() }.filter().is_err());
    }
}
