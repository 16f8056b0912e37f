use quote::ToTokens;
use syn::{Expr, Type};

/// A type without what `macro_rules!` puts around a `$ty:ty`, which is neither seen nor meant.
pub(crate) fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// An expression without what `macro_rules!` puts around an `$expr:expr`.
pub(crate) fn ungrouped_expr(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}

/// Tokens as a person writes them: `Option<Placed>`, not `Option < Placed >`.
pub(crate) fn spelling(tokens: impl ToTokens) -> String {
    let mut text = tokens.into_token_stream().to_string();
    for (spaced, tight) in [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (":: ", "::"),
        (" ,", ","),
        ("& ", "&"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn types_read_as_they_are_written() {
        for (tokens, text) in [
            (quote!(Option<Placed>), "Option<Placed>"),
            (quote!(&crate::order::Placed), "&crate::order::Placed"),
            (quote!(BTreeMap<u32, Vec<u8>>), "BTreeMap<u32, Vec<u8>>"),
        ] {
            assert_eq!(spelling(tokens), text);
        }
    }
}
