//! Mistakes that the guide shows, and what the compiler says of them.

#[test]
fn a_mistake_of_the_guide_is_answered_as_the_guide_says() {
    trybuild::TestCases::new().compile_fail("guide/mistakes/*.rs");
}
