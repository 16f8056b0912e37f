//! The reference in `docs/reference`: nothing that the macros know is missing in it.

use std::{collections::BTreeSet, fs};

use crate::pages::{pages, root};

/// The words of the attributes, as the derive has them: those of keys in one place, and those of
/// lists, markers and what lies deeper where they are read.
fn words() -> BTreeSet<String> {
    let files = [
        "symbol.rs",
        "ast/context.rs",
        "ast/method.rs",
        "ast/args.rs",
    ];
    let texts = files.map(|file| {
        let file = root().join("aether-derive/src").join(file);
        fs::read_to_string(file).expect("a source of the derive")
    });
    let is_word = |text: &str| {
        let is_letter = |it: char| it.is_ascii_lowercase() || it == '_';
        !text.is_empty() && text.chars().all(is_letter)
    };
    let lines = texts.iter().flat_map(|text| text.lines());
    let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted
        .filter(|text| is_word(text))
        .map(str::to_owned)
        .collect()
}

/// What stands between backticks in tables and running text, without code blocks.
fn named(page: &str) -> BTreeSet<String> {
    let mut in_block = false;
    let prose = page.lines().filter(|line| {
        let fence = line.starts_with("```");
        in_block ^= fence;
        !in_block && !fence
    });
    let words = |code: &str| {
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        let words = code.split(move |it| !is_word(it)).map(str::to_owned);
        words.collect::<Vec<_>>()
    };
    let code = prose.flat_map(|line| line.split('`').skip(1).step_by(2));
    code.flat_map(words).collect()
}

#[test]
fn every_word_that_the_derive_knows_is_in_the_reference() {
    let pages = pages("reference");
    let named: BTreeSet<_> = pages.iter().flat_map(|(_, page)| named(page)).collect();
    let words = words();
    assert!(words.contains("upstream") && words.len() > 45, "{words:?}");
    let missing: Vec<_> = words.iter().filter(|word| !named.contains(*word)).collect();
    assert!(
        missing.is_empty(),
        "the reference does not name {missing:?}"
    );
}

#[test]
fn every_macro_has_a_page() {
    let library = root().join("aether-derive/src/lib.rs");
    let library = fs::read_to_string(library).expect("the macros");
    let is_macro = |line: &&str| {
        line.ends_with("(input: TokenStream) -> TokenStream {")
            || line.contains("args: TokenStream,")
    };
    let macros = library
        .lines()
        .filter(|line| line.starts_with("pub fn "))
        .filter(is_macro);
    let macros: Vec<_> = macros
        .filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next())
        .collect();
    assert!(macros.len() >= 13, "{macros:?}");
    for name in macros {
        let page = root().join(format!("docs/reference/{name}.md"));
        assert!(page.exists(), "there is no docs/reference/{name}.md");
    }
}

#[test]
fn what_is_generated_is_shown_of_every_kind() {
    let folder = root().join("aether-derive/src/tests/snapshots");
    let pages: String = pages("reference")
        .into_iter()
        .map(|(_, page)| page)
        .collect();
    for entry in fs::read_dir(folder).expect("the snapshots") {
        let name = entry.unwrap().file_name();
        let name = name.to_str().unwrap();
        assert!(pages.contains(name), "no page shows {name}");
    }
}
