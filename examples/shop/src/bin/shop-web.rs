//! The page of the shop: greets each visitor with a number that the counter gives.
//!
//! Variables: `VERSION` (set by the image), `GREETING`, `COUNTER` (host:port), `TOKEN`, `PORT` (8080), and `PRICES`, a file
//! without which the page does not start.

use std::{process::ExitCode, sync::Arc};

use landfall_example_shop::{Answer, Server, ask, log, variable};

#[tokio::main]
async fn main() -> ExitCode {
    let version = variable("VERSION", "v0");
    log(&format!("web {version} starts"));
    match serve(version).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            log(&format!("web cannot serve: {reason}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(version: String) -> Result<(), String> {
    if let Ok(prices) = std::env::var("PRICES") {
        std::fs::read_to_string(&prices).map_err(|error| format!("no price list at {prices}: {error}"))?;
    }
    let page = Arc::new(Page {
        version,
        greeting: variable("GREETING", "welcome"),
        counter: variable("COUNTER", "counter:80"),
        token: variable("TOKEN", ""),
        name: std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned(),
    });
    let port = variable("PORT", "8080").parse().map_err(|error| format!("PORT: {error}"))?;
    let server = Server::listen(port).await.map_err(|error| format!("port {port}: {error}"))?;
    server.run(move |_| answer(Arc::clone(&page))).await.map_err(|error| error.to_string())
}

struct Page {
    version: String,
    greeting: String,
    counter: String,
    token: String,
    name: String,
}

/// A page without a number is better than none: it does not depend on the counter.
async fn answer(page: Arc<Page>) -> Answer {
    let visitor = match ask(&page.counter, "/visits", &page.token).await {
        Ok(number) => format!("visitor {}", number.trim()),
        Err(error) => {
            log(&format!("the counter does not answer: {error}"));
            "visitor".to_owned()
        }
    };
    Answer::ok(format!("{} says {}, {visitor} (from {})\n", page.version, page.greeting, page.name))
}
