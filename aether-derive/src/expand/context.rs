use proc_macro2::TokenStream;
use quote::quote;
use syn::{Type, spanned::Spanned as _};

use super::{location::location, option::option, stop_if::stop_if};
use crate::ast::{Context, Section, ungrouped};

/// The type of a context and what it is made of.
pub(crate) fn context(context: &Context) -> TokenStream {
    let Context {
        krate,
        attrs,
        vis,
        ident,
        ..
    } = context;
    let (name, meta, register) = (context.name(), meta(context), register(context));
    let event_types = event_types(context);
    quote! {
        #(#attrs)*
        #[derive(#krate::Debug, #krate::Clone, #krate::Copy)]
        #vis struct #ident;
        #[automatically_derived]
        impl #krate::meta::BoundedContext for #ident {
            const NAME: #krate::meta::Name = #krate::meta::Name::new(#name);
            const META: &'static #krate::meta::Context = &#meta;
        }
        #[automatically_derived]
        impl #krate::BoundedContext for #ident {
            #register
        }
        #event_types
    }
}

/// A walk through the types of all events that the context may store.
fn event_types(context: &Context) -> TokenStream {
    let (krate, ident) = (&context.krate, &context.ident);
    let aggregates = context.of(Section::Aggregates);
    let systems = context.of(Section::ExternalSystems);
    let aggregates = aggregates.collect::<Vec<_>>();
    let systems = systems.collect::<Vec<_>>();
    quote! {
        #[automatically_derived]
        impl<__V> #krate::EventTypes<__V> for #ident
        where
            #(#aggregates: #krate::HistoryTypes<__V>,)*
            #(#systems: #krate::EventTypes<__V>,)*
        {
            fn visit(visitor: &mut __V) {
                #(<#aggregates as #krate::HistoryTypes<__V>>::visit(visitor);)*
                #(<#systems as #krate::EventTypes<__V>>::visit(visitor);)*
            }
        }
    }
}

fn meta(context: &Context) -> TokenStream {
    let Context { krate, docs, .. } = context;
    let (docs, location) = (docs.tokens(krate), location(krate));
    let owner = option(krate, context.owner.as_ref());
    let metas = |section, of: TokenStream| {
        let types = context.of(section);
        quote!(&[#(<#types as #krate::#of>::META),*])
    };
    let aggregates = metas(Section::Aggregates, quote!(AggregateMember));
    let policies = metas(Section::Policies, quote!(PolicyMember));
    let process_managers = metas(Section::ProcessManagers, quote!(ProcessManagerMember));
    let projections = metas(Section::Projections, quote!(ProjectionMember));
    let external_systems = metas(Section::ExternalSystems, quote!(ExternalSystemMember));
    let upstream = context.of(Section::Upstream);
    quote! {
        #krate::meta::Context {
            name: <Self as #krate::meta::BoundedContext>::NAME,
            owner: #owner,
            aggregates: #aggregates,
            policies: #policies,
            process_managers: #process_managers,
            projections: #projections,
            external_systems: #external_systems,
            upstream: &[#(<#upstream as #krate::meta::BoundedContext>::NAME),*],
            docs: #docs,
            location: #location,
        }
    }
}

fn register(context: &Context) -> TokenStream {
    let krate = &context.krate;
    let aggregates = context.of(Section::Aggregates);
    let policies = context.of(Section::Policies);
    let process_managers = context.of(Section::ProcessManagers);
    let projections = context.of(Section::Projections);
    let external_systems = context.of(Section::ExternalSystems);
    quote! {
        fn register<__R: #krate::Register>(runtime: &mut __R) {
            #(<#aggregates as #krate::AggregateMember>::register(runtime);)*
            #(<#policies as #krate::PolicyMember>::register(runtime);)*
            #(<#process_managers as #krate::ProcessManagerMember>::register(runtime);)*
            #(<#projections as #krate::ProjectionMember>::register(runtime);)*
            #(<#external_systems as #krate::ExternalSystemMember>::register(runtime);)*
        }
    }
}

/// The checks that the members hold together, each at the member that would be at fault.
pub(crate) fn checks(context: &Context) -> TokenStream {
    let sections = [
        (Section::Aggregates, aggregate_checks as Checks),
        (Section::Policies, policy_checks),
        (Section::ProcessManagers, process_manager_checks),
        (Section::Projections, projection_checks),
        (Section::ExternalSystems, external_system_checks),
    ];
    let checks = sections.into_iter().flat_map(|(section, checks)| {
        let members = (0_usize..).zip(context.of(section));
        members.flat_map(move |(index, ty)| {
            let at = ty.span();
            let checks = checks(context, index).into_iter();
            checks.map(move |check| stop_if(&context.krate, at, &check))
        })
    });
    quote!(#(#checks)*)
}

/// The checks on the member that a list has at an index.
type Checks = fn(&Context, usize) -> Vec<TokenStream>;

fn aggregate_checks(context: &Context, index: usize) -> Vec<TokenStream> {
    let ident = &context.ident;
    let mut checks = vec![
        quote!(distinct_names::<#ident>(#index)),
        quote!(handled_once::<#ident>(#index)),
    ];
    let aggregate = context.of(Section::Aggregates).nth(index);
    checks.extend(
        aggregate
            .filter(|ty| is_generic(ty))
            .map(|ty| each_applied(context, ty)),
    );
    checks
}

/// What a generic aggregate applies is known where its arguments are; of another, its block knows.
fn each_applied(context: &Context, ty: &Type) -> TokenStream {
    let krate = &context.krate;
    quote! {
        each_applied(
            &<#ty as #krate::Aggregate>::META.name,
            #krate::history::<#ty>(),
            <#ty as #krate::Handlers>::APPLIES,
        )
    }
}

fn is_generic(ty: &Type) -> bool {
    let Type::Path(path) = ungrouped(ty) else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| !last.arguments.is_none())
}

fn policy_checks(context: &Context, index: usize) -> Vec<TokenStream> {
    let (this, upstream) = (this(context), upstream(context));
    vec![quote!(closed_policy(#this, #upstream, #index))]
}

fn process_manager_checks(context: &Context, index: usize) -> Vec<TokenStream> {
    let (this, upstream) = (this(context), upstream(context));
    vec![quote!(closed_process_manager(#this, #upstream, #index))]
}

fn projection_checks(context: &Context, index: usize) -> Vec<TokenStream> {
    let (this, upstream) = (this(context), upstream(context));
    vec![quote!(closed_projection(#this, #upstream, #index))]
}

fn external_system_checks(context: &Context, index: usize) -> Vec<TokenStream> {
    let (this, upstream) = (this(context), upstream(context));
    vec![quote!(closed_external_system(#this, #upstream, #index))]
}

fn this(context: &Context) -> TokenStream {
    let (krate, ident) = (&context.krate, &context.ident);
    quote!(<#ident as #krate::meta::BoundedContext>::META)
}

fn upstream(context: &Context) -> TokenStream {
    let krate = &context.krate;
    let contexts = context.of(Section::Upstream);
    quote!(&[#(<#contexts as #krate::meta::BoundedContext>::META),*])
}
