//! The world outside, simulated: a post office that knows who has moved.

use std::{collections::BTreeSet, convert::Infallible};

use aether::runtime::{Adapter, Delivery};

use super::{
    membership::{MemberId, ReportUndeliverable},
    recovery::{PostOffice, PostOfficeNotice},
};

/// A post office that brings back letters to members who have moved.
#[derive(Debug, Clone, Default)]
pub struct SimulatedPostOffice {
    /// Who has moved without a word.
    pub moved: BTreeSet<MemberId>,
}

impl Adapter for SimulatedPostOffice {
    type System = PostOffice;
    type Notice = PostOfficeNotice;
    type Answer = Option<ReportUndeliverable>;
    type Error = Infallible;

    async fn notify(
        &self,
        notice: PostOfficeNotice,
        _delivery: &Delivery,
    ) -> Result<Option<ReportUndeliverable>, Infallible> {
        Ok(match notice {
            PostOfficeNotice::Address(_) => None,
            PostOfficeNotice::Remind(letter) => {
                let member = MemberId::from(&letter.patron);
                let moved = self.moved.contains(&member);
                moved.then_some(ReportUndeliverable { member })
            }
        })
    }
}
