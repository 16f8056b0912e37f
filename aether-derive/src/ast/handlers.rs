use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Generics, ImplItem, Signature, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream, discouraged::Speculative as _},
    token,
};

use super::{
    Args, Krate, Method, Verb,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, HANDLERS, PART, PARTS},
};

/// An impl block, with the bodies of its functions left as tokens: they are none of a macro's
/// business.
pub(crate) struct Block {
    attrs: Vec<Attribute>,
    impl_token: Token![impl],
    pub(crate) generics: Generics,
    trait_for: Option<TokenStream>,
    pub(crate) self_ty: Type,
    brace: token::Brace,
    items: Vec<Item>,
}

enum Item {
    Fn(Box<Function>),
    Other(TokenStream),
    /// One that is still being written: it is kept, so that an editor finds what is in it, and the
    /// items beside it are read all the same.
    Unread(syn::Error, TokenStream),
}

/// A function, up to its body.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    vis: Visibility,
    pub(crate) sig: Signature,
    body: TokenTree,
    /// What it is marked as, which decides what it takes and returns.
    marked: Option<Verb>,
}

const ATTRIBUTE: Spec = Spec {
    attr: HANDLERS,
    keys: &[
        (PART, Form::Name),
        (PARTS, Form::Names),
        (CRATE, Form::Path),
    ],
};

/// What stands in `#[handlers(..)]`.
pub(crate) struct HandlersArgs {
    pub(crate) krate: Krate,
    /// The name of the block, if it is a part of what the type does.
    pub(crate) part: Option<Ident>,
    /// The parts that stand in blocks of their own.
    pub(crate) parts: Vec<Ident>,
    /// Whether what is said of parts cannot be.
    pub(crate) misread: bool,
}

impl HandlersArgs {
    pub(crate) fn read(cx: &Ctxt, tokens: TokenStream) -> Self {
        let (mut args, before) = (Args::default(), cx.count());
        args.read(cx, tokens, ATTRIBUTE);
        if let (Some(_), Some(parts)) = (args.key(PART), args.key(PARTS)) {
            cx.error(parts, PART_HAS_NO_PARTS);
        }
        let mut parts: Vec<Ident> = Vec::new();
        for part in args.names(PARTS) {
            if parts.contains(part) {
                cx.error(part, format!("`{part}` is listed twice"));
            } else {
                parts.push(part.clone());
            }
        }
        Self {
            krate: Krate::of(&args),
            part: args.name(PART).cloned(),
            parts,
            misread: cx.count() > before,
        }
    }

    /// Whether the type has more than one block.
    pub(crate) fn first_part(&self) -> Option<&Ident> {
        self.part.as_ref().or_else(|| self.parts.first())
    }
}

const PART_HAS_NO_PARTS: &str =
    "a part has no parts of its own: list all of them in the `#[handlers]` block that is none";

impl Block {
    /// Takes the markers off the methods, and says what each method is.
    pub(crate) fn take_methods(&mut self, cx: &Ctxt) -> Vec<Method> {
        if let Some(of_trait) = &self.trait_for {
            cx.error(
                of_trait,
                "`#[handlers]` goes on an impl block without a trait: `impl Order { .. }`",
            );
        }
        let functions = self.items.iter_mut().filter_map(|item| match item {
            Item::Fn(function) => Some(function),
            Item::Other(_) => None,
            Item::Unread(error, _) => {
                cx.push(error.clone());
                None
            }
        });
        functions
            .filter_map(|function| Method::take(cx, function))
            .collect()
    }
}

impl Block {
    /// What all of it may do, if a verb decides on the shape of each of its functions. Otherwise
    /// each of those says so for itself, and the others are looked at as usual.
    fn lints(&self) -> Option<Vec<&'static str>> {
        let mut lints = BTreeSet::new();
        for item in &self.items {
            let Item::Fn(function) = item else {
                return None;
            };
            lints.extend(function.marked?.lints());
        }
        (!lints.is_empty()).then(|| lints.into_iter().copied().collect())
    }
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let impl_token = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut self_ty: Type = input.parse()?;
        let mut trait_for = None;
        if input.peek(Token![for]) {
            let for_token: Token![for] = input.parse()?;
            trait_for = Some(quote!(#self_ty #for_token));
            self_ty = input.parse()?;
        }
        generics.where_clause = input.parse()?;
        let content;
        let brace = braced!(content in input);
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Self {
            attrs,
            impl_token,
            generics,
            trait_for,
            self_ty,
            brace,
            items,
        })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let read = Function::parse(&ahead).map(|function| Self::Fn(Box::new(function)));
        if read.is_ok() {
            input.advance_to(&ahead);
            return read;
        }
        let ahead = input.fork();
        match ahead.parse::<ImplItem>() {
            Ok(item) => {
                input.advance_to(&ahead);
                Ok(Self::Other(item.into_token_stream()))
            }
            Err(error) => Ok(Self::Unread(error, unread(input)?)),
        }
    }
}

/// The tokens up to where an item ends at last: behind braces or a semicolon.
fn unread(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        let ends = input.peek(token::Brace) || input.peek(Token![;]);
        tokens.extend([input.parse::<TokenTree>()?]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}

impl Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let (vis, sig) = (input.parse()?, input.parse()?);
        if !input.peek(token::Brace) {
            return Err(input.error("expected curly braces"));
        }
        Ok(Self {
            attrs,
            vis,
            sig,
            body: input.parse()?,
            marked: None,
        })
    }

    /// Takes the marker off.
    pub(crate) fn take_marks(&mut self) -> Vec<(Verb, Attribute)> {
        let attrs = std::mem::take(&mut self.attrs);
        let (marks, others) = attrs.into_iter().partition(|attr| Verb::of(attr).is_some());
        self.attrs = others;
        let marks: Vec<Attribute> = marks;
        let marks = marks.into_iter();
        let marks: Vec<_> = marks
            .filter_map(|mark| Some((Verb::of(&mark)?, mark)))
            .collect();
        self.marked = marks.first().map(|(verb, _)| *verb);
        marks
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attrs,
            impl_token,
            generics,
            trait_for,
            self_ty,
            brace,
            items,
        } = self;
        let (params, _, where_clause) = generics.split_for_impl();
        let allowed = self.lints().map(|lints| allowed(&lints));
        tokens.extend(
            quote!(#(#attrs)* #allowed #impl_token #params #trait_for #self_ty #where_clause),
        );
        let each = allowed.is_none();
        brace.surround(tokens, |tokens| {
            for item in items {
                item.write(tokens, each);
            }
        });
    }
}

impl Item {
    /// Writes it, with what its verb allows if each function says that for itself.
    fn write(&self, tokens: &mut TokenStream, each: bool) {
        match self {
            Self::Fn(function) => function.write(tokens, each),
            Self::Other(item) | Self::Unread(_, item) => tokens.extend(item.clone()),
        }
    }
}

/// Of lints that object to a shape that a verb asks for.
fn allowed(lints: &[&str]) -> TokenStream {
    let names = lints.iter().map(|lint| Ident::new(lint, Span::call_site()));
    quote! {
        #[cfg_attr(clippy, allow(#(clippy::#names,)* reason = "its verb decides the shape of a method"))]
    }
}

impl Function {
    fn write(&self, tokens: &mut TokenStream, each: bool) {
        let Self {
            attrs,
            vis,
            sig,
            body,
            marked,
        } = self;
        let marked = marked.filter(|_| each);
        let allowed = marked.map(|verb| allowed(verb.lints()));
        tokens.extend(quote!(#(#attrs)* #allowed #vis #sig #body));
    }
}
