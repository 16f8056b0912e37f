use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, LitInt, LitStr, Meta, Path, Token, Type,
    ext::IdentExt as _,
    parse::{Parse, ParseStream, Parser as _},
    punctuated::Punctuated,
    token,
};

use super::suggest;
use crate::ctxt::Ctxt;

/// What may follow a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `pivotal`
    Flag,
    /// `name = ".."`
    Text,
    /// `pivotal` or `pivotal = ".."`
    FlagOrText,
    /// `version = 2`
    Number,
    /// `event = Type`
    Type,
    /// `crate = path`
    Path,
    /// `key = order`
    Expr,
    /// `deprecated(since = "..", instead = Type)`
    Deprecation,
    /// `alias("..", ..)`
    Texts,
    /// `upcast(Type, ..)`
    Types,
    /// `part = cancelling`
    Name,
    /// `parts(cancelling, ..)`
    Names,
    /// `snapshot` or `snapshot(..)`, with keys of its own.
    FlagOrKeys,
}

impl Form {
    /// What to write, for a key of this form.
    fn example(self, key: &str) -> String {
        match self {
            Self::Flag => key.to_owned(),
            Self::Text => format!("{key} = \"..\""),
            Self::FlagOrText => format!("{key}` or `{key} = \"..\""),
            Self::Number => format!("{key} = 2"),
            Self::Type => format!("{key} = Type"),
            Self::Path => format!("{key} = path"),
            Self::Expr => format!("{key} = order"),
            Self::Deprecation => format!("{key}(since = \"..\", instead = Event)"),
            Self::Texts => format!("{key}(\"..\", ..)"),
            Self::Types => format!("{key}(Type, ..)"),
            Self::Name => format!("{key} = name"),
            Self::Names => format!("{key}(name, ..)"),
            Self::FlagOrKeys => format!("{key}` or `{key}(..)"),
        }
    }
}

enum Value {
    Flag,
    Text(LitStr),
    Number(LitInt),
    Type(Box<Type>),
    Path(Path),
    Expr(Box<Expr>),
    Deprecation(Box<Deprecation>),
    Texts(Vec<LitStr>),
    Types(Vec<Type>),
    Name(Ident),
    Names(Vec<Ident>),
    Keys(TokenStream),
}

/// Since when an event is to be replaced, and by what.
#[derive(Clone, Default)]
pub(crate) struct Deprecation {
    pub(crate) since: Option<LitStr>,
    pub(crate) instead: Option<Type>,
}

impl Parse for Deprecation {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut read = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "since" => read.since = Some(input.parse()?),
                "instead" => read.instead = Some(input.parse()?),
                word => {
                    let hint = suggest::hint(word, &["since", "instead"]);
                    let message = format!("unknown key `{word}` in `deprecated(..)`{hint}");
                    return Err(syn::Error::new(key.span(), message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(read)
    }
}

struct Entry {
    key: Ident,
    value: Value,
}

/// The keys that an attribute takes.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    /// The attribute.
    pub(crate) attr: &'static str,
    /// The keys, and what follows each.
    pub(crate) keys: &'static [(&'static str, Form)],
}

impl Spec {
    fn form(self, word: &str) -> Option<Form> {
        let known = self.keys.iter().find(|(key, _)| *key == word);
        known.map(|(_, form)| *form)
    }

    fn words(self) -> Vec<&'static str> {
        self.keys.iter().map(|(key, _)| *key).collect()
    }
}

/// The keys that were given, of all the attributes of one name on an item.
#[derive(Default)]
pub(crate) struct Args {
    entries: Vec<Entry>,
}

impl Args {
    /// Reads the attributes.
    pub(crate) fn of(cx: &Ctxt, attrs: &[Attribute], spec: Spec) -> Self {
        let mut args = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(spec.attr)) {
            match &attr.meta {
                Meta::List(list) => args.read(cx, list.tokens.clone(), spec),
                meta @ (Meta::Path(_) | Meta::NameValue(_)) => cx.error(meta, needs_keys(spec)),
            }
        }
        args
    }

    /// Reads what stands between the parentheses of an attribute.
    pub(crate) fn read(&mut self, cx: &Ctxt, tokens: TokenStream, spec: Spec) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Some(entry) = cx.take(entry(input, spec)) {
                    self.add(cx, entry);
                }
                skip_to_next(input)?;
            }
            Ok(())
        };
        cx.take(parser.parse2(tokens));
    }

    fn add(&mut self, cx: &Ctxt, entry: Entry) {
        if self.entries.iter().any(|known| known.key == entry.key) {
            cx.error(&entry.key, format!("`{}` is given twice", entry.key));
        } else {
            self.entries.push(entry);
        }
    }

    fn entry(&self, word: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == word)
    }

    /// The name of a key.
    pub(crate) fn name(&self, word: &str) -> Option<&Ident> {
        let Value::Name(name) = self.value(word)? else {
            return None;
        };
        Some(name)
    }

    /// The names of a key.
    pub(crate) fn names(&self, word: &str) -> &[Ident] {
        match self.value(word) {
            Some(Value::Names(names)) => names,
            _ => &[],
        }
    }

    fn value(&self, word: &str) -> Option<&Value> {
        self.entry(word).map(|entry| &entry.value)
    }

    /// The key itself, where it was given.
    pub(crate) fn key(&self, word: &str) -> Option<&Ident> {
        self.entry(word).map(|entry| &entry.key)
    }

    /// The `".."` of a key.
    pub(crate) fn text(&self, word: &str) -> Option<&LitStr> {
        let Value::Text(text) = self.value(word)? else {
            return None;
        };
        Some(text)
    }

    /// The number of a key.
    pub(crate) fn number(&self, word: &str) -> Option<&LitInt> {
        let Value::Number(number) = self.value(word)? else {
            return None;
        };
        Some(number)
    }

    /// The type of a key.
    pub(crate) fn ty(&self, word: &str) -> Option<&Type> {
        let Value::Type(ty) = self.value(word)? else {
            return None;
        };
        Some(ty)
    }

    /// The path of a key.
    pub(crate) fn path(&self, word: &str) -> Option<&Path> {
        let Value::Path(path) = self.value(word)? else {
            return None;
        };
        Some(path)
    }

    /// The expression of a key.
    pub(crate) fn expr(&self, word: &str) -> Option<&Expr> {
        let Value::Expr(expr) = self.value(word)? else {
            return None;
        };
        Some(expr)
    }

    /// Since when and by what, of a key.
    pub(crate) fn deprecation(&self, word: &str) -> Option<&Deprecation> {
        let Value::Deprecation(deprecation) = self.value(word)? else {
            return None;
        };
        Some(deprecation)
    }

    /// The texts of a key.
    pub(crate) fn texts(&self, word: &str) -> &[LitStr] {
        match self.value(word) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// What stands in the parentheses of a key, with the keys that it takes.
    pub(crate) fn within(&self, cx: &Ctxt, word: &str, spec: Spec) -> Self {
        let mut args = Self::default();
        if let Some(Value::Keys(tokens)) = self.value(word) {
            args.read(cx, tokens.clone(), spec);
        }
        args
    }

    /// The types of a key.
    pub(crate) fn types(&self, word: &str) -> &[Type] {
        match self.value(word) {
            Some(Value::Types(types)) => types,
            _ => &[],
        }
    }
}

fn needs_keys(spec: Spec) -> String {
    let known = suggest::list(&spec.words());
    format!("write `#[{}(..)]`, with any of {known}", spec.attr)
}

/// Reads one key and what follows it.
fn entry(input: ParseStream<'_>, spec: Spec) -> syn::Result<Entry> {
    let key = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), needs_keys(spec)))?;
    let word = key.to_string();
    let Some(form) = spec.form(&word) else {
        let hint = suggest::hint(&word, &spec.words());
        let message = format!("unknown key `{word}` in `#[{}]`{hint}", spec.attr);
        return Err(syn::Error::new(key.span(), message));
    };
    let value = value(input, &key, form)?;
    Ok(Entry { key, value })
}

fn value(input: ParseStream<'_>, key: &Ident, form: Form) -> syn::Result<Value> {
    let write = || format!("write `{}`", form.example(&key.to_string()));
    let at_key = || syn::Error::new(key.span(), write());
    let ends = input.is_empty() || input.peek(Token![,]);
    match form {
        Form::Flag | Form::FlagOrText | Form::FlagOrKeys if ends => Ok(Value::Flag),
        Form::FlagOrKeys if input.peek(token::Paren) => {
            Ok(Value::Keys(input.parse::<Group>()?.stream()))
        }
        Form::Texts if input.peek(token::Paren) => list(input).map(Value::Texts),
        Form::Types if input.peek(token::Paren) => list(input).map(Value::Types),
        Form::Names if input.peek(token::Paren) => list(input)
            .map(Value::Names)
            .map_err(|error| syn::Error::new(error.span(), write())),
        Form::Deprecation if ends => Ok(Value::Deprecation(Box::default())),
        Form::Deprecation if input.peek(token::Paren) => {
            let group: Group = input.parse()?;
            syn::parse2(group.stream()).map(|read| Value::Deprecation(Box::new(read)))
        }
        Form::Flag
        | Form::Deprecation
        | Form::Texts
        | Form::Types
        | Form::Names
        | Form::FlagOrKeys => Err(at_key()),
        Form::Text
        | Form::FlagOrText
        | Form::Number
        | Form::Type
        | Form::Path
        | Form::Expr
        | Form::Name => {
            if !input.peek(Token![=]) {
                return Err(at_key());
            }
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                return Err(at_key());
            }
            after_equals(input, form).map_err(|error| syn::Error::new(error.span(), write()))
        }
    }
}

fn after_equals(input: ParseStream<'_>, form: Form) -> syn::Result<Value> {
    match form {
        Form::Number => input.parse().map(Value::Number),
        Form::Type => input.parse().map(Value::Type),
        Form::Path => input.call(Path::parse_mod_style).map(Value::Path),
        Form::Expr => input.parse().map(Value::Expr),
        Form::Name => input.parse().map(Value::Name),
        Form::Flag
        | Form::Text
        | Form::FlagOrText
        | Form::Deprecation
        | Form::Texts
        | Form::Types
        | Form::Names
        | Form::FlagOrKeys => input.parse().map(Value::Text),
    }
}

/// What stands in parentheses or brackets, separated by commas.
///
/// Read from a stream of its own, so that what an error leaves unread is not reported as well.
pub(super) fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let group: Group = input.parse()?;
    let items = Punctuated::<T, Token![,]>::parse_terminated.parse2(group.stream())?;
    Ok(items.into_iter().collect())
}

/// Goes on behind the next comma.
pub(super) fn skip_to_next(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}
