//! What happens by itself.

use aether::{
    prelude::{After, Cancel, Days},
    testing::policy,
};
use aether_examples::cargo_shipping::{
    customs::{
        ForfeitCargo, ForfeitCargoWhenAbandoned, LodgeDeclaration, LodgeDeclarationWhenArrived,
    },
    handling::{
        OpenHandlingFile, OpenHandlingFileWhenRouted, ReleaseCargo, ReleaseCargoWhenCleared,
    },
};

use crate::samples::{arrived, cargo, cleared, detained, hamburg, routed};

#[test]
fn whenever_cargo_is_routed_the_ports_expect_it() {
    policy::<OpenHandlingFileWhenRouted>()
        .when(routed())
        .then_issues(OpenHandlingFile { cargo: cargo() });
}

#[test]
fn whenever_cargo_has_arrived_it_is_declared() {
    policy::<LodgeDeclarationWhenArrived>()
        .when(arrived())
        .then_issues(LodgeDeclaration {
            cargo: cargo(),
            port: hamburg(),
        });
}

#[test]
fn whenever_cargo_is_cleared_it_is_released() {
    policy::<ReleaseCargoWhenCleared>()
        .when(cleared())
        .then_issues(ReleaseCargo { cargo: cargo() })
        .when(detained())
        .then_nothing();
}

#[test]
fn cargo_is_forfeit_after_thirty_days_unless_it_is_cleared() {
    let forfeit = || ForfeitCargo { cargo: cargo() };
    policy::<ForfeitCargoWhenAbandoned>()
        .when(detained())
        .then_issues(After::<_, Days<30>>::fixed(forfeit()))
        .when(cleared())
        .then_issues(Cancel::<ForfeitCargo>::of(cargo()));
}
