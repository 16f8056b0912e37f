use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Type, ext::IdentExt as _};

use super::{import::fallback_constants, join::join, keys};
use crate::ast::{Block, HandlersArgs, Krate};

/// A table that `Handlers` has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Handlers,
    Applies,
    Reactions,
    Remarks,
    Answers,
    OnCommand,
    OnApply,
    OnReact,
}

impl Table {
    const ALL: [Self; 8] = [
        Self::Handlers,
        Self::Applies,
        Self::Reactions,
        Self::Remarks,
        Self::Answers,
        Self::OnCommand,
        Self::OnApply,
        Self::OnReact,
    ];

    /// What it is called; in capitals, the constant is.
    const fn name(self) -> &'static str {
        match self {
            Self::Handlers => "handlers",
            Self::Applies => "applies",
            Self::Reactions => "reactions",
            Self::Remarks => "remarks",
            Self::Answers => "answers",
            Self::OnCommand => "on_command",
            Self::OnApply => "on_apply",
            Self::OnReact => "on_react",
        }
    }

    fn field(self) -> Ident {
        Ident::new(self.name(), Span::call_site())
    }

    /// The type of a row, in the table of a type.
    fn row(self, krate: &Krate, of: &TokenStream) -> TokenStream {
        match self {
            Self::Handlers => quote!(#krate::meta::Handler),
            Self::Applies => quote!(#krate::meta::Set<#krate::meta::Event>),
            Self::Reactions => quote!(#krate::meta::Reaction),
            Self::Remarks => quote!(#krate::meta::Docs),
            Self::Answers => quote!(#krate::meta::Answer),
            Self::OnCommand => quote!(#krate::OnCommand<#of>),
            Self::OnApply => quote!(#krate::OnApply<#of>),
            Self::OnReact => quote!(#krate::OnReact<#of>),
        }
    }

    fn slice(self, krate: &Krate, rows: &[TokenStream]) -> TokenStream {
        let slice = quote!(&[#(#rows),*]);
        if self == Self::Handlers && !rows.is_empty() {
            let import = fallback_constants(krate, "PlainRejection");
            quote!({ #import #slice })
        } else {
            slice
        }
    }

    /// The constant of `Handlers`.
    fn constant(self, krate: &Krate, value: &TokenStream) -> TokenStream {
        let name = Ident::new(&self.name().to_uppercase(), Span::call_site());
        let row = self.row(krate, &quote!(Self));
        quote!(const #name: &'static [#row] = #value;)
    }
}

/// The tables of one block.
pub(super) struct Tables {
    /// Those that `Handlers` has.
    pub(super) rows: Vec<(Table, Vec<TokenStream>)>,
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

/// The only block of a type: a table that is empty is left out, and so is what feeds an aggregate,
/// which names its events itself; but of one that is generic, a context looks at it.
fn alone(krate: &Krate, block: &Block, tables: &Tables) -> TokenStream {
    let given = |of| {
        let mut rows = tables.rows.iter();
        rows.any(|(table, rows)| *table == of && !rows.is_empty())
    };
    let is_aggregate = given(Table::Handlers) && block.generics.params.is_empty();
    let constants = tables.rows.iter().filter_map(|(table, rows)| {
        let is_unread = is_aggregate && *table == Table::Applies;
        let wanted = !rows.is_empty() && !is_unread;
        wanted.then(|| table.constant(krate, &table.slice(krate, rows)))
    });
    let handlers = handlers(krate, block, constants);
    let instances = keys::instances(krate, block, tables);
    quote!(#handlers #instances)
}

/// `Handlers`, with these constants.
fn handlers(
    krate: &Krate,
    block: &Block,
    constants: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    quote! {
        #[automatically_derived]
        impl #params #krate::Handlers for #self_ty #where_clause {
            #(#constants)*
        }
    }
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
        rows,
        on_key,
        keyed,
    } = tables;
    let fields = rows.iter().map(|(table, rows)| {
        let (field, rows) = (table.field(), table.slice(krate, rows));
        quote!(#field: #rows)
    });
    quote! {
        #[automatically_derived]
        impl #params #krate::Part<#number> for #owner #where_clause {
            const TABLES: #krate::Tables<Self> = #krate::Tables {
                #(#fields,)*
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
    let column =
        |column: Ident, row: TokenStream| join(krate, &row, &quote!([#(#tables.#column),*]));
    let constants = Table::ALL.into_iter().map(|table| {
        let row = table.row(krate, &self_ty.to_token_stream());
        table.constant(krate, &column(table.field(), row))
    });
    let handlers = handlers(krate, block, constants);
    let named = |name| Ident::new(name, Span::call_site());
    let on_key = column(named("on_key"), quote!(#krate::OnKey<#self_ty>));
    let keyed = column(
        named("keyed"),
        quote!(#krate::meta::Set<#krate::meta::Event>),
    );
    let instances = keys::instances_of_parts(krate, block, &on_key, &keyed);
    quote!(#handlers #instances)
}

/// The same for a generic type, whose rows cannot be counted before its arguments are known.
fn joined_with_room(args: &HandlersArgs, block: &Block) -> TokenStream {
    let (krate, self_ty) = (&args.krate, &block.self_ty);
    let (params, _, where_clause) = block.generics.split_for_impl();
    let tables = all(args, block);
    let values = Table::ALL.map(|table| {
        let column = table.field();
        quote!(#column: #krate::Joined::of(&[#(#tables.#column),*]))
    });
    let constants = Table::ALL.into_iter().map(|table| {
        let column = table.field();
        let rows = quote!(<#self_ty as #krate::Whole>::TABLES.#column.as_slice());
        table.constant(krate, &rows)
    });
    let handlers = handlers(krate, block, constants);
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
