use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Type, ext::IdentExt as _};

use super::stop_if::stop_if;
use crate::ast::{Block, HandlersArgs, Krate, spelling};

/// The columns of the tables of one block.
pub(super) struct Tables {
    pub(super) handlers: Vec<TokenStream>,
    pub(super) applies: Vec<TokenStream>,
    pub(super) reactions: Vec<TokenStream>,
    pub(super) remarks: Vec<TokenStream>,
    pub(super) answers: Vec<TokenStream>,
    pub(super) on_command: Vec<TokenStream>,
    pub(super) on_apply: Vec<TokenStream>,
    pub(super) on_react: Vec<TokenStream>,
}

/// `Handlers`, of the block and of the parts that it lists; or the tables of a part.
pub(super) fn tables(args: &HandlersArgs, block: &Block, tables: &Tables) -> TokenStream {
    if let Some(name) = &args.part {
        return if block.generics.params.is_empty() {
            part(args, block, name, tables)
        } else {
            TokenStream::new()
        };
    }
    if args.parts.is_empty() || args.misread {
        return alone(&args.krate, block, tables);
    }
    let own = part_impl(&args.krate, block, &quote!(0), tables);
    let joined = joined(args, block);
    quote!(#own #joined)
}

/// The only block of a type.
fn alone(krate: &Krate, block: &Block, tables: &Tables) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let set = quote!(#krate::meta::Set<#krate::meta::Event>);
    let columns = [
        (
            &tables.handlers,
            quote!(HANDLERS: &'static [#krate::meta::Handler]),
        ),
        (&tables.applies, quote!(APPLIES: &'static [#set])),
        (
            &tables.reactions,
            quote!(REACTIONS: &'static [#krate::meta::Reaction]),
        ),
        (
            &tables.remarks,
            quote!(REMARKS: &'static [#krate::meta::Docs]),
        ),
        (
            &tables.answers,
            quote!(ANSWERS: &'static [#krate::meta::Answer]),
        ),
        (
            &tables.on_command,
            quote!(ON_COMMAND: &'static [#krate::OnCommand<Self>]),
        ),
        (
            &tables.on_apply,
            quote!(ON_APPLY: &'static [#krate::OnApply<Self>]),
        ),
        (
            &tables.on_react,
            quote!(ON_REACT: &'static [#krate::OnReact<Self>]),
        ),
    ];
    let columns = columns.iter().map(|(rows, constant)| given(rows, constant));
    quote! {
        #[automatically_derived]
        impl #params #krate::Handlers for #self_ty #where_clause {
            #(#columns)*
        }
    }
}

/// A constant that has a default; nothing if there is nothing to say.
fn given(rows: &[TokenStream], constant: &TokenStream) -> Option<TokenStream> {
    (!rows.is_empty()).then(|| quote!(const #constant = &[#(#rows),*];))
}

/// A block that another one lists.
fn part(args: &HandlersArgs, block: &Block, name: &Ident, tables: &Tables) -> TokenStream {
    let (krate, self_ty) = (&args.krate, &block.self_ty);
    let number = number(name);
    let part = part_impl(krate, block, &number, tables);
    let (owner, text) = (spelling(self_ty), name.unraw().to_string());
    let check = quote!(lists_part(#owner, #text, <#self_ty as #krate::Handlers>::PARTS));
    let listed = stop_if(krate, name.span(), &check);
    quote!(#part #listed)
}

fn part_impl(krate: &Krate, block: &Block, number: &TokenStream, tables: &Tables) -> TokenStream {
    let self_ty = &block.self_ty;
    let Tables {
        handlers,
        applies,
        reactions,
        remarks,
        answers,
        on_command,
        on_apply,
        on_react,
    } = tables;
    quote! {
        #[automatically_derived]
        impl #krate::Part<#number> for #self_ty {
            const TABLES: #krate::Tables<Self> = #krate::Tables {
                handlers: &[#(#handlers),*],
                applies: &[#(#applies),*],
                reactions: &[#(#reactions),*],
                remarks: &[#(#remarks),*],
                answers: &[#(#answers),*],
                on_command: &[#(#on_command),*],
                on_apply: &[#(#on_apply),*],
                on_react: &[#(#on_react),*],
            };
        }
    }
}

/// `Handlers`, with the rows of the block itself and then those of each part in the order listed.
fn joined(HandlersArgs { krate, parts, .. }: &HandlersArgs, block: &Block) -> TokenStream {
    let self_ty = &block.self_ty;
    let listed = parts.iter().map(|part| {
        // A part that is not there is missed where it is listed.
        let (number, owner) = (number(part), at(part.span(), self_ty));
        quote!(<#owner as #krate::Part<#number>>::TABLES)
    });
    let own = quote!(<#self_ty as #krate::Part<0>>::TABLES);
    let tables: Vec<TokenStream> = std::iter::once(own).chain(listed).collect();
    let names = parts.iter().map(|part| part.unraw().to_string());
    let column = |name: &str, row: TokenStream| {
        let column = Ident::new(name, Span::call_site());
        super::join::join(krate, &row, &quote!([#(#tables.#column),*]))
    };
    let handlers = column("handlers", quote!(#krate::meta::Handler));
    let applies = column("applies", quote!(#krate::meta::Set<#krate::meta::Event>));
    let reactions = column("reactions", quote!(#krate::meta::Reaction));
    let remarks = column("remarks", quote!(#krate::meta::Docs));
    let answers = column("answers", quote!(#krate::meta::Answer));
    let on_command = column("on_command", quote!(#krate::OnCommand<#self_ty>));
    let on_apply = column("on_apply", quote!(#krate::OnApply<#self_ty>));
    let on_react = column("on_react", quote!(#krate::OnReact<#self_ty>));
    quote! {
        #[automatically_derived]
        impl #krate::Handlers for #self_ty {
            const PARTS: &'static [&'static str] = &[#(#names),*];
            const HANDLERS: &'static [#krate::meta::Handler] = #handlers;
            const APPLIES: &'static [#krate::meta::Set<#krate::meta::Event>] = #applies;
            const REACTIONS: &'static [#krate::meta::Reaction] = #reactions;
            const REMARKS: &'static [#krate::meta::Docs] = #remarks;
            const ANSWERS: &'static [#krate::meta::Answer] = #answers;
            const ON_COMMAND: &'static [#krate::OnCommand<Self>] = #on_command;
            const ON_APPLY: &'static [#krate::OnApply<Self>] = #on_apply;
            const ON_REACT: &'static [#krate::OnReact<Self>] = #on_react;
        }
    }
}

/// A type as if it were written at `span`.
fn at(span: Span, ty: &Type) -> TokenStream {
    let tokens = ty.to_token_stream().into_iter();
    tokens
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

/// What stands for a name where a number is wanted: its hash, of Fowler, Noll and Vo. 0 is the
/// block that lists the parts.
fn number(part: &Ident) -> TokenStream {
    let text = part.unraw().to_string();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    quote!(#hash)
}
