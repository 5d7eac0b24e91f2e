//! Counts visits, and keeps the number in a file of its volume.
//!
//! Variables: `DATA` (the folder, /data), `TOKEN`, `PORT` (8080). `POST /visits` counts one and answers the number, `GET /visits`
//! answers it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use landfall_example_shop::{Answer, Request, Server, log, variable};

#[tokio::main]
async fn main() -> io::Result<()> {
    let folder = PathBuf::from(variable("DATA", "/data"));
    let visits = Arc::new(Mutex::new(Visits::read(&folder)?));
    log(&format!("counter starts after {} visits", visits.lock().unwrap_or_else(PoisonError::into_inner).count));
    let token = Arc::new(variable("TOKEN", ""));
    let port = variable("PORT", "8080").parse().map_err(io::Error::other)?;
    let server = Server::listen(port).await?;
    server
        .run(move |request| {
            let (visits, token) = (Arc::clone(&visits), Arc::clone(&token));
            async move { answer(&request, &token, &mut visits.lock().unwrap_or_else(PoisonError::into_inner)) }
        })
        .await
}

fn answer(request: &Request, token: &str, visits: &mut Visits) -> Answer {
    if !token.is_empty() && request.token.as_deref() != Some(token) {
        return Answer { status: 401, body: "who are you?\n".to_owned() };
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/visits") => Answer::ok(format!("{}\n", visits.count)),
        ("POST", "/visits") => match visits.add() {
            Ok(count) => Answer::ok(format!("{count}\n")),
            Err(error) => Answer { status: 500, body: format!("cannot keep the number: {error}\n") },
        },
        _ => Answer { status: 404, body: "there are only /visits and /ready\n".to_owned() },
    }
}

/// The number and its file.
struct Visits {
    file: PathBuf,
    count: u64,
}

impl Visits {
    fn read(folder: &Path) -> io::Result<Self> {
        let file = folder.join("visits");
        let count = match fs::read_to_string(&file) {
            Ok(text) => {
                text.trim().parse().map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(io::Error::other(format!("{}: {error}", file.display()))),
        };
        Ok(Self { file, count })
    }

    /// Written anew and renamed, so that there is a whole number at any moment.
    fn add(&mut self) -> io::Result<u64> {
        let new = self.file.with_extension("new");
        fs::write(&new, (self.count + 1).to_string())?;
        fs::rename(&new, &self.file)?;
        self.count += 1;
        Ok(self.count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_number_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let ask = |visits: &mut Visits, method: &str, token: Option<&str>| {
            let token = token.map(str::to_owned);
            let request = Request { method: method.to_owned(), path: "/visits".to_owned(), token };
            let answer = answer(&request, "secret", visits);
            (answer.status, answer.body)
        };
        let mut visits = Visits::read(folder.path()).unwrap();
        assert_eq!(ask(&mut visits, "POST", Some("secret")), (200, "1\n".to_owned()));
        assert_eq!(ask(&mut visits, "POST", Some("wrong")).0, 401);
        assert_eq!(ask(&mut visits, "POST", None).0, 401);
        let mut visits = Visits::read(folder.path()).unwrap();
        assert_eq!(ask(&mut visits, "POST", Some("secret")), (200, "2\n".to_owned()));
        assert_eq!(ask(&mut visits, "GET", Some("secret")), (200, "2\n".to_owned()));
        fs::write(folder.path().join("visits"), "many").unwrap();
        assert!(Visits::read(folder.path()).is_err());
    }
}
