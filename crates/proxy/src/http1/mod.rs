//! Where messages of HTTP/1 begin and end (RFC 9112, section 6), and nothing else of them.

mod body;
mod head;

pub(crate) use body::Body;
pub(crate) use head::{HEADERS, Malformed, ResponseHead, request_body, request_head, response_head};
