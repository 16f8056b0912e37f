use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::denials::{Denial, Denials};
use crate::{StoreError, StoreErrorKind};

/// How long a question is asked again before the store gives up.
#[derive(Debug)]
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
    denials: Denials,
    /// How many denials there were before.
    before: u64,
}

impl Patience {
    const FIRST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(200);

    /// Patience that lasts so long, or until what is asked for turns out to be denied.
    pub(super) fn lasting(duration: Duration, denials: &Denials) -> Self {
        Self {
            until: Instant::now() + duration,
            pause: Self::FIRST,
            before: denials.count(),
            denials: denials.clone(),
        }
    }

    /// The first such denial since the first question.
    pub(super) fn denied(&self, such: impl Fn(&Denial) -> bool) -> Option<Denial> {
        self.denials.since(self.before, such)
    }

    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Waits a little, each time longer. False if there is no time left.
    pub(super) async fn pause(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(Self::LONGEST);
        sleep_until((Instant::now() + pause).min(self.until)).await;
        true
    }

    /// Asks until there is an answer other than that the store is out of reach.
    pub(super) async fn ask<T, F>(
        mut self,
        mut question: impl FnMut() -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match question().await {
                Err(err) if err.kind() == StoreErrorKind::Unavailable => self.endure(err).await?,
                answer => return answer,
            }
        }
    }

    /// Waits a little, unless there is no time left, or something is denied: then this is why.
    pub(super) async fn endure(&mut self, err: StoreError) -> Result<(), StoreError> {
        if let Some(denial) = self.denied(|_| true) {
            return Err(denial.into());
        }
        if self.pause().await { Ok(()) } else { Err(err) }
    }
}
