//! What a mistake is answered with: a file a mistake, compared with the `.stderr` beside it; those
//! that the guide shows as well.

#[test]
fn a_mistake_is_named_where_it_is_and_nowhere_else() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("derive/ui/*.rs");
    cases.compile_fail("guide/mistakes/*.rs");
}
