use std::time::Duration;

/// How long [`After`](super::After) waits, as far as its type says.
///
/// What the type says is on the board: `After<CancelOrder, Hours<24>>`.
pub trait Delay: 'static {
    /// How long; none if it is computed.
    const DELAY: Option<Duration>;
}

/// How long it waits is computed, or comes from the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computed;

impl Delay for Computed {
    const DELAY: Option<Duration> = None;
}

/// A length of time that is a type.
pub trait Span: Delay {
    /// How long.
    const LENGTH: Duration;
}

macro_rules! units {
    ($($(#[$doc:meta])* $unit:ident: $seconds:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $unit<const N: u64>;

        impl<const N: u64> Span for $unit<N> {
            const LENGTH: Duration = Duration::from_secs(N * $seconds);
        }

        impl<const N: u64> Delay for $unit<N> {
            const DELAY: Option<Duration> = Some(Self::LENGTH);
        }
    )+};
}

units! {
    /// That many seconds.
    Seconds: 1;
    /// That many minutes.
    Minutes: 60;
    /// That many hours.
    Hours: 3_600;
    /// That many days of 24 hours.
    Days: 86_400;
}
