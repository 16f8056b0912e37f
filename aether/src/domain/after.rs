use std::{fmt::Display, marker::PhantomData, time::Duration};

use eventstorming::meta::{self, Flow};

use super::{Command, Computed, Delay, Issues, Outgoing, Span, Timing};
use crate::{InvalidPayload, Payload, Timestamp};

/// A command for later: what a policy returns when something is asked for unless something else
/// happens before.
///
/// It is durable: the command is carried out at its time or later, once, also if nothing ran at
/// that time. Time counts from the event that is reacted to, not from the moment at which it is
/// seen.
///
/// One policy has one such command pending for each kind of command and each instance that it is
/// addressed to: asked for again, it replaces the one before, and [`Cancel`] cancels it. With
/// [`After::keyed`] there may be several.
///
/// Where the type says how long, the board says so too: `After<CancelOrder, Hours<24>>`, made by
/// [`After::fixed`].
///
/// ```
/// use aether::{domain::{After, Cancel}, prelude::*};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub order: String }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPaid { pub order: String }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct CancelOrder { #[command(id)] pub order: String }
///
/// /// Cancels an order that is not paid for within a day.
/// #[derive(Policy, Default)]
/// pub struct CancelUnpaid;
///
/// #[handlers]
/// impl CancelUnpaid {
///     #[react]
///     fn placed(&self, event: &OrderPlaced) -> After<CancelOrder> {
///         After::hours(24, CancelOrder { order: event.order.clone() })
///     }
///
///     #[react]
///     fn paid(&self, event: &OrderPaid) -> Cancel<CancelOrder> {
///         Cancel::of(&event.order)
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is asked for when it is returned"]
pub struct After<C, D = Computed> {
    when: When,
    key: String,
    command: C,
    delay: PhantomData<fn() -> D>,
}

/// Takes back what [`After`] asked for, if it is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is cancelled when it is returned"]
pub struct Cancel<C> {
    instance: String,
    key: String,
    command: PhantomData<fn() -> C>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Later(Duration),
    At(Timestamp),
}

impl<C, D> After<C, D> {
    const fn when(when: When, command: C) -> Self {
        Self {
            when,
            key: String::new(),
            command,
            delay: PhantomData,
        }
    }

    /// The same, told from other such commands to the same instance by a key.
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl<C, D: Span> After<C, D> {
    /// As long after the event as the type says.
    ///
    /// ```
    /// use aether::prelude::*;
    /// # #[derive(Command, Serialize, Deserialize)]
    /// # pub struct CancelOrder { #[command(id)] pub order: String }
    ///
    /// fn tomorrow(order: String) -> After<CancelOrder, Hours<24>> {
    ///     After::fixed(CancelOrder { order })
    /// }
    /// # let _ = tomorrow("7".to_owned());
    /// ```
    pub const fn fixed(command: C) -> Self {
        Self::when(When::Later(D::LENGTH), command)
    }
}

impl<C> After<C> {
    /// So long after the event.
    pub const fn new(delay: Duration, command: C) -> Self {
        Self::when(When::Later(delay), command)
    }

    /// At a moment; at once, if that is past.
    pub const fn at(moment: Timestamp, command: C) -> Self {
        Self::when(When::At(moment), command)
    }

    /// So many seconds after the event.
    pub const fn seconds(seconds: u64, command: C) -> Self {
        Self::new(Duration::from_secs(seconds), command)
    }

    /// So many minutes after the event.
    pub const fn minutes(minutes: u64, command: C) -> Self {
        Self::seconds(minutes.saturating_mul(60), command)
    }

    /// So many hours after the event.
    pub const fn hours(hours: u64, command: C) -> Self {
        Self::minutes(hours.saturating_mul(60), command)
    }

    /// So many days of 24 hours after the event.
    pub const fn days(days: u64, command: C) -> Self {
        Self::hours(days.saturating_mul(24), command)
    }
}

impl<C> Cancel<C> {
    /// Takes back the command to this instance, the text of whose `#[command(id)]` field this is,
    /// that was asked for without a key. Which command it is says the type:
    /// `Cancel::<CancelOrder>::of(&event.order)`, where the return type does not.
    pub fn of(instance: impl Display) -> Self {
        Self {
            instance: instance.to_string(),
            key: String::new(),
            command: PhantomData,
        }
    }

    /// The same, for the command that was asked for with this key.
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl<C: Command + Issues, D: Delay> Issues for After<C, D> {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Later(C::ISSUES, D::DELAY);

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        let mut outgoing = Outgoing::of(&self.command)?;
        let key = timer_key::<C>(&outgoing.key, &self.key);
        outgoing.timing = match self.when {
            When::Later(delay) => Timing::After { delay, key },
            When::At(moment) => Timing::At { moment, key },
        };
        out.push(outgoing);
        Ok(())
    }
}

impl<C: Command> Issues for Cancel<C> {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Nothing;

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        let key = timer_key::<C>(&self.instance, &self.key);
        out.push(Outgoing {
            command: C::META.name.as_str(),
            key: self.instance,
            data: Payload::of(&())?,
            timing: Timing::Cancel { key },
        });
        Ok(())
    }
}

/// The length keeps the instance and the key apart.
fn timer_key<C: Command>(instance: &str, key: &str) -> String {
    format!("{} {} {instance} {key}", C::META.name, instance.len())
}

#[cfg(test)]
#[cfg(feature = "macros")]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[derive(Command, Serialize, Deserialize)]
    pub(crate) struct Ring {
        #[command(id)]
        pub bell: String,
    }

    fn ring() -> Ring {
        Ring {
            bell: "b".to_owned(),
        }
    }

    fn timing(issues: impl Issues) -> Timing {
        let mut out = Vec::new();
        issues.issue(&mut out).expect("it is JSON");
        let [outgoing] = &*out else {
            panic!("one command was issued, not {out:?}");
        };
        assert_eq!((outgoing.command, &*outgoing.key), ("Ring", "b"));
        outgoing.timing.clone()
    }

    #[test]
    fn a_command_for_later_says_when_and_under_which_key() {
        let key = || "Ring 1 b ".to_owned();
        let after = |delay| Timing::After { delay, key: key() };
        assert_eq!(
            timing(After::days(2, ring())),
            after(Duration::from_hours(48))
        );
        assert_eq!(
            timing(After::minutes(2, ring())),
            after(Duration::from_mins(2))
        );
        let moment = Timestamp::UNIX_EPOCH;
        assert_eq!(
            timing(After::at(moment, ring())),
            Timing::At { moment, key: key() }
        );
        assert_eq!(
            timing(Cancel::<Ring>::of("b")),
            Timing::Cancel { key: key() }
        );
        assert_eq!(timing(ring()), Timing::Now);
    }

    #[test]
    fn what_one_key_asks_for_is_cancelled_under_that_key_and_no_other() {
        let Timing::After { key, .. } = timing(After::seconds(1, ring()).keyed("late")) else {
            panic!("it is for later");
        };
        assert_eq!(
            timing(Cancel::<Ring>::of("b").keyed("late")),
            Timing::Cancel { key }
        );
        let keys = [
            ("b", "late"),
            ("b ", "late"),
            ("b", " late"),
            ("b late", ""),
            ("", "b late"),
        ];
        let keys: std::collections::BTreeSet<_> = keys
            .iter()
            .map(|(instance, key)| timer_key::<Ring>(instance, key))
            .collect();
        assert_eq!(keys.len(), 5);
    }

    #[test]
    fn the_model_shows_that_it_is_for_later() {
        let Flow::Maybe(Flow::Later(Flow::One(command), None)) = <Option<After<Ring>>>::ISSUES
        else {
            panic!("{:?}", <Option<After<Ring>>>::ISSUES);
        };
        assert_eq!(command.name.as_str(), "Ring");
        let Flow::Later(_, Some(delay)) = <After<Ring, Days<2>>>::ISSUES else {
            panic!("{:?}", <After<Ring, Days<2>>>::ISSUES);
        };
        assert_eq!(*delay, Duration::from_hours(48));
        let fixed: After<Ring, Days<2>> = After::fixed(ring());
        assert_eq!(timing(fixed), timing(After::days(2, ring())));
        assert!(<(Ring, After<Ring>)>::ISSUES.is_later() && !Ring::ISSUES.is_later());
    }
}
