use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Type, ext::IdentExt as _};

use super::{join::join, keys};
use crate::ast::{Block, HandlersArgs, Krate};

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
    pub(super) on_key: Vec<TokenStream>,
    pub(super) keyed: Vec<TokenStream>,
}

/// `Handlers`, of the block and of the parts that it lists; or the tables of a part.
pub(super) fn tables(args: &HandlersArgs, block: &Block, tables: &Tables) -> TokenStream {
    if let Some(name) = &args.part {
        return part(args, block, name, tables);
    }
    if args.parts.is_empty() || args.misread {
        return alone(&args.krate, block, tables);
    }
    let owner = block.self_ty.to_token_stream();
    let own = part_impl(&args.krate, block, (&quote!(0), &owner), tables);
    let whole = whole(args, block);
    quote!(#own #whole)
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
    let instances = keys::instances(krate, block, tables);
    quote! {
        #[automatically_derived]
        impl #params #krate::Handlers for #self_ty #where_clause {
            #(#columns)*
        }
        #instances
    }
}

/// A constant that has a default; nothing if there is nothing to say.
fn given(rows: &[TokenStream], constant: &TokenStream) -> Option<TokenStream> {
    (!rows.is_empty()).then(|| quote!(const #constant = &[#(#rows),*];))
}

/// A block that another one lists.
fn part(args: &HandlersArgs, block: &Block, name: &Ident, tables: &Tables) -> TokenStream {
    // A part that is not listed is blamed for it at its name.
    let owner = at(name.span(), &block.self_ty);
    part_impl(&args.krate, block, (&number(name), &owner), tables)
}

fn part_impl(
    krate: &Krate,
    block: &Block,
    (number, owner): (&TokenStream, &TokenStream),
    tables: &Tables,
) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let Tables {
        handlers,
        applies,
        reactions,
        remarks,
        answers,
        on_command,
        on_apply,
        on_react,
        on_key,
        keyed,
    } = tables;
    quote! {
        #[automatically_derived]
        impl #params #krate::Part<#number> for #owner #where_clause {
            const TABLES: #krate::Tables<Self> = #krate::Tables {
                handlers: &[#(#handlers),*],
                applies: &[#(#applies),*],
                reactions: &[#(#reactions),*],
                remarks: &[#(#remarks),*],
                answers: &[#(#answers),*],
                on_command: &[#(#on_command),*],
                on_apply: &[#(#on_apply),*],
                on_react: &[#(#on_react),*],
                on_key: &[#(#on_key),*],
                keyed: &[#(#keyed),*],
            };
        }
    }
}

/// `Handlers`, with the rows of the block itself and then those of each part in the order listed.
fn whole(args: &HandlersArgs, block: &Block) -> TokenStream {
    let (krate, self_ty) = (&args.krate, &block.self_ty);
    let (params, _, where_clause) = block.generics.split_for_impl();
    let lists = std::iter::once(quote!(0)).chain(args.parts.iter().map(number));
    let joined = if block.generics.params.is_empty() {
        joined(args, block)
    } else {
        joined_with_room(args, block)
    };
    quote! {
        #(
            #[automatically_derived]
            impl #params #krate::Lists<#lists> for #self_ty #where_clause {}
        )*
        #joined
    }
}

/// The tables of the block itself and of each part.
fn all(HandlersArgs { krate, parts, .. }: &HandlersArgs, block: &Block) -> Vec<TokenStream> {
    let self_ty = &block.self_ty;
    let own = quote!(<#self_ty as #krate::Part<0>>::TABLES);
    let listed = parts.iter().map(|part| {
        // A part that is not there is missed where it is listed.
        let (number, owner) = (number(part), at(part.span(), self_ty));
        quote!(<#owner as #krate::Part<#number>>::TABLES)
    });
    std::iter::once(own).chain(listed).collect()
}

fn joined(args: &HandlersArgs, block: &Block) -> TokenStream {
    let (krate, self_ty) = (&args.krate, &block.self_ty);
    let tables = all(args, block);
    let column = |name: &str, row: TokenStream| {
        let column = Ident::new(name, Span::call_site());
        join(krate, &row, &quote!([#(#tables.#column),*]))
    };
    let events = quote!(#krate::meta::Set<#krate::meta::Event>);
    let columns = Columns {
        handlers: column("handlers", quote!(#krate::meta::Handler)),
        applies: column("applies", events.clone()),
        reactions: column("reactions", quote!(#krate::meta::Reaction)),
        remarks: column("remarks", quote!(#krate::meta::Docs)),
        answers: column("answers", quote!(#krate::meta::Answer)),
        on_command: column("on_command", quote!(#krate::OnCommand<#self_ty>)),
        on_apply: column("on_apply", quote!(#krate::OnApply<#self_ty>)),
        on_react: column("on_react", quote!(#krate::OnReact<#self_ty>)),
    };
    let handlers = columns.into_handlers(krate, block);
    let on_key = column("on_key", quote!(#krate::OnKey<#self_ty>));
    let instances = keys::instances_of_parts(krate, block, &on_key, &column("keyed", events));
    quote!(#handlers #instances)
}

/// The same for a generic type, whose rows cannot be counted before its arguments are known.
fn joined_with_room(args: &HandlersArgs, block: &Block) -> TokenStream {
    let (krate, self_ty) = (&args.krate, &block.self_ty);
    let (params, _, where_clause) = block.generics.split_for_impl();
    let tables = all(args, block);
    let names = Columns::NAMES.map(|name| Ident::new(name, Span::call_site()));
    let values = names
        .each_ref()
        .map(|column| quote!(#column: #krate::Joined::of(&[#(#tables.#column),*])));
    let columns =
        names.map(|column| quote!(<#self_ty as #krate::Whole>::TABLES.#column.as_slice()));
    let handlers = Columns::from(columns).into_handlers(krate, block);
    quote! {
        #[automatically_derived]
        impl #params #krate::Whole for #self_ty #where_clause {
            const TABLES: &'static #krate::WholeTables<Self> = &#krate::WholeTables {
                #(#values,)*
            };
        }
        #handlers
    }
}

/// What the constants of `Handlers` are.
struct Columns {
    handlers: TokenStream,
    applies: TokenStream,
    reactions: TokenStream,
    remarks: TokenStream,
    answers: TokenStream,
    on_command: TokenStream,
    on_apply: TokenStream,
    on_react: TokenStream,
}

impl From<[TokenStream; 8]> for Columns {
    fn from(columns: [TokenStream; 8]) -> Self {
        let [
            handlers,
            applies,
            reactions,
            remarks,
            answers,
            on_command,
            on_apply,
            on_react,
        ] = columns;
        Self {
            handlers,
            applies,
            reactions,
            remarks,
            answers,
            on_command,
            on_apply,
            on_react,
        }
    }
}

impl Columns {
    const NAMES: [&str; 8] = [
        "handlers",
        "applies",
        "reactions",
        "remarks",
        "answers",
        "on_command",
        "on_apply",
        "on_react",
    ];

    fn into_handlers(self, krate: &Krate, block: &Block) -> TokenStream {
        let (params, _, where_clause) = block.generics.split_for_impl();
        let self_ty = &block.self_ty;
        let Self {
            handlers,
            applies,
            reactions,
            remarks,
            answers,
            on_command,
            on_apply,
            on_react,
        } = self;
        quote! {
            #[automatically_derived]
            impl #params #krate::Handlers for #self_ty #where_clause {
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
