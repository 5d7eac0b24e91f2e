//! By mail.

use landfall_deploy::config::notifications::EmailConfig;

use super::{super::super::email, *};

#[test]
fn by_mail() {
    let config = EmailConfig {
        server: "smtp://mail.example.com".into(),
        from: "Landfall <landfall@example.com>".into(),
        to: vec!["Ada <ada@example.com>".into(), "ops@example.com".into()],
        username: None,
        password: None,
    };
    let failed = event(EventKind::Failed);
    let message = email::message(&config, &failed, &told(&failed)).unwrap();
    let text = String::from_utf8(message.formatted()).unwrap().replace("\r\n", "\n");
    let boundary = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    insta::assert_snapshot!(text.replace(&boundary, "BOUNDARY"), @r#"
    From: Landfall <landfall@example.com>
    Message-ID: <01kb1111111111111111111111@landfall>
    Date: Wed, 25 Nov 2026 14:32:05 +0000
    Subject: [production] 9f8e7d6 will not become live in production
    Auto-Submitted: auto-generated
    To: Ada <ada@example.com>, ops@example.com
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="BOUNDARY"

    --BOUNDARY
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>ale=
    rt(1)</script> ```) will not become live in production

    statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last word=
    s: <b>no disk</b> ```

    https://landfall.example.com/deploys/01kb0000000000000000000000

    --BOUNDARY
    Content-Type: text/html; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    <p><strong>9f8e7d6 will not become live in production</strong></p>
    <p>by <a href=3D"https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69=
    f8e7d69f8e7d6abcde">9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x=
    ](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ```)</a></p>
    <pre>statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last=
     words: &lt;b&gt;no disk&lt;/b&gt; ```</pre>
    <p><a href=3D"https://landfall.example.com/deploys/01kb00000000000000000000=
    00">More about it</a></p>

    --BOUNDARY--
    "#);
}
