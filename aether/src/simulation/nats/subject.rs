//! Subjects and patterns of them.

/// Whether a pattern means a subject: `*` is one token, `>` at the end is one or more.
pub(super) fn matches(pattern: &str, subject: &str) -> bool {
    let mut subject = subject.split('.');
    let mut pattern = pattern.split('.').peekable();
    while let Some(wanted) = pattern.next() {
        if wanted == ">" && pattern.peek().is_none() {
            return subject.next().is_some();
        }
        match subject.next() {
            Some(token) if wanted == "*" || wanted == token => {}
            Some(_) | None => return false,
        }
    }
    subject.next().is_none()
}

/// Whether some subject is meant by both.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        match (one.next(), other.next()) {
            (None, None) | (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(left), Some(right)) if left == right || left == "*" || right == "*" => {}
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}

/// The subject as it is told under another name: what `>` stands for in the source is put for `>`
/// in the destination. None, if it is not meant.
pub(super) fn mapped(source: &str, destination: &str, subject: &str) -> Option<String> {
    if !matches(source, subject) {
        return None;
    }
    let Some(before) = destination.strip_suffix('>') else {
        return Some(destination.to_owned());
    };
    let rest = subject.strip_prefix(source.strip_suffix('>')?)?;
    Some(format!("{before}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_what_its_wildcards_say() {
        for (pattern, subject, is_meant) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", false),
            ("a.b.c", "a.b", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("*.b", "a.b", true),
            ("a.>", "a.b.c", true),
            ("a.>", "a", false),
            (">", "a", true),
            ("a.*.c", "a.b.c", true),
        ] {
            assert_eq!(matches(pattern, subject), is_meant, "{pattern} {subject}");
        }
    }

    #[test]
    fn patterns_overlap_if_a_subject_is_meant_by_both() {
        for (one, other, do_overlap) in [
            ("a.>", "a.b", true),
            ("a.*", "*.b", true),
            ("a.b", "a.c", false),
            ("a.>", "b.>", false),
            ("a", "a.>", false),
        ] {
            assert_eq!(overlap(one, other), do_overlap, "{one} {other}");
        }
    }

    #[test]
    fn what_is_told_under_another_name_keeps_its_rest() {
        let told = |subject| mapped("$KV.B.>", "told.>", subject);
        assert_eq!(told("$KV.B.a.b").as_deref(), Some("told.a.b"));
        assert_eq!(told("$KV.C.a"), None);
        assert_eq!(mapped("a", "b", "a").as_deref(), Some("b"));
    }
}
