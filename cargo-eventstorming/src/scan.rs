//! The bounded contexts of a crate, found in its sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Expr, Item, Lit, UseTree, Visibility};

use crate::failure::Failure;

/// A context, by the path under which another crate can name it; none where it cannot.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) path: Option<String>,
}

/// A module with what it declares and what it hands on.
#[derive(Default)]
struct Module {
    name: String,
    public: bool,
    contexts: Vec<(String, bool)>,
    exports: Vec<Export>,
    modules: Vec<Self>,
}

/// `pub use path::to::Name as Other`, or of everything in a module.
struct Export {
    name: Option<String>,
    known_as: String,
    from: Vec<String>,
}

/// Finds the contexts of a library, in the order in which they are declared.
pub(crate) fn contexts(library: &Path) -> Result<Vec<Found>, Failure> {
    let mut root = Module {
        public: true,
        ..Module::default()
    };
    let folder = library.parent().unwrap_or_else(|| Path::new("."));
    root.read(library, folder)?;
    let mut names = Vec::new();
    root.names(&mut names);
    let found = names.into_iter().map(|name| {
        let path = root.path_to(&name).map(|path| path.join("::"));
        Found { name, path }
    });
    Ok(found.collect())
}

impl Module {
    /// `folder` is where the files of its modules are.
    fn read(&mut self, file: &Path, folder: &Path) -> Result<(), Failure> {
        let read = |source| Failure::Read {
            path: file.to_owned(),
            source,
        };
        let text = fs::read_to_string(file).map_err(read)?;
        let syntax = |source| Failure::Syntax {
            path: file.to_owned(),
            source,
        };
        let parsed = syn::parse_file(&text).map_err(syntax)?;
        let beside = file.parent().unwrap_or(folder);
        self.add(&parsed.items, (beside, folder))
    }

    fn add(&mut self, items: &[Item], places: (&Path, &Path)) -> Result<(), Failure> {
        for item in items {
            if let Item::Mod(module) = item
                && !is_test(&module.attrs)
            {
                self.add_module(module, places)?;
            } else if let Item::Use(item) = item
                && is_public(&item.vis)
            {
                exports(&item.tree, &mut Vec::new(), &mut self.exports);
            } else if let Item::Macro(call) = item
                && !is_test(&call.attrs)
                && is_context(&call.mac.path)
            {
                self.contexts.extend(declared(call.mac.tokens.clone()));
            }
        }
        Ok(())
    }

    fn add_module(&mut self, item: &syn::ItemMod, places: (&Path, &Path)) -> Result<(), Failure> {
        let (beside, folder) = places;
        let name = item.ident.to_string();
        let mut module = Self {
            name: name.trim_start_matches("r#").to_owned(),
            public: is_public(&item.vis),
            ..Self::default()
        };
        let inner = folder.join(&module.name);
        match (&item.content, path_attribute(&item.attrs)) {
            (Some((_, items)), _) => module.add(items, (&inner, &inner))?,
            (None, Some(path)) => {
                let file = beside.join(path);
                let inner = file.parent().unwrap_or(beside).to_owned();
                module.read(&file, &inner)?;
            }
            (None, None) => {
                let flat = folder.join(format!("{}.rs", module.name));
                let file = if flat.is_file() {
                    flat
                } else {
                    inner.join("mod.rs")
                };
                // A module that a macro or a build script writes is not looked into.
                if file.is_file() {
                    module.read(&file, &inner)?;
                }
            }
        }
        self.modules.push(module);
        Ok(())
    }

    fn names(&self, names: &mut Vec<String>) {
        names.extend(self.contexts.iter().map(|(name, _)| name.clone()));
        for module in &self.modules {
            module.names(names);
        }
    }

    /// The shortest path that leads to a context by what is public.
    fn path_to(&self, name: &str) -> Option<Vec<String>> {
        let own = self
            .contexts
            .iter()
            .any(|(known, public)| known == name && *public);
        let exported = self.exports.iter().find(|export| match &export.name {
            Some(known) => known == name,
            None => self
                .within(&export.from)
                .is_some_and(|module| module.path_to(name).is_some_and(|path| path.len() == 1)),
        });
        if own {
            return Some(vec![name.to_owned()]);
        }
        if let Some(export) = exported {
            let known_as = export.name.as_ref().map_or(name, |_| &export.known_as);
            return Some(vec![known_as.to_owned()]);
        }
        let public = self.modules.iter().filter(|module| module.public);
        let paths = public.filter_map(|module| {
            let mut path = module.path_to(name)?;
            path.insert(0, module.name.clone());
            Some(path)
        });
        paths.min_by_key(Vec::len)
    }

    /// A module below this one, public or not.
    fn within(&self, path: &[String]) -> Option<&Self> {
        match path.split_first() {
            None => Some(self),
            Some((first, rest)) if first == "self" || first == "crate" => self.within(rest),
            Some((first, rest)) => self
                .modules
                .iter()
                .find(|module| module.name == *first)?
                .within(rest),
        }
    }
}

const fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_context(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == "bounded_context")
}

pub(crate) fn is_test(attrs: &[Attribute]) -> bool {
    let mut lists = attrs
        .iter()
        .filter_map(|attr| attr.meta.require_list().ok());
    lists.any(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

pub(crate) fn path_attribute(attrs: &[Attribute]) -> Option<PathBuf> {
    attrs.iter().find_map(|attr| {
        let pair = attr.meta.require_name_value().ok()?;
        let Expr::Lit(value) = &pair.value else {
            return None;
        };
        let Lit::Str(text) = &value.lit else {
            return None;
        };
        pair.path
            .is_ident("path")
            .then(|| PathBuf::from(text.value()))
    })
}

/// The name that a `bounded_context!` declares, and whether it is `pub`: what stands before the
/// last pair of braces.
fn declared(tokens: TokenStream) -> Option<(String, bool)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let body = tokens.iter().rposition(
        |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace),
    )?;
    let before = tokens.get(..body)?;
    let TokenTree::Ident(name) = before.last()? else {
        return None;
    };
    let word = |token: Option<&TokenTree>| token.is_some_and(|token| token.to_string() == "pub");
    let public = word(before.get(before.len().checked_sub(2)?));
    Some((name.to_string().trim_start_matches("r#").to_owned(), public))
}

fn exports(tree: &UseTree, from: &mut Vec<String>, exported: &mut Vec<Export>) {
    let mut export = |name: Option<String>, known_as: String| {
        exported.push(Export {
            name,
            known_as,
            from: from.clone(),
        });
    };
    match tree {
        UseTree::Name(name) => export(Some(name.ident.to_string()), name.ident.to_string()),
        UseTree::Rename(rename) => {
            export(Some(rename.ident.to_string()), rename.rename.to_string());
        }
        UseTree::Glob(_) => export(None, String::new()),
        UseTree::Path(path) => {
            from.push(path.ident.to_string());
            exports(&path.tree, from, exported);
            from.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                exports(tree, from, exported);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contexts of a crate of these files, with their paths.
    fn check(files: &[(&str, &str)], expected: &[(&str, Option<&str>)]) {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = contexts(&folder.path().join("lib.rs")).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.name.as_str(), found.path.as_deref()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_context_is_found_in_any_module_that_is_public() {
        let lib = "bounded_context! { pub Here {} } pub mod inner; pub mod other { aether::bounded_context! { /// Docs. \n pub There { owner: \"x\" } } }";
        let inner = "pub mod deep;";
        let deep = "use aether::bounded_context; bounded_context! { crate = x; pub Deep { aggregates: [A] } }";
        let files = [
            ("lib.rs", lib),
            ("inner/mod.rs", inner),
            ("inner/deep.rs", deep),
        ];
        let expected = [
            ("Here", Some("Here")),
            ("Deep", Some("inner::deep::Deep")),
            ("There", Some("other::There")),
        ];
        check(&files, &expected);
    }

    #[test]
    fn a_context_is_found_by_the_name_it_is_handed_on_under() {
        let hidden = "bounded_context! { pub Sales {} }";
        let by_name = ("lib.rs", "mod hidden; pub use hidden::Sales;");
        check(
            &[by_name, ("hidden.rs", hidden)],
            &[("Sales", Some("Sales"))],
        );
        let renamed = (
            "lib.rs",
            "mod hidden; pub mod api { pub use crate::hidden::{Sales as Shop}; }",
        );
        check(
            &[renamed, ("hidden.rs", hidden)],
            &[("Sales", Some("api::Shop"))],
        );
        let all = ("lib.rs", "mod hidden; pub use self::hidden::*;");
        check(&[all, ("hidden.rs", hidden)], &[("Sales", Some("Sales"))]);
    }

    #[test]
    fn what_cannot_be_named_from_outside_is_told_so() {
        let hidden = ("hidden.rs", "bounded_context! { pub Sales {} }");
        check(&[("lib.rs", "mod hidden;"), hidden], &[("Sales", None)]);
        check(
            &[("lib.rs", "bounded_context! { pub(crate) Sales {} }")],
            &[("Sales", None)],
        );
    }

    #[test]
    fn modules_lie_where_their_path_says_and_tests_are_passed_over() {
        let lib = "#[path = \"else-where/mod.rs\"] pub mod shop; #[cfg(test)] mod tests { bounded_context! { pub No {} } }";
        let shop = "pub mod sales;";
        let sales = "bounded_context! { pub Sales {} }";
        let files = [
            ("lib.rs", lib),
            ("else-where/mod.rs", shop),
            ("else-where/sales.rs", sales),
        ];
        check(&files, &[("Sales", Some("shop::sales::Sales"))]);
    }
}
