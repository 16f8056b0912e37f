use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{GenericArgument, PathArguments, Type};

use super::{
    called::called,
    import::fallback_constants,
    keys::{self, Keyed},
    parts::{self, Table, Tables},
};
use crate::{
    ast::{Block, HandlersArgs, Krate, Method, Passed, Verb, result, spelling, ungrouped},
    fallback,
};

/// The impls that a block asks for.
pub(crate) fn handlers(args: &HandlersArgs, block: &Block, methods: &[Method]) -> TokenStream {
    let krate = &args.krate;
    let impls = methods.iter().map(|method| match method.verb {
        _ if !method.well_formed => fallback::method(krate, block, method),
        Verb::Handle => handle(krate, block, method),
        Verb::Apply => apply(krate, block, method),
        Verb::React => react(krate, block, method),
        Verb::Answer => answer(krate, block, method),
    });
    let keyed = keys::distinct(methods);
    let tables = parts::tables(args, block, &tables(krate, block, methods, &keyed));
    let keys = keys::keys(krate, block, &keyed);
    let emitted = emitted(krate, block, methods);
    let called = called(krate, block, methods);
    quote!(#(#impls)* #keys #tables #emitted #called)
}

fn handle(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let Method {
        cfgs,
        name,
        subject,
        output,
        second,
        ..
    } = method;
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let (context, passed) = parameter(*second, &quote!(context));
    let call = quote!(Self::#name(self, command #passed));
    let (events, error, call) = if let Some((events, error)) = result(output) {
        (quote!(#events), quote!(#error), call)
    } else {
        let outcome = quote!(<#output as #krate::Outcome>);
        let call = quote!(#outcome::into_result(#call));
        (quote!(#outcome::Events), quote!(#outcome::Error), call)
    };
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #params #krate::Handle<#subject> for #self_ty #where_clause {
            type Events = #events;
            type Error = #error;
            fn handle(&self, command: #subject, #context: &#krate::Context) -> #krate::Result<Self::Events, Self::Error> {
                #call
            }
        }
    }
}

fn apply(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let Method {
        cfgs,
        name,
        subject,
        passed: taken,
        second,
        ..
    } = method;
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let event = match taken {
        Passed::Value => quote!(event),
        Passed::Reference => quote!(&event),
    };
    let (origin, passed) = parameter(*second, &quote!(origin));
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #params #krate::Apply<#subject> for #self_ty #where_clause {
            #[inline]
            fn apply(&mut self, event: #subject, #origin: &#krate::Origin<'_>) {
                Self::#name(self, #event #passed);
            }
        }
    }
}

fn react(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let Method {
        cfgs,
        name,
        subject,
        output,
        second,
        ..
    } = method;
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let (origin, passed) = parameter(*second, &quote!(origin));
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #params #krate::React<#subject> for #self_ty #where_clause {
            type Issues = #output;
            fn react(&self, event: &#subject, #origin: &#krate::Origin<'_>) -> Self::Issues {
                Self::#name(self, event #passed)
            }
        }
    }
}

fn answer(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let Method {
        cfgs,
        name,
        subject,
        output,
        ..
    } = method;
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    // A projection that is generic is none that a query could name.
    let answered = block.generics.params.is_empty().then(|| {
        quote! {
            #(#cfgs)*
            #[automatically_derived]
            impl #krate::Answered for #subject {
                type By = #self_ty;
            }
        }
    });
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #params #krate::Answer<#subject> for #self_ty #where_clause {
            type Answer = #output;
            fn answer(&self, query: #subject) -> Self::Answer {
                Self::#name(self, query)
            }
        }
        #answered
    }
}

/// A parameter that the method may not want: its pattern, and how it is passed on.
fn parameter(wanted: bool, name: &TokenStream) -> (TokenStream, TokenStream) {
    if wanted {
        (name.clone(), quote!(, #name))
    } else {
        (quote!(_), TokenStream::new())
    }
}

/// What the model says, and the rows of the dispatch tables.
fn tables(krate: &Krate, block: &Block, methods: &[Method], keyed: &[Keyed<'_>]) -> Tables {
    let of = |verb| {
        methods
            .iter()
            .filter(move |method| method.well_formed && method.verb == verb)
    };
    let said = |verb, row: fn(&Krate, &Method) -> TokenStream| {
        of(verb).map(|method| row(krate, method)).collect()
    };
    let rows =
        |verb, table: TokenStream| of(verb).map(|method| row(krate, method, &table)).collect();
    Tables {
        rows: vec![
            (Table::Handlers, handler_metas(krate, methods)),
            (Table::Applies, said(Verb::Apply, events_of)),
            (Table::Reactions, said(Verb::React, reaction_meta)),
            (Table::Remarks, remarks(krate, of(Verb::Apply))),
            (Table::Answers, said(Verb::Answer, answer_meta)),
            (Table::OnCommand, rows(Verb::Handle, quote!(OnCommand))),
            (Table::OnApply, rows(Verb::Apply, quote!(OnApply))),
            (Table::OnReact, rows(Verb::React, quote!(OnReact))),
        ],
        on_key: keyed.iter().map(|keyed| keys::row(krate, keyed)).collect(),
        keyed: keyed
            .iter()
            .map(|keyed| keys::events(krate, block, keyed))
            .collect(),
    }
}

fn row(krate: &Krate, method: &Method, table: &TokenStream) -> TokenStream {
    let (cfgs, subject) = (&method.cfgs, &method.subject);
    quote!(#(#cfgs)* #krate::#table::<Self>::new::<#subject>())
}

fn events_of(krate: &Krate, method: &Method) -> TokenStream {
    let (cfgs, subject) = (&method.cfgs, &method.subject);
    quote!(#(#cfgs)* #krate::OnApply::<Self>::new::<#subject>().events())
}

fn handler_metas(krate: &Krate, methods: &[Method]) -> Vec<TokenStream> {
    let handle = methods.iter().filter(|method| method.verb == Verb::Handle);
    handle
        .map(|method| {
            if method.well_formed {
                handler_meta(krate, method)
            } else {
                fallback::handler_meta(krate, method)
            }
        })
        .collect()
}

fn handler_meta(krate: &Krate, method: &Method) -> TokenStream {
    let Method {
        cfgs,
        subject,
        by,
        informed_by,
        ..
    } = method;
    let rejects = rejects(krate, method);
    let mut said = TokenStream::new();
    if !by.is_empty() {
        said.extend(quote!(by: &[#(<#by as #krate::Initiator>::INITIATOR),*],));
    }
    if !informed_by.is_empty() {
        said.extend(quote!(informed_by: &[#(<#informed_by as #krate::Projection>::META),*],));
    }
    if !method.docs.is_empty() {
        let docs = method.docs.tokens(krate);
        said.extend(quote!(docs: #docs,));
    }
    let plain = quote! {
        #krate::meta::Handler::new(
            #krate::OnCommand::<Self>::new::<#subject>().command(),
            <Self as #krate::Handle<#subject>>::EMITS,
            #rejects,
        )
    };
    if said.is_empty() {
        return quote!(#(#cfgs)* #plain);
    }
    quote!(#(#cfgs)* #krate::meta::Handler { #said ..#plain })
}

fn answer_meta(krate: &Krate, method: &Method) -> TokenStream {
    let Method {
        cfgs, subject, by, ..
    } = method;
    let (docs, answer) = (method.docs.tokens(krate), spelling(&method.output));
    quote! {
        #(#cfgs)*
        #krate::meta::Answer {
            query: #krate::query_meta::<#subject>(),
            answer: #answer,
            by: &[#(<#by as #krate::Persona>::META),*],
            docs: #docs,
        }
    }
}

/// Why a command may be refused: what the type says of itself, or else its name. Whatever has no
/// more to say has a constant by `PlainRejection`, which is in scope where the rows stand.
fn rejects(krate: &Krate, method: &Method) -> TokenStream {
    let subject = &method.subject;
    let (error, name) = if let Some((_, error)) = result(&method.output) {
        (quote!(#error), spelling(error))
    } else {
        let error = quote!(<Self as #krate::Handle<#subject>>::Error);
        (error, String::new())
    };
    quote!(<#error>::__REJECTION.or_named(#name))
}

/// What the doc comments of `#[apply]` methods say.
fn remarks<'a>(krate: &Krate, methods: impl Iterator<Item = &'a Method>) -> Vec<TokenStream> {
    let remarks = methods.filter(|method| !method.docs.is_empty());
    remarks
        .map(|method| {
            let (cfgs, docs) = (&method.cfgs, method.docs.tokens(krate));
            quote!(#(#cfgs)* #docs)
        })
        .collect()
}

/// Names the events that handlers return, so that rustc warns of one that is deprecated.
fn emitted(krate: &Krate, block: &Block, methods: &[Method]) -> Option<TokenStream> {
    if !block.generics.params.is_empty() {
        return None;
    }
    let mut named = Vec::new();
    let handle = |method: &&Method| method.well_formed && method.verb == Verb::Handle;
    for method in methods.iter().filter(handle) {
        let at = Ident::new("__EMITTED", method.returns);
        let cfgs = &method.cfgs;
        let events = returned(krate, block, method);
        named.extend(
            events
                .iter()
                .map(|event| quote!(#(#cfgs)* { <#event>::#at })),
        );
    }
    (!named.is_empty()).then(|| {
        let import = fallback_constants(krate, "Emittable");
        quote! {
            const _: () = {
                #import
                #(#named)*
            };
        }
    })
}

/// The types that a handler may return as events, as far as its signature spells them.
fn returned(krate: &Krate, block: &Block, method: &Method) -> Vec<TokenStream> {
    if let Some((events, _)) = result(&method.output) {
        return leaves(events).iter().map(|event| quote!(#event)).collect();
    }
    // An alias: what stands in its angle brackets, or what it stands for.
    let arguments = arguments(&method.output).flat_map(leaves);
    let mut events: Vec<_> = arguments.map(|event| quote!(#event)).collect();
    if events.is_empty() {
        let (self_ty, subject) = (&block.self_ty, &method.subject);
        events.push(quote!(<#self_ty as #krate::Handle<#subject>>::Events));
    }
    events
}

/// The types that a type holds in an `Option`, a `Vec` or a tuple.
fn leaves(ty: &Type) -> Vec<&Type> {
    let ty = ungrouped(ty);
    if let Type::Tuple(tuple) = ty {
        return tuple.elems.iter().flat_map(leaves).collect();
    }
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    if path.path.is_ident("Self") {
        return Vec::new();
    }
    let last = path.path.segments.last();
    let holds = last.is_some_and(|last| last.ident == "Option" || last.ident == "Vec");
    if holds {
        return arguments(ty).flat_map(leaves).collect();
    }
    vec![ty]
}

/// The types in the angle brackets at the end of a path.
fn arguments(ty: &Type) -> impl Iterator<Item = &Type> {
    let last = if let Type::Path(path) = ungrouped(ty) {
        path.path.segments.last()
    } else {
        None
    };
    let arguments = last.and_then(|last| match &last.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    });
    let arguments = arguments.into_iter().flatten();
    arguments.filter_map(|argument| {
        let GenericArgument::Type(ty) = argument else {
            return None;
        };
        Some(ty)
    })
}

fn reaction_meta(krate: &Krate, method: &Method) -> TokenStream {
    let (cfgs, subject) = (&method.cfgs, &method.subject);
    let docs = method.docs.tokens(krate);
    quote! {
        #(#cfgs)*
        #krate::meta::Reaction {
            on: #krate::OnReact::<Self>::new::<#subject>().events(),
            issues: <Self as #krate::React<#subject>>::ISSUES,
            docs: #docs,
        }
    }
}
