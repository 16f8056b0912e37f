//! Each macro from end to end: read, check, expand; or fall back.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use crate::{
    ast::{
        Aggregate, Block, Command, CommandSet, Context, EventItem, ExternalSystem, HandlersArgs,
        Id, Persona, Policy, ProcessManager, Projection, Query, Rejection,
    },
    check,
    ctxt::Ctxt,
    expand, fallback,
};

pub(crate) fn event(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    let mut item = EventItem::read(cx, input);
    let sound = item
        .as_mut()
        .is_some_and(|item| check::event(cx, item, &input.generics));
    item.filter(|_| sound)
        .map_or_else(|| fallback::event(input), |item| expand::event(&item))
}

pub(crate) fn command(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    if let Data::Enum(data) = &input.data {
        let set = CommandSet::read(cx, input, data);
        return set.map_or_else(
            || fallback::command_set(input),
            |set| expand::command_set(&set),
        );
    }
    let item = Command::read(cx, input).filter(|item| check::command(cx, item));
    item.map_or_else(|| fallback::command(input), |item| expand::command(&item))
}

pub(crate) fn aggregate(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    let mut item = Aggregate::read(cx, input);
    let sound = item.as_mut().is_some_and(|item| check::aggregate(cx, item));
    item.filter(|_| sound).map_or_else(
        || fallback::aggregate(input),
        |item| expand::aggregate(&item),
    )
}

pub(crate) fn policy(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::policy(&Policy::read(cx, input))
}

pub(crate) fn process_manager(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    let item = ProcessManager::read(cx, input);
    item.map_or_else(
        || fallback::process_manager(input),
        |item| expand::process_manager(&item),
    )
}

pub(crate) fn projection(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::projection(&Projection::read(cx, input))
}

pub(crate) fn query(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::query(&Query::read(cx, input))
}

pub(crate) fn rejection(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::rejection(&Rejection::read(cx, input))
}

pub(crate) fn persona(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::persona(&Persona::read(cx, input))
}

pub(crate) fn external_system(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    expand::external_system(&ExternalSystem::read(cx, input))
}

pub(crate) fn id(cx: &Ctxt, input: &DeriveInput) -> TokenStream {
    let item = Id::read(cx, input);
    item.map_or_else(|| fallback::id(input), |item| expand::id(&item))
}

pub(crate) fn handlers(cx: &Ctxt, args: TokenStream, input: TokenStream) -> TokenStream {
    // What cannot be read is kept, so that an editor still finds the methods.
    let Some(mut block) = cx.take(syn::parse2::<Block>(input.clone())) else {
        return input;
    };
    let mut args = HandlersArgs::read(cx, args);
    let mut methods = block.take_methods(cx);
    check::methods(cx, &block, &args, &mut methods);
    check::keys(cx, &args, &mut methods);
    check::parts(cx, &block, &mut args, &methods);
    let impls = expand::handlers(&args, &block, &methods);
    quote!(#block #impls)
}

pub(crate) fn bounded_context(cx: &Ctxt, input: TokenStream) -> TokenStream {
    let Some(context) = Context::read(cx, input) else {
        return TokenStream::new();
    };
    let item = expand::context(&context);
    // A list that could not be read would make the checks fail as well.
    let checks = cx.is_clean().then(|| expand::checks(&context));
    quote!(#item #checks)
}
