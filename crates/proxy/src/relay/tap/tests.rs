use super::*;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What the client (`c`) and the server (`s`) say, in order.
type Talk<'a> = &'a [(char, &'a [u8])];

fn after(talk: Talk) -> Tap {
    let mut tap = Tap::new();
    for (side, bytes) in talk {
        match side {
            'c' => tap.client_says(bytes),
            _ => {
                tap.server_says(bytes);
                tap.delivered();
            }
        }
    }
    tap
}

#[test]
fn idle_is_between_two_requests() {
    let chunked: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let post: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    let cases: [(&str, Talk, bool); 19] = [
        ("nothing", &[], false),
        ("asked", &[('c', GET)], false),
        ("answered", &[('c', GET), ('s', OK)], true),
        ("answered half", &[('c', GET), ('s', &OK[..30])], false),
        ("answered in two parts", &[('c', GET), ('s', &OK[..30]), ('s', &OK[30..])], true),
        ("answered in chunks", &[('c', GET), ('s', chunked)], true),
        ("the next one has begun", &[('c', GET), ('s', OK), ('c', b"GE")], false),
        ("asked in two parts", &[('c', &GET[..9]), ('c', &GET[9..]), ('s', OK)], true),
        ("asked twice at once", &[('c', GET), ('c', GET), ('s', OK)], false),
        ("asked twice at once, answered twice", &[('c', GET), ('c', GET), ('s', OK), ('s', OK)], true),
        ("body is missing", &[('c', post), ('s', b"HTTP/1.1 100 Continue\r\n\r\n")], false),
        ("body came", &[('c', post), ('s', b"HTTP/1.1 100 Continue\r\n\r\n"), ('c', b"abc"), ('s', OK)], true),
        ("answered before the body came", &[('c', post), ('s', OK)], false),
        ("no body for HEAD", &[('c', b"HEAD / HTTP/1.1\r\n\r\n"), ('s', &OK[..OK.len() - 2])], true),
        ("until close", &[('c', GET), ('s', b"HTTP/1.1 200 OK\r\n\r\nok")], false),
        (
            "the server closes",
            &[('c', GET), ('s', b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")],
            false,
        ),
        ("the client closes", &[('c', b"GET / HTTP/1.0\r\n\r\n"), ('s', OK)], false),
        ("upgraded", &[('c', GET), ('s', b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), ('c', GET), ('s', OK)], false),
        ("the server spoke first", &[('s', b"220 ready\r\n"), ('c', GET), ('s', OK)], false),
    ];
    for (name, talk, idle) in cases {
        assert_eq!(after(talk).is_idle(), idle, "{name}");
    }
}

#[test]
fn only_a_question_that_may_be_asked_twice_is_asked_again() {
    let again = |talk: Talk| after(talk).take_replay();
    assert_eq!(again(&[('c', GET), ('s', OK), ('c', GET)]), Some(GET.to_vec()));
    assert_eq!(again(&[('c', GET)]), None, "the first on its connection");
    assert_eq!(again(&[('c', GET), ('s', OK), ('c', GET), ('s', b"H")]), None, "an answer has begun");
    assert_eq!(again(&[('c', GET), ('s', OK), ('c', GET), ('c', GET)]), None, "two are open");
    assert_eq!(again(&[('c', GET), ('s', OK), ('c', b"POST / HTTP/1.1\r\n\r\n")]), None, "not safe");
    assert_eq!(again(&[('c', GET), ('s', OK), ('c', &GET[..5])]), None, "not complete");
}

#[test]
fn http2_is_recognised_in_any_pieces() {
    for cut in 1..PREFACE.len() {
        let mut tap = after(&[('c', &PREFACE[..cut]), ('c', &PREFACE[cut..])]);
        assert!(!tap.takes_goaway());
        assert_eq!(tap.server_says(&[0, 0, 0, 4, 0, 0, 0, 0, 0]), Some(9), "cut at {cut}");
        assert!(!tap.takes_goaway(), "under way");
        tap.delivered();
        assert!(tap.takes_goaway());
    }
    assert!(!after(&[('c', b"PRIME / HTTP/1.1\r\n\r\n"), ('s', OK)]).takes_goaway());
    assert!(after(&[('c', b"PRIME / HTTP/1.1\r\n\r\n"), ('s', OK)]).is_idle());
    assert!(after(&[('c', b"PR"), ('c', b"IME / HTTP/1.1\r\n\r\n"), ('s', OK)]).is_idle());
}
