//! Customs: a declaration, a ruling, and sometimes papers.

use aether::testing::given;
use aether_examples::cargo_shipping::customs::{
    CargoForfeited, CustomsRefusal, Declaration, ForfeitCargo, LodgeDeclaration, PapersPresented,
    PresentPapers, RuleOnCargo, Ruling,
};

use crate::samples::{cargo, cleared, detained, hamburg, lodged};

fn clear() -> RuleOnCargo {
    RuleOnCargo {
        cargo: cargo(),
        ruling: Ruling::Clear,
    }
}

fn detain() -> RuleOnCargo {
    let wanted = "a certificate of origin".to_owned();
    RuleOnCargo {
        cargo: cargo(),
        ruling: Ruling::Detain { wanted },
    }
}

fn present() -> PresentPapers {
    PresentPapers {
        cargo: cargo(),
        papers: vec!["certificate".to_owned()],
    }
}

fn presented() -> PapersPresented {
    PapersPresented {
        cargo: cargo(),
        papers: vec!["certificate".to_owned()],
    }
}

fn forfeit() -> ForfeitCargo {
    ForfeitCargo { cargo: cargo() }
}

#[test]
fn cargo_is_declared_once() {
    let lodge = || LodgeDeclaration {
        cargo: cargo(),
        port: hamburg(),
    };
    given::<Declaration>(())
        .when(lodge())
        .then(lodged())
        .when(lodge())
        .then_nothing();
}

#[test]
fn customs_clear_or_detain_what_was_declared() {
    given::<Declaration>(lodged())
        .when(clear())
        .then(cleared())
        .when(detain())
        .then_nothing();
    given::<Declaration>(lodged())
        .when(detain())
        .then(detained())
        .when(detain())
        .then_nothing()
        .when(clear())
        .then(cleared());
    given::<Declaration>(())
        .when(clear())
        .then_refused(CustomsRefusal::NotDeclared);
}

#[test]
fn papers_are_presented_for_cargo_that_is_detained() {
    given::<Declaration>((lodged(), detained()))
        .when(present())
        .then(presented());
    given::<Declaration>(lodged())
        .when(present())
        .then_refused(CustomsRefusal::NotDetained);
    given::<Declaration>((lodged(), detained(), cleared()))
        .when(present())
        .then_refused(CustomsRefusal::NotDetained);
}

#[test]
fn cargo_that_is_still_detained_is_forfeit() {
    given::<Declaration>((lodged(), detained()))
        .when(forfeit())
        .then(CargoForfeited { cargo: cargo() })
        .when(forfeit())
        .then_nothing()
        .when(clear())
        .then_nothing();
    given::<Declaration>((lodged(), detained(), cleared()))
        .when(forfeit())
        .then_nothing();
}
