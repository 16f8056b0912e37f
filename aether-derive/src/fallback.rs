//! What is written in place of an item that cannot be expanded: impls enough that rustc does not
//! complain of their absence as well. None of them is ever run.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Data, DataEnum, DeriveInput, Fields, Generics};

use crate::ast::{Block, Krate, Method, SetMember, Verb, spelling};

/// For `#[derive(Event)]`.
pub(crate) fn event(input: &DeriveInput) -> TokenStream {
    let failed = Failed::new(input);
    let event = match &input.data {
        Data::Enum(data) => failed.event_set(data),
        Data::Struct(_) | Data::Union(_) => failed.domain_event(),
    };
    let effects = failed.effects();
    quote!(#event #effects)
}

/// For `#[derive(Command)]`.
pub(crate) fn command(input: &DeriveInput) -> TokenStream {
    let failed = Failed::new(input);
    let krate = &failed.krate;
    let location = &failed.location;
    let command = failed.implement(
        &quote!(Command),
        &failed.serde_bounds(),
        &quote! {
            const META: &'static #krate::meta::Command = &#krate::meta::Command {
                name: #krate::meta::Name::new(""),
                aliases: &[],
                personal: &[],
                schema: #krate::meta::SchemaOf::UNKNOWN,
                docs: #krate::meta::Docs::NONE,
                location: #location,
            };
            fn key(&self) -> #krate::String { ::core::unreachable!() }
        },
    );
    let issues = failed.issues();
    quote!(#command #issues)
}

/// For `#[derive(Command)]` on an enum.
pub(crate) fn command_set(input: &DeriveInput) -> TokenStream {
    Failed::new(input).issues()
}

/// For `#[derive(Aggregate)]`: an aggregate whose history takes every event.
pub(crate) fn aggregate(input: &DeriveInput) -> TokenStream {
    let failed = Failed::new(input);
    let (krate, location) = (&failed.krate, &failed.location);
    failed.implement(
        &quote!(Aggregate),
        &quote!(#krate::Default + #krate::Send + #krate::Sync),
        &quote! {
            type Event = #krate::AnyEvent;
            const META: &'static #krate::meta::Aggregate = &#krate::meta::Aggregate {
                name: #krate::meta::Name::new(""),
                events: &[],
                handlers: &[],
                remarks: &[],
                docs: #krate::meta::Docs::NONE,
                location: #location,
            };
            fn apply(&mut self, _: #krate::AnyEvent, _: &#krate::Origin<'_>) {
                ::core::unreachable!()
            }
        },
    )
}

/// For `#[derive(ProcessManager)]`: whatever an event has may be its key.
pub(crate) fn process_manager(input: &DeriveInput) -> TokenStream {
    let failed = Failed::new(input);
    let (krate, location) = (&failed.krate, &failed.location);
    failed.implement(
        &quote!(ProcessManager),
        &quote!(#krate::Default + #krate::Send + #krate::Sync),
        &quote! {
            type Key = #krate::AnyKey;
            const META: &'static #krate::meta::ProcessManager = &#krate::meta::ProcessManager {
                name: #krate::meta::Name::new(""),
                key: "",
                applies: &[],
                reactions: &[],
                remarks: &[],
                docs: #krate::meta::Docs::NONE,
                location: #location,
            };
        },
    )
}

/// For `#[derive(Id)]`.
pub(crate) fn id(input: &DeriveInput) -> TokenStream {
    let failed = Failed::new(input);
    let krate = &failed.krate;
    failed.implement(
        &quote!(fmt::Display),
        &TokenStream::new(),
        &quote! {
            fn fmt(&self, _: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                ::core::unreachable!()
            }
        },
    )
}

/// For a method that is not of its verb's shape.
pub(crate) fn method(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let (self_ty, subject) = (&block.self_ty, &method.subject);
    match method.verb {
        Verb::Apply => quote! {
            #[automatically_derived]
            impl #params #krate::Apply<#subject> for #self_ty #where_clause {
                fn apply(&mut self, _: #subject, _: &#krate::Origin<'_>) { ::core::unreachable!() }
            }
        },
        Verb::Handle | Verb::React | Verb::Answer => TokenStream::new(),
    }
}

/// For a handler that is not of its verb's shape: it may give every event of its aggregate, so that
/// a context misses none of them, nor who handles the command.
pub(crate) fn handler_meta(krate: &Krate, method: &Method) -> TokenStream {
    let (cfgs, subject) = (&method.cfgs, &method.subject);
    quote! {
        #(#cfgs)*
        #krate::meta::Handler::new(
            <#subject as #krate::Command>::META,
            {
                use #krate::AskedInVain as _;
                #krate::Asked::<Self>::EMITS
            },
            #krate::meta::Rejection::UNKNOWN,
        )
    }
}

/// An item that cannot be expanded.
struct Failed<'a> {
    krate: Krate,
    ident: Ident,
    generics: &'a Generics,
    location: TokenStream,
}

impl<'a> Failed<'a> {
    fn new(input: &'a DeriveInput) -> Self {
        let mut ident = input.ident.clone();
        ident.set_span(Span::call_site());
        let krate = Krate::at(None);
        Self {
            location: quote!(#krate::meta::Location { file: "", line: 0 }),
            krate,
            ident,
            generics: &input.generics,
        }
    }

    /// It may be issued, and is nothing.
    fn issues(&self) -> TokenStream {
        let krate = &self.krate;
        self.implement(
            &quote!(Issues),
            &TokenStream::new(),
            &quote! {
                const ISSUES: &'static #krate::meta::Flow<#krate::meta::Command> =
                    &#krate::meta::Flow::Nothing;
                fn issue(self, _: &mut #krate::Vec<#krate::Outgoing>) -> #krate::Result<(), #krate::InvalidPayload> {
                    ::core::unreachable!()
                }
            },
        )
    }

    fn serde_bounds(&self) -> TokenStream {
        let krate = &self.krate;
        quote! {
            #krate::serde::Serialize + #krate::serde::de::DeserializeOwned
                + #krate::Send + #krate::Sync
        }
    }

    fn domain_event(&self) -> TokenStream {
        let Self {
            krate, location, ..
        } = self;
        self.implement(
            &quote!(DomainEvent),
            &self.serde_bounds(),
            &quote! {
                const META: &'static #krate::meta::Event = &#krate::meta::Event {
                    name: #krate::meta::Name::new(""),
                    aliases: &[],
                    version: 1,
                    rust_type: "",
                    pivotal: false,
                    phase: #krate::None,
                    marks: #krate::meta::Marks::NONE,
                    personal: &[],
                    docs: #krate::meta::Docs::NONE,
                    location: #location,
                };
            },
        )
    }

    fn event_set(&self, data: &DataEnum) -> TokenStream {
        let krate = &self.krate;
        let event_set = self.implement(
            &quote!(EventSet),
            &quote!(#krate::Send + #krate::Sync),
            &quote! {
                const EVENTS: #krate::meta::Set<#krate::meta::Event> = &[];
                fn stored_as(&self) -> (#krate::Cow<'static, str>, u32) { ::core::unreachable!() }
                fn encode(&self, _: &mut #krate::Vec<u8>) -> #krate::Result<(), #krate::InvalidPayload> {
                    ::core::unreachable!()
                }
                fn covers(_: &str) -> bool { ::core::unreachable!() }
                fn decode(_: #krate::Stored<'_>) -> #krate::Result<Self, #krate::DecodeError> {
                    ::core::unreachable!()
                }
            },
        );
        let members = self.members(data);
        quote!(#event_set #members)
    }

    /// What a handler may want to put into the set.
    fn members(&self, data: &DataEnum) -> TokenStream {
        let mut seen = HashSet::new();
        let held = data.variants.iter().filter_map(|variant| {
            let Fields::Unnamed(fields) = &variant.fields else {
                return None;
            };
            let held = &fields.unnamed.first()?.ty;
            Some(SetMember::new(variant.ident.clone(), held).event)
        });
        let distinct = held.filter(|event| seen.insert(spelling(event)));
        let impls = distinct.map(|event| {
            let from = self.implement(
                &quote!(From<#event>),
                &TokenStream::new(),
                &quote!(fn from(_: #event) -> Self { ::core::unreachable!() }),
            );
            let nothing = TokenStream::new();
            let includes = self.implement(&quote!(Includes<#event>), &nothing, &nothing);
            quote!(#from #includes)
        });
        let (nothing, ident) = (TokenStream::new(), &self.ident);
        let (_, args, _) = self.generics.split_for_impl();
        let includes = self.implement(&quote!(Includes<#ident #args>), &nothing, &nothing);
        quote!(#(#impls)* #includes)
    }

    /// It may be emitted anywhere, and folded into everything.
    fn effects(&self) -> TokenStream {
        let Self {
            krate,
            ident,
            generics,
            ..
        } = self;
        let mut open = (*generics).clone();
        open.params.push(syn::parse_quote!(__S));
        let (params, _, _) = open.split_for_impl();
        let (_, args, where_clause) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #params #krate::Emits<__S> for #ident #args
            #where_clause
            {
                type Emission = ();

                fn emit<__O: #krate::EventSink<__S>>(self, _: &mut __O) { ::core::unreachable!() }
            }
            #[automatically_derived]
            impl #params #krate::FoldInto<__S> for #ident #args #where_clause {
                fn fold_into(self, _: &mut __S, _: &#krate::Origin<'_>) { ::core::unreachable!() }
            }
        }
    }

    /// An impl of a trait. Where the bounds that the trait asks for do not hold, the impl does not
    /// either, and says nothing: `for<..>` puts the question off until someone needs it.
    fn implement(&self, of: &TokenStream, bounds: &TokenStream, body: &TokenStream) -> TokenStream {
        let Self {
            krate,
            ident,
            generics,
            ..
        } = self;
        let (params, args, where_clause) = generics.split_for_impl();
        let given = where_clause.map(|clause| clause.predicates.to_token_stream());
        let types = generics.type_params().map(|param| &param.ident);
        quote! {
            #[automatically_derived]
            impl #params #krate::#of for #ident #args
            where
                for<'__w> #ident #args: #bounds,
                #(#types: 'static,)*
                #given
            {
                #body
            }
        }
    }
}
