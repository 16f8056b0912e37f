use crate::domain::EventSet;

/// Events of a set, as a test writes them.
///
/// One event, an array or `Vec` of the set's own type, a tuple of different events, or `()`:
///
/// ```
/// # use aether::prelude::*;
/// use aether::testing::IntoEvents;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Opened { pub owner: String }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Closed {}
/// # #[derive(Event, Debug, Clone, PartialEq)]
/// # pub enum AccountEvent { Opened(Opened), Closed(Closed) }
///
/// fn events(events: impl IntoEvents<AccountEvent>) -> Vec<AccountEvent> {
///     events.into_events()
/// }
///
/// let opened = Opened { owner: "ada".to_owned() };
/// assert_eq!(events(opened.clone()), [opened.clone().into()]);
/// assert_eq!(events([opened.clone().into(), Closed {}.into()]).len(), 2);
/// assert_eq!(events((opened, Closed {})).len(), 2);
/// assert_eq!(events([]), []);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a history of `{S}`",
    label = "neither an event of `{S}` nor an array, `Vec` or tuple of its events",
    note = "write events of one kind as `[event.into(), ..]`, of several kinds as `(placed, shipped)`"
)]
pub trait IntoEvents<S> {
    /// The events, oldest first.
    fn into_events(self) -> Vec<S>;
}

impl<S, E: EventSet + Into<S>> IntoEvents<S> for E {
    fn into_events(self) -> Vec<S> {
        vec![self.into()]
    }
}

impl<S, const N: usize> IntoEvents<S> for [S; N] {
    fn into_events(self) -> Vec<S> {
        self.into()
    }
}

impl<S> IntoEvents<S> for Vec<S> {
    fn into_events(self) -> Self {
        self
    }
}

impl<S> IntoEvents<S> for () {
    fn into_events(self) -> Vec<S> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($($($event:ident)+;)+) => {$(
        impl<Set, $($event: Into<Set>),+> IntoEvents<Set> for ($($event,)+) {
            #[expect(non_snake_case, reason = "each value is named after its type parameter")]
            fn into_events(self) -> Vec<Set> {
                let ($($event,)+) = self;
                vec![$($event.into()),+]
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
}
