//! The names that occur in tests.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use eventstorming::check::TestNames;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item};

use crate::{
    failure::Failure,
    scan::{is_test, path_attribute},
};

/// Looks through the sources of a workspace.
#[derive(Default)]
pub(crate) struct Names {
    names: BTreeSet<String>,
}

/// Where the files of a module lie.
struct Place<'a> {
    /// The folder of the file that declares it.
    beside: &'a Path,
    /// The folder that has the name of that file's module.
    below: &'a Path,
}

impl Names {
    /// Reads the sources of a target: all of them, or only what is built for its tests.
    pub(crate) fn read(&mut self, file: &Path, whole: bool) -> Result<(), Failure> {
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        self.read_file(file, folder, whole)
    }

    pub(crate) fn found(self) -> TestNames {
        self.names.into_iter().collect()
    }

    fn read_file(&mut self, file: &Path, below: &Path, whole: bool) -> Result<(), Failure> {
        let text = fs::read_to_string(file).map_err(|source| Failure::Read {
            path: file.to_owned(),
            source,
        })?;
        // What is not Rust is for rustc to say: tests of macros hold such files.
        let Ok(parsed) = syn::parse_file(&text) else {
            return Ok(());
        };
        let beside = file.parent().unwrap_or(below);
        self.add(&parsed.items, &Place { beside, below }, whole)
    }

    fn add(&mut self, items: &[Item], place: &Place<'_>, whole: bool) -> Result<(), Failure> {
        for item in items {
            if let Item::Mod(module) = item {
                self.add_module(module, place, whole)?;
            } else if whole || is_test(attributes(item)) {
                self.add_tokens(item.to_token_stream());
            }
        }
        Ok(())
    }

    fn add_module(
        &mut self,
        module: &syn::ItemMod,
        place: &Place<'_>,
        whole: bool,
    ) -> Result<(), Failure> {
        let whole = whole || is_test(&module.attrs);
        let name = module.ident.to_string();
        let name = name.trim_start_matches("r#");
        let inner = place.below.join(name);
        if let Some((_, items)) = &module.content {
            let place = Place {
                beside: &inner,
                below: &inner,
            };
            return self.add(items, &place, whole);
        }
        let (file, below) = match path_attribute(&module.attrs) {
            Some(path) => {
                let file = place.beside.join(path);
                let below = file.parent().unwrap_or(place.beside).to_owned();
                (file, below)
            }
            None => (file_of(place.below, name, &inner), inner),
        };
        if file.is_file() {
            self.read_file(&file, &below, whole)?;
        }
        Ok(())
    }

    fn add_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    self.names.insert(name.to_string());
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

fn file_of(below: &Path, name: &str, inner: &Path) -> PathBuf {
    let flat = below.join(format!("{name}.rs"));
    if flat.is_file() {
        flat
    } else {
        inner.join("mod.rs")
    }
}

/// The attributes of what may be for tests alone beside a module.
const fn attributes(item: &Item) -> &[Attribute] {
    if let Item::Fn(item) = item {
        item.attrs.as_slice()
    } else if let Item::Impl(item) = item {
        item.attrs.as_slice()
    } else if let Item::Macro(item) = item {
        item.attrs.as_slice()
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_what_is_built_for_tests() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let library = write(
            "src/lib.rs",
            "struct Shipped; mod a; #[cfg(test)] mod tests { fn f() { given(Placed { x: vec![Paid] }) } }",
        );
        write("src/a.rs", "struct Hidden; #[cfg(test)] mod deep;");
        write("src/a/deep.rs", "use crate::Packed;");
        let tests = write("tests/all/main.rs", "mod one; fn g() { Sent }");
        write("tests/all/one.rs", "check!(Received);");
        let mut names = Names::default();
        names.read(&library, false).unwrap();
        names.read(&tests, true).unwrap();
        for name in ["Placed", "Paid", "Packed", "Sent", "Received"] {
            assert!(names.names.contains(name), "{name}");
        }
        for name in ["Shipped", "Hidden"] {
            assert!(!names.names.contains(name), "{name}");
        }
    }
}
