//! The macros of Aether: domain types in, plain Rust and model metadata out.
//!
//! Derive on nouns, `#[handlers]` on behaviour, `bounded_context!` at the root. Each macro reads
//! tokens into an `ast`, with every mistake put into a `Ctxt`, checks it, and expands it; where
//! there are mistakes, all of them are shown, each at its own token, and a fallback keeps rustc
//! from complaining about what is missing in consequence.

mod ast;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod symbol;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use crate::{
    ast::{
        Aggregate, Block, Command, Context, EventItem, ExternalSystem, Id, Persona, Policy,
        Projection,
    },
    ctxt::Ctxt,
};

/// `#[derive(Event)]`.
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| {
        let item = EventItem::read(cx, &input)?;
        check::event(cx, &item, &input.generics);
        Some(expand::event(&item))
    })
}

/// `#[derive(Command)]`.
#[proc_macro_derive(Command, attributes(command))]
pub fn command(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| {
        let item = Command::read(cx, &input)?;
        check::command(cx, &item);
        Some(expand::command(&item))
    })
}

/// `#[derive(Aggregate)]`.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| {
        let item = Aggregate::read(cx, &input)?;
        check::aggregate(cx, &item);
        Some(expand::aggregate(&item))
    })
}

/// `#[derive(Policy)]`.
#[proc_macro_derive(Policy, attributes(policy))]
pub fn policy(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| Some(expand::policy(&Policy::read(cx, &input))))
}

/// `#[derive(Projection)]`.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| Some(expand::projection(&Projection::read(cx, &input))))
}

/// `#[derive(Persona)]`.
#[proc_macro_derive(Persona, attributes(persona))]
pub fn persona(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| Some(expand::persona(&Persona::read(cx, &input))))
}

/// `#[derive(ExternalSystem)]`.
#[proc_macro_derive(ExternalSystem, attributes(external_system))]
pub fn external_system(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| Some(expand::external_system(&ExternalSystem::read(cx, &input))))
}

/// `#[derive(Id)]`.
#[proc_macro_derive(Id, attributes(id))]
pub fn id(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(|cx| Some(expand::id(&Id::read(cx, &input)?)))
}

/// `#[handlers]`.
#[proc_macro_attribute]
pub fn handlers(args: TokenStream, input: TokenStream) -> TokenStream {
    let mut block = parse_macro_input!(input as Block);
    derive(|cx| {
        let krate = Block::krate(cx, args.into());
        let mut methods = block.take_methods(cx);
        check::methods(cx, &mut methods);
        let impls = expand::handlers(&krate, &block, &methods);
        Some(quote!(#block #impls))
    })
}

/// `bounded_context!`.
#[proc_macro]
pub fn bounded_context(input: TokenStream) -> TokenStream {
    derive(|cx| {
        let context = Context::read(cx, input.into())?;
        let (item, checks) = (expand::context(&context), expand::checks(&context));
        Some(quote!(#item #checks))
    })
}

/// What is written, and every error behind it.
fn derive(expand: impl FnOnce(&Ctxt) -> Option<TokenStream2>) -> TokenStream {
    let cx = Ctxt::new();
    let written = expand(&cx);
    let errors = cx.check().err().map(|error| error.to_compile_error());
    quote!(#written #errors).into()
}
