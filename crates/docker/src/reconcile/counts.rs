//! How many pods may be too many or too few while a version takes another's place.

use serde_json::Value;

/// How far the number of pods may be from what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// So many more than asked for (`maxSurge`).
    pub surge: i64,
    /// So many fewer ready ones than asked for (`maxUnavailable`).
    pub unavailable: i64,
}

/// The bounds of a rolling update: a number, or a percentage, of which `maxSurge` is rounded up and `maxUnavailable`
/// down; where both come to 0, one pod may be missing (`ResolveFenceposts`, pkg/controller/deployment/util).
pub fn bounds(rolling: Option<&Value>, replicas: i64) -> Bounds {
    let field = |name: &str| rolling.and_then(|rolling| rolling.get(name)).filter(|value| !value.is_null());
    let surge = scaled(field("maxSurge"), replicas, true);
    let unavailable = scaled(field("maxUnavailable"), replicas, false);
    Bounds { surge, unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable } }
}

/// A number, or a percentage of `total`; 25 % where nothing is said.
pub(super) fn scaled(value: Option<&Value>, total: i64, up: bool) -> i64 {
    let percent: i64 = match value {
        Some(Value::Number(number)) => return number.as_i64().unwrap_or_default().max(0),
        Some(Value::String(text)) => text.trim_end_matches('%').parse().unwrap_or(25),
        _ => 25,
    };
    let hundredfold = percent.max(0).saturating_mul(total.max(0));
    if up { hundredfold.saturating_add(99) / 100 } else { hundredfold / 100 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn percentages_are_rounded_as_kubernetes_does() {
        for (rolling, replicas, surge, unavailable) in [
            (json!({}), 1, 1, 0),
            (json!({}), 4, 1, 1),
            (json!({}), 10, 3, 2),
            (json!({"maxSurge": 0, "maxUnavailable": 0}), 3, 0, 1),
            (json!({"maxSurge": "0%", "maxUnavailable": "10%"}), 3, 0, 1),
            (json!({"maxSurge": 2, "maxUnavailable": "50%"}), 3, 2, 1),
            (json!({"maxSurge": "100%", "maxUnavailable": 0}), 3, 3, 0),
            (json!({"maxSurge": null}), 0, 0, 1),
        ] {
            assert_eq!(bounds(Some(&rolling), replicas), Bounds { surge, unavailable }, "{rolling} of {replicas}");
        }
        assert_eq!(bounds(None, 2), Bounds { surge: 1, unavailable: 0 });
    }
}
