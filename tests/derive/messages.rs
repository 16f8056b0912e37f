//! What a mistake is answered with: a file a mistake, compared with the `.stderr` beside it.

#[test]
fn a_mistake_is_named_where_it_is_and_nowhere_else() {
    trybuild::TestCases::new().compile_fail("derive/ui/*.rs");
}
