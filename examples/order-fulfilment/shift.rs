//! Works through a day: sends what customers, lorries and the clerk bring, hour by hour.
//!
//! Each command is sent under an id that follows from the day and from the command. So a day that was broken off is gone
//! through again from the beginning: what was done is not done twice.

use aether::{
    CommandId, InvalidPayload, Payload,
    domain::Command,
    runtime::{Aether, CommandError, ReadError, Sent},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::{Duration, sleep};

use super::{
    day::{Day, Hour, Visit},
    ordering::{CancelOrder, OrderId, OrderRefusal},
    shipping::{DispatchParcel, PickingList, TrackingNumber},
};

/// What only those who were there know: the log does not hold what was refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Diary {
    /// Cancellations that came when the order was confirmed or over.
    pub late_cancellations: u64,
}

/// A moment of the day, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// An hour begins.
    Hour(u32),
    /// A customer was served.
    Served,
    /// The clerk begins to pack.
    Packing,
}

/// Says why a day was broken off. What was done by then stays done.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A command was not carried out, and the day does not expect that.
    #[error("the command `{command}` for `{key}` was not carried out")]
    Command {
        /// Which command.
        command: &'static str,
        /// For whom.
        key: String,
        /// Why.
        source: CommandError,
    },
    /// A command cannot be written down.
    #[error("a command cannot be written down")]
    Content(#[from] InvalidPayload),
    /// What follows by itself does not get done.
    #[error("the shop does not get on")]
    Follow(#[from] ReadError),
}

/// Works through a day, and returns when all that follows from it has happened.
///
/// # Errors
/// If a command is refused that should not be, or something outside the domain fails.
///
/// # Cancel safety
/// If the future is dropped, the day stays half done; work through it again.
pub async fn work(
    aether: &Aether,
    day: &Day,
    watch: impl Fn(Moment) + Sync,
) -> Result<Diary, Broken> {
    work_slowly(aether, day, Duration::ZERO, watch).await
}

/// Works through a day as [`work`] does, and waits a while before each customer comes in.
///
/// # Errors
/// As [`work`].
///
/// # Cancel safety
/// As [`work`].
pub async fn work_slowly(
    aether: &Aether,
    day: &Day,
    pause: Duration,
    watch: impl Fn(Moment) + Sync,
) -> Result<Diary, Broken> {
    let shift = Shift {
        aether,
        day,
        pause,
        watch,
    };
    let mut diary = Diary::default();
    for article in &day.articles {
        shift.send(article.clone()).await?;
    }
    for hour in &day.hours {
        diary.late_cancellations += shift.hour(hour).await?;
    }
    aether.settled().await?;
    Ok(diary)
}

struct Shift<'a, W> {
    aether: &'a Aether,
    day: &'a Day,
    /// How long after one customer the next one comes in.
    pause: Duration,
    watch: W,
}

impl<W: Fn(Moment) + Sync> Shift<'_, W> {
    /// How many people the shop serves at the same time.
    const AT_A_TIME: usize = 32;

    async fn send<C: Command>(&self, command: C) -> Result<Sent, Broken> {
        let (name, key) = (C::META.name.as_str(), command.key());
        let broken = |source| Broken::Command {
            command: name,
            key,
            source,
        };
        let content = Payload::of(&command)?;
        let id = CommandId::derived(&self.day.id, &format!("{name} {}", content.as_str()));
        self.aether.send(command).with_id(id).await.map_err(broken)
    }

    /// Works through an hour. Says how many cancellations came too late.
    async fn hour(&self, hour: &Hour) -> Result<u64, Broken> {
        (self.watch)(Moment::Hour(hour.clock));
        for lorry in &hour.lorries {
            self.send(lorry.clone()).await?;
        }
        let mut late = 0;
        for cancel in &hour.cancellations {
            late += u64::from(!self.call_off(cancel.clone()).await?);
        }
        let served = stream::iter(&hour.visits).map(|visit| self.serve(visit));
        let mut served = served.buffer_unordered(self.at_a_time());
        while let Some(in_time) = served.try_next().await? {
            late += u64::from(!in_time);
        }
        if hour.packing {
            self.pack().await?;
        }
        Ok(late)
    }

    /// Customers who come in one after the other are served so.
    const fn at_a_time(&self) -> usize {
        if self.pause.is_zero() {
            Self::AT_A_TIME
        } else {
            1
        }
    }

    /// Serves a customer. Says whether second thoughts, if there were any, came in time.
    async fn serve(&self, visit: &Visit) -> Result<bool, Broken> {
        if !self.pause.is_zero() {
            sleep(self.pause).await;
        }
        self.send(visit.order.clone()).await?;
        (self.watch)(Moment::Served);
        match &visit.cancellation {
            Some(cancel) => self.call_off(cancel.clone()).await,
            None => Ok(true),
        }
    }

    /// Calls an order off. Says whether that came in time.
    async fn call_off(&self, cancel: CancelOrder) -> Result<bool, Broken> {
        match self.send(cancel).await {
            Ok(_) => Ok(true),
            Err(broken) if broken.is_too_late() => Ok(false),
            Err(broken) => Err(broken),
        }
    }

    /// The clerk packs all that is on the picking list.
    async fn pack(&self) -> Result<(), Broken> {
        (self.watch)(Moment::Packing);
        self.aether.settled().await?;
        let list = self.aether.read::<PickingList>().await?;
        let orders: Vec<OrderId> = list.waiting.keys().cloned().collect();
        drop(list);
        let parcels = stream::iter(orders).map(|order| {
            let tracking = TrackingNumber::from(format!("parcel-{order}"));
            self.send(DispatchParcel { order, tracking })
        });
        let mut packed = parcels.buffer_unordered(Self::AT_A_TIME);
        while packed.try_next().await?.is_some() {}
        Ok(())
    }
}

impl Broken {
    fn is_too_late(&self) -> bool {
        let Self::Command { source, .. } = self else {
            return false;
        };
        matches!(
            source.refusal(),
            Some(OrderRefusal::AlreadyConfirmed | OrderRefusal::Over { .. })
        )
    }
}
