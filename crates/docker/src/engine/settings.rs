//! What of a container can be changed after it was made (`docker update`): kept in a label when it is made, so that a
//! change by hand is seen. Everything else of a container stays as it was made.

use serde_json::{Map, Value, json};

/// The label that holds the settings as they were asked for.
pub const LABEL: &str = "landfall.dev/settings";

/// Numbers of `HostConfig`, with the flag of `GET /info` that says whether the machine's kernel can honour them: the
/// engine leaves out what it cannot.
const NUMBERS: &[(&str, &str)] = &[
    ("Memory", "MemoryLimit"),
    ("MemoryReservation", "MemoryLimit"),
    ("NanoCpus", "CpuCfsQuota"),
    ("CpuQuota", "CpuCfsQuota"),
    ("CpuPeriod", "CpuCfsPeriod"),
    ("CpuShares", "CPUShares"),
    ("PidsLimit", "PidsLimit"),
];

/// Lists of processors and memory nodes.
const TEXTS: &[(&str, &str)] = &[("CpusetCpus", "CPUSet"), ("CpusetMems", "CPUSet")];

/// The settings of a `HostConfig`, in one spelling.
pub fn settings(host: &Value) -> Value {
    let mut settings = Map::new();
    for (field, _) in NUMBERS {
        // Of the limit of processes, -1 means none as well.
        let number = host[*field].as_i64().filter(|number| *number > 0);
        settings.extend(number.map(|number| ((*field).to_owned(), number.into())));
    }
    for (field, _) in TEXTS {
        let text = host[*field].as_str().filter(|text| !text.is_empty());
        settings.extend(text.map(|text| ((*field).to_owned(), text.into())));
    }
    let policy = host["RestartPolicy"]["Name"].as_str().filter(|name| !name.is_empty()).unwrap_or("no");
    settings.insert("RestartPolicy".to_owned(), policy.into());
    Value::Object(settings)
}

/// The settings that the machine's kernel cannot honour, by what the engine says of it.
pub fn unsupported(info: &Value) -> Vec<String> {
    let fields = NUMBERS.iter().chain(TEXTS);
    fields.filter(|(_, flag)| info[*flag] == json!(false)).map(|(field, _)| (*field).to_owned()).collect()
}

/// The settings of a container that are not as they were asked for, each as `Memory is 1048576 instead of 2097152`. A
/// container without the label has none: nobody knows what was asked for.
pub fn changed(inspect: &Value, unsupported: &[String]) -> Vec<String> {
    let asked = inspect["Config"]["Labels"][LABEL].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(Value::Object(asked)) = asked else { return Vec::new() };
    let now = settings(&inspect["HostConfig"]);
    let all = NUMBERS.iter().chain(TEXTS).map(|(field, _)| *field).chain(["RestartPolicy"]);
    let differs = |field: &&str| !unsupported.iter().any(|one| one == field) && asked.get(*field) != now.get(*field);
    let word = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "unlimited".to_owned(),
    };
    all.filter(differs)
        .map(|field| format!("{field} is {} instead of {}", word(now.get(field)), word(asked.get(field))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_updated_by_hand_is_seen_and_spellings_are_not() {
        let inspect = |asked: Value, host: Value| json!({"Config": {"Labels": {LABEL: settings(&asked).to_string()}}, "HostConfig": host});
        let policy = |name: &str| json!({"Name": name, "MaximumRetryCount": 0});
        for (asked, now, unsupported, expected) in [
            (
                json!({"RestartPolicy": {"Name": "always"}}),
                json!({"Memory": 0, "PidsLimit": null, "CpusetCpus": "", "RestartPolicy": policy("always")}),
                "",
                "",
            ),
            (json!({"RestartPolicy": {"Name": ""}}), json!({"PidsLimit": -1, "RestartPolicy": policy("no")}), "", ""),
            (
                json!({"Memory": 2097152, "RestartPolicy": {"Name": "always"}}),
                json!({"Memory": 1048576, "RestartPolicy": policy("no")}),
                "",
                "Memory is 1048576 instead of 2097152; RestartPolicy is no instead of always",
            ),
            (json!({"Memory": 2097152}), json!({"Memory": 0}), "Memory", ""),
            (json!({}), json!({"NanoCpus": 5}), "", "NanoCpus is 5 instead of unlimited"),
        ] {
            let unsupported: Vec<String> = unsupported.split_whitespace().map(str::to_owned).collect();
            assert_eq!(changed(&inspect(asked, now), &unsupported).join("; "), expected);
        }
        assert_eq!(changed(&json!({"HostConfig": {"Memory": 1}}), &[]), Vec::<String>::new());
    }
}
