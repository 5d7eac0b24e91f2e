//! A moment, as the journal keeps it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A moment in milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC, always with milliseconds:
/// `2026-11-24T04:27:46.120Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime)]
pub struct Time(i64);

impl Time {
    /// The present.
    pub fn now() -> Self {
        Timestamp::now().into()
    }

    /// A moment by its milliseconds since 1970. What RFC 3339 cannot write (before the year -9999 or after 9999) becomes
    /// the nearest moment that it can.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Timestamp::MIN.as_second() * 1000, Timestamp::MAX.as_second() * 1000))
    }

    /// Milliseconds since 1970.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The same moment for calculations with it.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl FromStr for Time {
    type Err = Error;

    /// Any RFC 3339 time, such as `2026-11-24T04:27:46Z` or `2026-11-24T05:27:46+01:00`.
    fn from_str(text: &str) -> Result<Self> {
        let timestamp: Timestamp = text.parse().map_err(|_| Error::Time { text: text.to_owned() })?;
        Ok(timestamp.into())
    }
}

impl TryFrom<String> for Time {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_with_milliseconds_and_read_with_any_offset() {
        for (written, shown) in [
            ("2026-11-24T04:27:46Z", "2026-11-24T04:27:46.000Z"),
            ("2026-11-24T05:27:46.1209+01:00", "2026-11-24T04:27:46.120Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            let time: Time = written.parse().unwrap();
            assert_eq!(time.to_string(), shown);
            assert_eq!(shown.parse::<Time>().unwrap(), time);
        }
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn no_number_of_milliseconds_is_too_large() {
        assert_eq!(Time::from_millis(i64::MAX).to_string(), "9999-12-30T22:00:00.000Z");
    }
}
