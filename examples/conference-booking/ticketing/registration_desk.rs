use aether::prelude::*;

use super::{
    CommitSeats, ConfirmRegistration, ExpireRegistration, HoldSeats, RegistrationCancelled,
    RegistrationExpired, RegistrationId, RegistrationPlaced, ReleaseSeats, SeatsHeld, SeatsOffered,
};
use crate::conference_booking::{
    payment::{PaymentReceived, RequestPayment, VoidPayment},
    programme::ConferenceId,
};

/// Holds seats, asks for the money, and waits a quarter of an hour for it.
///
/// Allow ES404: seats may be held for a registration that is over by then, which the pool cannot know.
#[derive(ProcessManager, Debug, Default, Clone, PartialEq, Eq)]
#[process_manager(key = RegistrationId)]
pub struct RegistrationDesk {
    conference: Option<ConferenceId>,
    over: bool,
}

/// What is to be done with seats that are held: get them paid for in time, or let them go.
type OnceHeld = (
    Option<RequestPayment>,
    Option<After<ExpireRegistration, Minutes<15>>>,
    Option<ReleaseSeats>,
);

#[handlers]
impl RegistrationDesk {
    #[apply(key = registration)]
    fn begins(&mut self, event: RegistrationPlaced) {
        self.conference = Some(event.conference);
    }

    #[react]
    fn placed(&self, event: &RegistrationPlaced) -> HoldSeats {
        HoldSeats {
            conference: event.conference.clone(),
            registration: event.registration.clone(),
            seats: event.seats,
        }
    }

    /// Whoever thought better of it while they waited needs no seats.
    #[react(key = registration)]
    fn offered(&self, event: &SeatsOffered) -> Option<HoldSeats> {
        let hold = HoldSeats {
            conference: event.conference.clone(),
            registration: event.registration.clone(),
            seats: event.seats,
        };
        (!self.over).then_some(hold)
    }

    /// Seats that are held for somebody who has left meanwhile are free again.
    #[react(key = registration)]
    fn held(&self, event: &SeatsHeld) -> OnceHeld {
        let SeatsHeld {
            conference,
            registration,
            seats,
        } = event.clone();
        if self.over {
            return (
                None,
                None,
                Some(ReleaseSeats {
                    conference,
                    registration,
                }),
            );
        }
        let expire = After::fixed(ExpireRegistration {
            registration: registration.clone(),
        });
        (
            Some(RequestPayment {
                registration,
                seats,
            }),
            Some(expire),
            None,
        )
    }

    #[react(key = registration)]
    fn paid(
        &self,
        event: &PaymentReceived,
    ) -> Option<(ConfirmRegistration, CommitSeats, Cancel<ExpireRegistration>)> {
        let conference = self.conference.clone().filter(|_| !self.over)?;
        let registration = || event.registration.clone();
        Some((
            ConfirmRegistration {
                registration: registration(),
            },
            CommitSeats {
                conference,
                registration: registration(),
            },
            Cancel::of(registration()),
        ))
    }

    #[apply(key = registration)]
    fn has_expired(&mut self, _: &RegistrationExpired) {
        self.over = true;
    }

    #[react]
    fn expired(&self, event: &RegistrationExpired) -> (ReleaseSeats, VoidPayment) {
        let (conference, registration) = (event.conference.clone(), event.registration.clone());
        let void = VoidPayment {
            registration: registration.clone(),
        };
        (
            ReleaseSeats {
                conference,
                registration,
            },
            void,
        )
    }

    #[apply(key = registration)]
    fn was_cancelled(&mut self, _: &RegistrationCancelled) {
        self.over = true;
    }

    #[react]
    fn cancelled(
        &self,
        event: &RegistrationCancelled,
    ) -> (ReleaseSeats, VoidPayment, Cancel<ExpireRegistration>) {
        let (conference, registration) = (event.conference.clone(), event.registration.clone());
        let void = VoidPayment {
            registration: registration.clone(),
        };
        let cancel = Cancel::of(&registration);
        (
            ReleaseSeats {
                conference,
                registration,
            },
            void,
            cancel,
        )
    }
}
