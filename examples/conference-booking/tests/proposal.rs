//! A proposal: nothing is decided on that fewer than three have read.

use aether::{
    Personal,
    testing::{Given, given},
};
use aether_examples::conference_booking::programme::{
    AcceptProposal, DeclineProposal, Proposal, ProposalDeclined, ProposalRefusal, ReviewProposal,
    ReviewerId, SubmitProposal,
};

use crate::samples::{accepted, conference, reviewed, speaker, submitted, talk};

fn submit() -> SubmitProposal {
    SubmitProposal {
        proposal: talk(),
        conference: conference(),
        speaker: speaker(),
        title: "Events, for ever".to_owned(),
        biography: Personal::Known("Ada likes machines".to_owned()),
    }
}

fn review(reviewer: &str, score: u8) -> ReviewProposal {
    ReviewProposal {
        proposal: talk(),
        reviewer: ReviewerId::from(reviewer),
        score,
    }
}

fn accept() -> AcceptProposal {
    AcceptProposal { proposal: talk() }
}

fn decline() -> DeclineProposal {
    DeclineProposal { proposal: talk() }
}

fn read_by_three() -> Given<Proposal> {
    given((submitted(), reviewed(1, 5), reviewed(2, 3), reviewed(3, 4)))
}

#[test]
fn a_talk_is_offered_once() {
    given::<Proposal>(())
        .when(submit())
        .then(submitted())
        .when(submit())
        .then_refused(ProposalRefusal::NumberInUse);
}

#[test]
fn a_reviewer_has_one_voice_from_one_to_five() {
    given::<Proposal>(submitted())
        .when(review("v-1", 5))
        .then(reviewed(1, 5))
        .when(review("v-1", 1))
        .then_refused(ProposalRefusal::ReviewedBefore);
    for score in [0, 6] {
        given::<Proposal>(submitted())
            .when(review("v-1", score))
            .then_refused(ProposalRefusal::NoScore { score });
    }
    given::<Proposal>(())
        .when(review("v-1", 5))
        .then_refused(ProposalRefusal::NeverSubmitted);
}

#[test]
fn nobody_reviews_what_they_want_to_say_themselves() {
    given::<Proposal>(submitted())
        .when(review("s-1", 5))
        .then_refused(ProposalRefusal::OwnProposal);
}

#[test]
fn nothing_is_decided_on_that_fewer_than_three_have_read() {
    let too_few = || ProposalRefusal::TooFewReviews {
        reviews: 2,
        needed: 3,
    };
    let read_by_two = || given::<Proposal>((submitted(), reviewed(1, 5), reviewed(2, 5)));
    read_by_two().when(accept()).then_refused(too_few());
    read_by_two().when(decline()).then_refused(too_few());
}

#[test]
fn a_proposal_is_accepted_or_declined_and_that_is_that() {
    read_by_three().when(accept()).then(accepted());
    read_by_three()
        .when(decline())
        .then(ProposalDeclined { proposal: talk() });
    read_by_three()
        .and(accepted())
        .when(decline())
        .then_refused(ProposalRefusal::Decided);
    read_by_three()
        .and(accepted())
        .when(review("v-4", 1))
        .then_refused(ProposalRefusal::Decided);
}
