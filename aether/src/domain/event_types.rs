use super::{Aggregate, DomainEvent};

/// Walks the types of a set of events with a visitor.
///
/// So a library reaches each type, for its JSON Schema say, without the derive knowing that
/// library. The macros alone write impls of it: `#[derive(Event)]`, and
/// `#[derive(ExternalSystem)]` and `bounded_context!` for all events that are stored there. Tuples
/// of such types have it.
#[diagnostic::on_unimplemented(
    message = "`{V}` cannot visit the events of `{Self}`",
    label = "an event that `{V}` cannot visit, or no event",
    note = "`Schemas` needs `#[derive(JsonSchema)]` on each event struct, and on an enum whose variants have fields of their own",
    note = "`Readers` needs `#[derive(Event)]` alone"
)]
pub trait EventTypes<V> {
    /// Shows each type to the visitor, in the order written.
    fn visit(visitor: &mut V);
}

macro_rules! tuples {
    ($($($member:ident)+;)+) => {$(
        impl<V, $($member: EventTypes<V>),+> EventTypes<V> for ($($member,)+) {
            fn visit(visitor: &mut V) {
                $($member::visit(visitor);)+
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

/// Walks the types of the events of an aggregate.
///
/// `bounded_context!` asks it of each aggregate, rather than of its events: what is no aggregate is
/// one mistake then.
pub trait HistoryTypes<V> {
    /// Shows each type to the visitor, in the order written.
    fn visit(visitor: &mut V);
}

impl<V, A: Aggregate> HistoryTypes<V> for A
where
    A::Event: EventTypes<V>,
{
    fn visit(visitor: &mut V) {
        A::Event::visit(visitor);
    }
}

/// What a visitor does with an event type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot visit `{E}`",
    note = "`Schemas` needs `#[derive(JsonSchema)]` on the event"
)]
pub trait VisitEvent<E> {
    /// Looks at `E`.
    fn visit(&mut self);
}

impl<V: VisitEvent<E>, E: DomainEvent> EventTypes<V> for E {
    fn visit(visitor: &mut V) {
        visitor.visit();
    }
}

/// What a visitor does with an enum whose variants are events themselves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot visit the events of `{E}`",
    note = "`Schemas` needs `#[derive(JsonSchema)]` on the enum"
)]
pub trait VisitInline<E> {
    /// Looks at the events of `E`, of which each either has fields or has none.
    fn visit_inline(&mut self, has_fields: &[bool]);
}
