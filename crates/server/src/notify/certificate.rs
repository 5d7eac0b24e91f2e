//! What is said where the certificate of a sink's server is not trusted.

/// The reason with the way out, if it is that nobody knows who signed the certificate, as with a company's own authority.
pub(super) fn explained(why: String) -> String {
    if why.contains("UnknownIssuer") {
        format!(
            "{why}; add the authority that signed its certificate to those of this machine, or name its file in SSL_CERT_FILE"
        )
    } else {
        why
    }
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn an_unknown_authority_has_a_way_out() {
        let text = explained("It cannot be reached: invalid peer certificate: UnknownIssuer".to_owned());
        assert!(text.ends_with("or name its file in SSL_CERT_FILE"), "{text}");
        assert_eq!(explained("It has not answered in time".to_owned()), "It has not answered in time");
    }
}
