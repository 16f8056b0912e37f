//! The pages of `docs/`: the code in them is that of files which are compiled and run.
//!
//! A block of Rust stands under a comment that names its file, and perhaps a part of it, which
//! lies between `// ANCHOR: name` and `// ANCHOR_END: name`:
//!
//! ````markdown
//! <!-- tests/guide/bike.rs#events -->
//! ```rust
//! ````
//!
//! Other blocks may name a file as well. With the environment variable `AETHER_UPDATE_DOCS` the
//! test writes the blocks anew.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page of a folder below `docs`, with its text.
pub(crate) fn pages(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = root().join("docs").join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a page");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// What a page says, with each of its blocks as its file has it now.
fn rewritten(page: &str) -> Result<String, String> {
    let (mut written, mut source, mut lines) = (String::new(), None, page.lines());
    while let Some(line) = lines.next() {
        written.push_str(line);
        written.push('\n');
        if let Some(language) = line.strip_prefix("```") {
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let body = match source.take() {
                Some(source) => shown(source)?,
                None if language.starts_with("rust") => {
                    return Err(format!("from which file is this?\n{}", body.join("\n")));
                }
                None => body.join("\n"),
            };
            written.push_str(body.trim_end());
            written.push_str("\n```\n");
        } else {
            let comment = line.strip_prefix("<!-- ");
            source = comment.and_then(|comment| comment.strip_suffix(" -->"));
        }
    }
    Ok(written)
}

/// A file or a part of it, as a page shows it.
fn shown(source: &str) -> Result<String, String> {
    let (path, anchor) = match source.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (source, None),
    };
    let read = fs::read_to_string(root().join(path));
    let text = read.map_err(|err| format!("{path}: {err}"))?;
    // What insta writes above a snapshot.
    let text = match text
        .strip_prefix("---\n")
        .map(|text| text.split_once("\n---\n"))
    {
        Some(Some((_, snapshot))) => snapshot,
        _ => &text,
    };
    let lines: Vec<_> = match anchor {
        None => text.lines().collect(),
        Some(anchor) => part(text, anchor).ok_or_else(|| format!("{path} has no `{anchor}`"))?,
    };
    Ok(dedented(
        lines.into_iter().filter(|it| !it.contains("ANCHOR")),
    ))
}

/// The lines between two marks.
fn part<'a>(text: &'a str, anchor: &str) -> Option<Vec<&'a str>> {
    let mark = |line: &str, word: &str| line.trim() == format!("// {word}: {anchor}");
    let mut lines = text.lines().skip_while(|line| !mark(line, "ANCHOR"));
    lines.next()?;
    let part: Vec<_> = lines
        .by_ref()
        .take_while(|line| !mark(line, "ANCHOR_END"))
        .collect();
    (!part.is_empty()).then_some(part)
}

fn dedented<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> String {
    let filled = lines.clone().filter(|line| !line.trim().is_empty());
    let indent = filled
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let cut = |line: &'a str| line.get(indent.unwrap_or(0)..).unwrap_or_default();
    lines.map(cut).collect::<Vec<_>>().join("\n")
}

/// The targets of the links of a page that lead to a file of the repository.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

#[test]
fn the_code_of_every_page_is_code_that_is_compiled() {
    let all = ["guide", "reference"].into_iter().flat_map(pages);
    let wrong: Vec<String> = all
        .filter_map(|(path, page)| wrong_with(&path, &page))
        .collect();
    assert!(
        wrong.is_empty(),
        "{}\nto write the blocks anew: \
         AETHER_UPDATE_DOCS=1 cargo test -p aether-tests --test guide pages",
        wrong.join("\n")
    );
}

/// What is wrong with a page that is not written anew.
fn wrong_with(path: &Path, page: &str) -> Option<String> {
    let name = path.display();
    match rewritten(page) {
        Err(err) => Some(format!("{name}: {err}")),
        Ok(now) if now == page => None,
        Ok(now) if env::var_os("AETHER_UPDATE_DOCS").is_some() => {
            fs::write(path, now).expect("the page can be written");
            None
        }
        Ok(_) => Some(format!("{name} is out of date")),
    }
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for (path, page) in ["guide", "reference"].into_iter().flat_map(pages) {
        for target in links(&page) {
            let there = path.parent().unwrap().join(target);
            assert!(there.exists(), "{}: there is no {target}", path.display());
        }
    }
}

#[test]
fn a_block_of_rust_without_a_file_and_a_part_that_is_not_there_are_errors() {
    let block = "```rust\nlet a = 1;\n```\n";
    assert!(rewritten(block).unwrap_err().starts_with("from which file"));
    let missing = format!("<!-- tests/guide/pages.rs#nothing -->\n{block}");
    assert_eq!(
        rewritten(&missing).unwrap_err(),
        "tests/guide/pages.rs has no `nothing`"
    );
    let there = format!("<!-- tests/guide/first.rs#event -->\n{block}");
    assert!(rewritten(&there).unwrap().contains("pub struct BikeAdded"));
}
