use aether::prelude::*;

use super::{
    CargoBooked, CargoMisdirected, CargoRouted, DestinationChanged, Itinerary, RaiseDelay,
    RecordArrival, RecordDelivery, ReportMisdirection, TrackingId,
};
use crate::cargo_shipping::{
    Port,
    handling::{CargoClaimed, CargoLoaded, CargoReceived, CargoUnloaded},
};

/// Holds what happens on the quay against the itinerary, and says when it differs.
///
/// Note: cargo that was sent elsewhere has no itinerary until a clerk has chosen one; nothing is
/// held against it meanwhile.
#[derive(ProcessManager, Debug, Default, Clone, PartialEq, Eq)]
#[process_manager(key = TrackingId)]
pub struct DeliveryWatch {
    destination: Option<Port>,
    itinerary: Option<Itinerary>,
}

/// What there is to say about cargo that was unloaded.
#[derive(Command, Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// It is where it should be.
    Arrived(RecordArrival),
    /// It is where it should not be.
    Misdirected(ReportMisdirection),
}

impl DeliveryWatch {
    fn unless(
        &self,
        expected: impl Fn(&Itinerary) -> bool,
        (cargo, port): (&TrackingId, &Port),
    ) -> Option<ReportMisdirection> {
        let astray = self.itinerary.as_ref().is_some_and(|way| !expected(way));
        let (cargo, port) = (cargo.clone(), port.clone());
        astray.then_some(ReportMisdirection { cargo, port })
    }
}

#[handlers]
impl DeliveryWatch {
    #[apply(key = cargo)]
    fn booked(&mut self, event: CargoBooked) {
        self.destination = Some(event.route.destination);
    }

    #[apply(key = cargo)]
    fn changed(&mut self, event: DestinationChanged) {
        self.destination = Some(event.route.destination);
        self.itinerary = None;
    }

    /// What was planned is void.
    #[react]
    fn changed_course(&self, event: &DestinationChanged) -> Cancel<RaiseDelay> {
        Cancel::of(&event.cargo)
    }

    #[apply(key = cargo)]
    fn misdirected(&mut self, _: &CargoMisdirected) {
        self.itinerary = None;
    }

    #[apply(key = cargo)]
    fn routed(&mut self, event: CargoRouted) {
        self.itinerary = Some(event.itinerary);
    }

    /// A day after it should be there, it is late.
    #[react]
    fn expect(&self, event: &CargoRouted) -> Option<After<RaiseDelay>> {
        let (cargo, expected) = (event.cargo.clone(), event.itinerary.arrives()?);
        let late = expected.plus(1).is_over();
        Some(After::at(late, RaiseDelay { cargo, expected }))
    }

    #[react(key = cargo)]
    fn received(&self, event: &CargoReceived) -> Option<ReportMisdirection> {
        let begins = |way: &Itinerary| way.legs.first().is_some_and(|leg| leg.from == event.port);
        self.unless(begins, (&event.cargo, &event.port))
    }

    #[react(key = cargo)]
    fn loaded(&self, event: &CargoLoaded) -> Option<ReportMisdirection> {
        let planned = |way: &Itinerary| way.loads(&event.port, &event.voyage);
        self.unless(planned, (&event.cargo, &event.port))
    }

    #[react(key = cargo)]
    fn unloaded(&self, event: &CargoUnloaded) -> (Option<Landing>, Option<Cancel<RaiseDelay>>) {
        if self.destination.as_ref() == Some(&event.port) {
            let (cargo, port) = (event.cargo.clone(), event.port.clone());
            let cancel = Cancel::of(&cargo);
            return (
                Some(Landing::Arrived(RecordArrival { cargo, port })),
                Some(cancel),
            );
        }
        let planned = |way: &Itinerary| way.unloads(&event.port, &event.voyage);
        let astray = self.unless(planned, (&event.cargo, &event.port));
        (astray.map(Landing::Misdirected), None)
    }

    #[react(key = cargo)]
    fn claimed(&self, event: &CargoClaimed) -> RecordDelivery {
        let cargo = event.cargo.clone();
        RecordDelivery { cargo }
    }
}
