//! Its process is killed, and another one goes on.

use super::{Serving, level, live_level, open};

#[test]
fn the_next_process_goes_on_in_the_same_entry() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("1 to update");
    serving.kill();
    let serving = Serving::start(&shop);
    serving.until("prod: deploying").until(": Live: ");
    serving.end();
    assert_eq!(live_level(&shop), "debug");
    let json = shop.landfall(&["history", "prod", "-o", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let deploys = json["deploys"].as_array().unwrap();
    let words: Vec<_> = deploys.iter().map(|deploy| &deploy["deploy"]).collect();
    let mut words: Vec<_> = words.iter().map(|deploy| format!("{} {}", deploy["subject"], deploy["outcome"])).collect();
    // It may have been over when the kill came: then the next process found nothing to do, and says so in an entry of its own.
    words.dedup();
    assert_eq!(words, ["\"Tell more\" \"live\"", "\"Open the shop\" \"live\""]);
}
