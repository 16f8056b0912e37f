//! What the tests of this folder talk about: one conference, one talk, one visitor.

use aether::Personal;
use aether_examples::conference_booking::{
    attendance::{BadgeId, BadgeNamed, BadgePrepared},
    payment::{Euros, PaymentReceived, PaymentRequested},
    programme::{
        ConferenceId, ProposalAccepted, ProposalId, ProposalReviewed, ProposalSubmitted,
        ReviewerId, SpeakerId,
    },
    ticketing::{
        RegistrationCancelled, RegistrationConfirmed, RegistrationExpired, RegistrationId,
        RegistrationPlaced, SalesOpened, SeatsHeld, SeatsOffered, SeatsReleased, SeatsSoldOut,
    },
};

pub(crate) fn conference() -> ConferenceId {
    ConferenceId::from("conf")
}

pub(crate) fn talk() -> ProposalId {
    ProposalId::from("talk-1")
}

pub(crate) fn speaker() -> SpeakerId {
    SpeakerId::from("s-1")
}

pub(crate) fn visitor() -> RegistrationId {
    RegistrationId::from("r-1")
}

pub(crate) fn registration(number: u32) -> RegistrationId {
    RegistrationId::from(format!("r-{number}"))
}

pub(crate) fn submitted() -> ProposalSubmitted {
    ProposalSubmitted {
        proposal: talk(),
        conference: conference(),
        speaker: speaker(),
        title: "Events, for ever".to_owned(),
        biography: Personal::Known("Ada likes machines".to_owned()),
    }
}

pub(crate) fn reviewed(reviewer: u32, score: u8) -> ProposalReviewed {
    let reviewer = ReviewerId::from(format!("v-{reviewer}"));
    ProposalReviewed {
        proposal: talk(),
        reviewer,
        score,
    }
}

pub(crate) fn accepted() -> ProposalAccepted {
    ProposalAccepted {
        proposal: talk(),
        conference: conference(),
        speaker: speaker(),
    }
}

pub(crate) fn placed() -> RegistrationPlaced {
    RegistrationPlaced {
        registration: visitor(),
        conference: conference(),
        seats: 2,
        email: Personal::Known("ada@example.org".to_owned()),
    }
}

pub(crate) fn confirmed() -> RegistrationConfirmed {
    RegistrationConfirmed {
        registration: visitor(),
        seats: 2,
    }
}

pub(crate) fn expired() -> RegistrationExpired {
    RegistrationExpired {
        registration: visitor(),
        conference: conference(),
    }
}

pub(crate) fn cancelled() -> RegistrationCancelled {
    RegistrationCancelled {
        registration: visitor(),
        conference: conference(),
    }
}

pub(crate) fn opened(seats: u32) -> SalesOpened {
    SalesOpened {
        conference: conference(),
        seats,
    }
}

pub(crate) fn held(number: u32, seats: u32) -> SeatsHeld {
    SeatsHeld {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

pub(crate) fn sold_out(number: u32, seats: u32) -> SeatsSoldOut {
    SeatsSoldOut {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

pub(crate) fn released(number: u32, seats: u32) -> SeatsReleased {
    SeatsReleased {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

pub(crate) fn offered(number: u32, seats: u32) -> SeatsOffered {
    SeatsOffered {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

pub(crate) fn requested() -> PaymentRequested {
    PaymentRequested {
        registration: visitor(),
        amount: Euros::new(900),
    }
}

pub(crate) fn received() -> PaymentReceived {
    PaymentReceived {
        registration: visitor(),
    }
}

pub(crate) fn badge(seat: u32) -> BadgeId {
    BadgeId::of(&visitor(), seat)
}

pub(crate) fn prepared() -> BadgePrepared {
    BadgePrepared { badge: badge(1) }
}

pub(crate) fn named() -> BadgeNamed {
    BadgeNamed {
        badge: badge(1),
        name: Personal::Known("Ada".to_owned()),
    }
}
