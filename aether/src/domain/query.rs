use eventstorming::meta;

use super::Projection;

/// A question that a projection answers.
///
/// `#[derive(Query)]` implements it.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use aether::{domain::Answer as _, prelude::*};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub order: u64, pub customer: String }
/// # #[derive(Persona)]
/// # pub struct Customer;
///
/// /// The orders of a customer.
/// #[derive(Query)]
/// pub struct OrdersOf { pub customer: String }
///
/// #[derive(Projection, Default)]
/// pub struct Orders { of: BTreeMap<String, Vec<u64>> }
///
/// #[handlers]
/// impl Orders {
///     #[apply]
///     fn placed(&mut self, event: &OrderPlaced) {
///         self.of.entry(event.customer.clone()).or_default().push(event.order);
///     }
///
///     #[answer(by(Customer))]
///     fn of_customer(&self, query: OrdersOf) -> Vec<u64> {
///         self.of.get(&query.customer).cloned().unwrap_or_default()
///     }
/// }
///
/// let nobody = OrdersOf { customer: "ada".to_owned() };
/// assert!(Orders::default().answer(nobody).is_empty());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "not a query",
    note = "add `#[derive(Query)]` to `{Self}`"
)]
pub trait Query: Sized + 'static {
    /// What the model says about it.
    const META: &'static meta::Query;
}

/// Answers a query from what is known. Pure.
///
/// An `#[answer]` method becomes an impl of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not answer `{Q}`",
    note = "add `#[answer] fn ..(&self, query: {Q}) -> ..` to the `#[handlers]` block of `{Self}`"
)]
pub trait Answer<Q>: Projection {
    /// The answer.
    type Answer;

    /// Answers.
    fn answer(&self, query: Q) -> Self::Answer;
}

/// A query that can be asked: it is known which projection answers it.
///
/// An `#[answer]` method becomes an impl of it, so that one projection answers a query and no
/// second one does.
#[diagnostic::on_unimplemented(
    message = "no projection answers `{Self}`",
    label = "not a query that is answered",
    note = "add `#[answer] fn ..(&self, query: {Self}) -> ..` to the `#[handlers]` block of a projection"
)]
pub trait Answered: Sized + 'static {
    /// The projection that answers it.
    type By: Answer<Self>;
}

/// What the model says about a query, for a table.
pub const fn query_meta<Q: Query>() -> &'static meta::Query {
    Q::META
}
