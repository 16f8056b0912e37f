use super::Verb;

impl Verb {
    /// The lints that object to a shape that is not the author's choice.
    pub(crate) const fn lints(self) -> &'static [&'static str] {
        match self {
            Self::Handle => &[
                "missing_errors_doc",
                "needless_pass_by_value",
                "trivially_copy_pass_by_ref",
                "unnecessary_wraps",
                "unused_self",
            ],
            Self::Apply => &[
                "needless_pass_by_ref_mut",
                "needless_pass_by_value",
                "trivially_copy_pass_by_ref",
                "unused_self",
            ],
            Self::React | Self::Answer => &[
                "must_use_candidate",
                "needless_pass_by_value",
                "trivially_copy_pass_by_ref",
                "unnecessary_wraps",
                "unused_self",
            ],
        }
    }
}
