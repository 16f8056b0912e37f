use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{Expr, ExprPath};

use super::{spelling, spelling::ungrouped_expr};

/// What follows `key =`: which instance an event concerns.
#[derive(Clone)]
pub(crate) struct Key {
    /// The word `key`.
    word: Ident,
    expr: Expr,
}

impl Key {
    pub(crate) fn new(word: Ident, expr: &Expr) -> Self {
        let expr = ungrouped_expr(expr).clone();
        Self { word, expr }
    }

    /// The word `key` as it stands before it.
    pub(crate) const fn word(&self) -> &Ident {
        &self.word
    }

    /// What was written.
    pub(crate) const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether it is a function of the event, `OrderPlaced::number` or `|event| ..`, rather than
    /// what stands behind `event.`: `order`, `order.id` or `order()`.
    pub(crate) fn is_function(&self) -> bool {
        let is_path = |path: &ExprPath| path.qself.is_some() || path.path.get_ident().is_none();
        matches!(&self.expr, Expr::Closure(_))
            || matches!(&self.expr, Expr::Path(path) if is_path(path))
    }

    /// Whether it gives a value of its own, rather than a place in the event.
    pub(crate) const fn is_call(&self) -> bool {
        matches!(self.expr, Expr::Call(_) | Expr::MethodCall(_))
    }

    /// Whether both read the key in the same way.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        spelling(self.expr.to_token_stream()) == spelling(other.expr.to_token_stream())
    }
}
