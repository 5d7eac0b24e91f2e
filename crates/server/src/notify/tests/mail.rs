//! A mail server that says what it is told to say.

use std::sync::{Arc, Mutex};

use landfall_deploy::config::{Reference, notifications::EmailConfig};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::super::{Fault, Secrets, email, opener::Opener};
use super::messages::{event, told};
use landfall_journal::EventKind;

/// Takes one message per connection: RFC 5321, as far as a client needs it. `refuses` is the answer to `DATA`'s end.
async fn server(refuses: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("smtp+plain://{}", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(String::new()));
    let to = Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 mail.example.com ready\r\n").await.unwrap();
            let mut is_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                *to.lock().unwrap() += &format!("{line}\n");
                let answer = match line.as_str() {
                    "." if is_data => {
                        is_data = false;
                        refuses
                    }
                    _ if is_data => continue,
                    "DATA" => {
                        is_data = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 ok",
                };
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
        }
    });
    (address, got)
}

async fn send(address: &str) -> Result<Option<String>, Fault> {
    let secrets: Secrets = Arc::new(|_: &Reference| Ok(SecretString::from("none")));
    let config = EmailConfig {
        server: address.to_owned(),
        from: "Landfall <landfall@example.com>".into(),
        to: vec!["ada@example.com".into(), "ops@example.com".into()],
        username: None,
        password: None,
    };
    let event = event(EventKind::Live);
    email::send(&Opener::new(&secrets), &config, &event, &told(&event)).await
}

#[tokio::test]
async fn a_message_is_handed_over() {
    let (address, got) = server("250 taken").await;
    assert_eq!(send(&address).await, Ok(None));
    let got = got.lock().unwrap().clone();
    for line in [
        "MAIL FROM:<landfall@example.com>",
        "RCPT TO:<ada@example.com>",
        "RCPT TO:<ops@example.com>",
        "Message-ID: <01kb1",
    ] {
        assert!(got.contains(line), "{line}: {got}");
    }
}

#[tokio::test]
async fn a_full_mailbox_passes_and_a_refusal_does_not() {
    let (address, _) = server("452 4.2.2 mailbox full").await;
    assert!(matches!(send(&address).await, Err(Fault::Passing { why, .. }) if why.contains("mailbox full")));
    let (address, _) = server("550 5.7.1 no relaying").await;
    assert!(matches!(send(&address).await, Err(Fault::Permanent { why }) if why.contains("no relaying")));
    assert!(matches!(send("smtp+plain://127.0.0.1:9").await, Err(Fault::Passing { .. })));
}
