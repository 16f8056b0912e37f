//! What the tests of this folder talk about: one container, from Shanghai by Rotterdam to Hamburg.

use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Port,
        booking::{
            CargoArrived, CargoBooked, CargoMisdirected, CargoRouted, DestinationChanged,
            Itinerary, Leg, RouteSpecification, RoutesProposed, ShipperId, TrackingId,
        },
        customs::{CargoCleared, CargoDetained, DeclarationLodged},
        handling::{CargoClaimed, CargoLoaded, CargoReceived, CargoReleased, CargoUnloaded},
        voyages::{Movement, VoyageEvent, VoyageNumber},
    },
};

pub(crate) fn cargo() -> TrackingId {
    TrackingId::from("C-7")
}

pub(crate) fn shanghai() -> Port {
    Port::from("CNSHA")
}

pub(crate) fn singapore() -> Port {
    Port::from("SGSIN")
}

pub(crate) fn rotterdam() -> Port {
    Port::from("NLRTM")
}

pub(crate) fn hamburg() -> Port {
    Port::from("DEHAM")
}

pub(crate) fn voyage(number: &str) -> VoyageNumber {
    VoyageNumber::from(number)
}

pub(crate) fn route() -> RouteSpecification {
    RouteSpecification {
        origin: shanghai(),
        destination: hamburg(),
        deadline: Day::new(42),
    }
}

pub(crate) fn leg(number: &str, from: Port, to: Port, days: (u32, u32)) -> Leg {
    Leg {
        voyage: voyage(number),
        from,
        to,
        load: Day::new(days.0),
        unload: Day::new(days.1),
    }
}

pub(crate) fn by_rotterdam() -> Itinerary {
    let legs = vec![
        leg("V100", shanghai(), rotterdam(), (2, 31)),
        leg("V200", rotterdam(), hamburg(), (33, 35)),
    ];
    Itinerary { legs }
}

pub(crate) fn from_singapore() -> Itinerary {
    let legs = vec![leg("V300", singapore(), hamburg(), (12, 38))];
    Itinerary { legs }
}

pub(crate) fn movement(from: Port, to: Port, days: (u32, u32)) -> Movement {
    Movement {
        from,
        to,
        departs: Day::new(days.0),
        arrives: Day::new(days.1),
    }
}

pub(crate) fn scheduled() -> VoyageEvent {
    VoyageEvent::Scheduled {
        voyage: voyage("V100"),
        movements: vec![movement(shanghai(), rotterdam(), (2, 31))],
    }
}

pub(crate) fn booked() -> CargoBooked {
    CargoBooked {
        cargo: cargo(),
        shipper: ShipperId::from("lamps-and-sons"),
        route: route(),
    }
}

pub(crate) fn proposed(itineraries: Vec<Itinerary>) -> RoutesProposed {
    RoutesProposed {
        cargo: cargo(),
        itineraries,
    }
}

pub(crate) fn routed() -> CargoRouted {
    CargoRouted {
        cargo: cargo(),
        itinerary: by_rotterdam(),
    }
}

pub(crate) fn changed() -> DestinationChanged {
    let (destination, deadline) = (rotterdam(), Day::new(40));
    DestinationChanged {
        cargo: cargo(),
        route: RouteSpecification {
            destination,
            deadline,
            ..route()
        },
    }
}

pub(crate) fn misdirected() -> CargoMisdirected {
    CargoMisdirected {
        cargo: cargo(),
        route: RouteSpecification {
            origin: singapore(),
            ..route()
        },
    }
}

pub(crate) fn arrived() -> CargoArrived {
    CargoArrived {
        cargo: cargo(),
        port: hamburg(),
    }
}

pub(crate) fn received() -> CargoReceived {
    CargoReceived {
        cargo: cargo(),
        port: shanghai(),
    }
}

pub(crate) fn loaded(port: Port, number: &str) -> CargoLoaded {
    CargoLoaded {
        cargo: cargo(),
        port,
        voyage: voyage(number),
    }
}

pub(crate) fn unloaded(port: Port, number: &str) -> CargoUnloaded {
    CargoUnloaded {
        cargo: cargo(),
        port,
        voyage: voyage(number),
    }
}

pub(crate) fn released() -> CargoReleased {
    CargoReleased { cargo: cargo() }
}

pub(crate) fn claimed() -> CargoClaimed {
    CargoClaimed { cargo: cargo() }
}

pub(crate) fn lodged() -> DeclarationLodged {
    DeclarationLodged {
        cargo: cargo(),
        port: hamburg(),
    }
}

pub(crate) fn detained() -> CargoDetained {
    CargoDetained {
        cargo: cargo(),
        wanted: "a certificate of origin".to_owned(),
    }
}

pub(crate) fn cleared() -> CargoCleared {
    CargoCleared { cargo: cargo() }
}
