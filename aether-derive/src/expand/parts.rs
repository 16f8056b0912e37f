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

/// One column: its name, the type of a row, and the rows.
struct Column<'a> {
    name: &'static str,
    row: TokenStream,
    rows: &'a [TokenStream],
    /// What the rows need in scope.
    uses: Option<TokenStream>,
}

impl Column<'_> {
    /// The name of its constant in `Handlers`.
    fn constant(&self) -> Ident {
        Ident::new(&self.name.to_uppercase(), Span::call_site())
    }

    /// The name of its field in `Tables`.
    fn field(&self) -> Ident {
        Ident::new(self.name, Span::call_site())
    }

    fn slice(&self) -> TokenStream {
        let Self { rows, uses, .. } = self;
        match uses {
            Some(uses) if !rows.is_empty() => quote!({ #uses &[#(#rows),*] }),
            _ => quote!(&[#(#rows),*]),
        }
    }
}

impl Tables {
    /// All of them, of the type `owner`.
    fn columns(&self, krate: &Krate, owner: &TokenStream) -> [Column<'_>; 8] {
        let column = |name, row, rows| Column {
            name,
            row,
            rows,
            uses: None,
        };
        let meta = quote!(#krate::meta);
        let set = quote!(#meta::Set<#meta::Event>);
        let rejection = quote!(use #krate::PlainRejection as _;);
        [
            Column {
                uses: Some(rejection),
                ..column("handlers", quote!(#meta::Handler), &*self.handlers)
            },
            column("applies", set, &*self.applies),
            column("reactions", quote!(#meta::Reaction), &*self.reactions),
            column("remarks", quote!(#meta::Docs), &*self.remarks),
            column("answers", quote!(#meta::Answer), &*self.answers),
            column(
                "on_command",
                quote!(#krate::OnCommand<#owner>),
                &*self.on_command,
            ),
            column("on_apply", quote!(#krate::OnApply<#owner>), &*self.on_apply),
            column("on_react", quote!(#krate::OnReact<#owner>), &*self.on_react),
        ]
    }
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
    let joined = joined(args, block, tables);
    quote!(#own #joined)
}

/// The only block of a type. A column without rows is left to its default.
fn alone(krate: &Krate, block: &Block, tables: &Tables) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let columns = tables.columns(krate, &quote!(Self));
    let constants = columns.iter().filter(|column| !column.rows.is_empty());
    let constants = constants.map(|column| {
        let (name, row, rows) = (column.constant(), &column.row, column.slice());
        quote!(const #name: &'static [#row] = #rows;)
    });
    quote! {
        #[automatically_derived]
        impl #params #krate::Handlers for #self_ty #where_clause {
            #(#constants)*
        }
    }
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
    let columns = tables.columns(krate, &quote!(Self));
    let names = columns.iter().map(Column::field);
    let rows = columns.iter().map(Column::slice);
    quote! {
        #[automatically_derived]
        impl #krate::Part<#number> for #self_ty {
            const TABLES: #krate::Tables<Self> = #krate::Tables { #(#names: #rows,)* };
        }
    }
}

/// `Handlers`, with the rows of the block itself and then those of each part in the order listed.
fn joined(args: &HandlersArgs, block: &Block, own: &Tables) -> TokenStream {
    let HandlersArgs { krate, parts, .. } = args;
    let self_ty = &block.self_ty;
    let listed = parts.iter().map(|part| {
        // A part that is not there is missed where it is listed.
        let (number, owner) = (number(part), at(part.span(), self_ty));
        quote!(<#owner as #krate::Part<#number>>::TABLES)
    });
    let first = quote!(<#self_ty as #krate::Part<0>>::TABLES);
    let tables: Vec<TokenStream> = std::iter::once(first).chain(listed).collect();
    let names = parts.iter().map(|part| part.unraw().to_string());
    let columns = own.columns(krate, &quote!(#self_ty));
    let constants = columns.iter().map(|column| {
        let (name, field, row) = (column.constant(), column.field(), &column.row);
        let joined = super::join::join(krate, row, &quote!([#(#tables.#field),*]));
        quote!(const #name: &'static [#row] = #joined;)
    });
    quote! {
        #[automatically_derived]
        impl #krate::Handlers for #self_ty {
            const PARTS: &'static [&'static str] = &[#(#names),*];
            #(#constants)*
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
