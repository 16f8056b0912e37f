//! Members: registered once, and forgotten without a trace of their name.

use aether::{Personal, testing::given};
use aether_examples::library_lending::membership::{
    Member, MemberRefusal, MemberRegistered, RecogniseResearcher, RegisterMember,
    ReportUndeliverable, ResearcherRecognised, UndeliverableReported,
};

use crate::samples::{member, registered};

fn register() -> RegisterMember {
    RegisterMember {
        member: member(),
        name: Personal::Known("Ada".to_owned()),
        address: Personal::Known("7 Analytical Row".to_owned()),
    }
}

fn recognise() -> RecogniseResearcher {
    RecogniseResearcher {
        member: member(),
        institution: "Trinity".to_owned(),
    }
}

#[test]
fn a_card_is_given_to_one_person() {
    given::<Member>(())
        .when(register())
        .then(registered())
        .when(register())
        .then_refused(MemberRefusal::CardInUse);
}

#[test]
fn a_university_vouches_for_a_member_once() {
    let recognised = ResearcherRecognised {
        member: member(),
        institution: "Trinity".to_owned(),
    };
    given::<Member>(registered())
        .when(recognise())
        .then(recognised)
        .when(recognise())
        .then_nothing();
    given::<Member>(())
        .when(recognise())
        .then_refused(MemberRefusal::NotRegistered);
}

#[test]
fn a_letter_that_comes_back_says_that_the_member_has_moved() {
    let report = || ReportUndeliverable { member: member() };
    given::<Member>(registered())
        .when(report())
        .then(UndeliverableReported { member: member() })
        .when(report())
        .then_nothing()
        .then_state(|member| assert!(member.has_moved()));
    given::<Member>(())
        .when(report())
        .then_refused(MemberRefusal::NotRegistered);
}

#[test]
fn whoever_is_forgotten_is_greeted_like_anyone() {
    given::<Member>(registered()).then_state(|member| assert_eq!(member.salutation(), "Dear Ada"));
    let forgotten = MemberRegistered {
        name: Personal::Forgotten,
        address: Personal::Forgotten,
        ..registered()
    };
    given::<Member>(forgotten)
        .then_state(|member| assert_eq!(member.salutation(), "Dear reader"))
        .when(register())
        .then_refused(MemberRefusal::CardInUse);
}
