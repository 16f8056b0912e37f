/// Whether a text is a traceparent of W3C Trace Context, version 00 or later, so that it may be
/// handed on in a header.
///
/// A later version may say more after what version 00 says.
#[cfg(any(feature = "nats", test))]
pub(crate) fn is_traceparent(text: &str) -> bool {
    parts(text).is_some()
}

/// The trace, the span and the flags that a traceparent names.
pub(crate) fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut fields = text.split('-');
    let (version, trace, span, flags) = (
        fields.next()?,
        fields.next()?,
        fields.next()?,
        fields.next()?,
    );
    let is_of = |field: &str, length: usize| {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        field.len() == length && field.bytes().all(is_hex)
    };
    let is_something = |field: &str| field.bytes().any(|byte| byte != b'0');
    let is_whole = is_of(version, 2) && is_of(trace, 32) && is_of(span, 16) && is_of(flags, 2);
    let ends = match version {
        "00" => fields.next().is_none(),
        "ff" => false,
        _ => text.bytes().all(|byte| byte.is_ascii_graphic()),
    };
    (is_whole && ends && is_something(trace) && is_something(span)).then_some((trace, span, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn what_a_traceparent_says_is_read() {
        let text = format!("00-{TRACE}-{SPAN}-01");
        assert_eq!(parts(&text), Some((TRACE, SPAN, "01")));
        let later = format!("cc-{TRACE}-{SPAN}-01-what-comes");
        assert_eq!(parts(&later), Some((TRACE, SPAN, "01")));
    }

    #[test]
    fn what_is_none_is_refused() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{SPAN}-01\r\nEvil: 1"),
            format!("cc-{TRACE}-{SPAN}-01-\r\nEvil: 1"),
        ] {
            assert!(!is_traceparent(&text), "{text:?}");
        }
    }
}
