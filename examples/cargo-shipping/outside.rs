//! The world outside, simulated: a route planner that knows some legs, and a customs office that
//! wants to see papers in some ports.

use std::{collections::BTreeSet, convert::Infallible};

use aether::runtime::{Adapter, Delivery};

use super::{
    Port,
    booking::{Itinerary, Leg, ProposeRoutes, RoutePlanner, RoutingRequest},
    customs::{CustomsOffice, CustomsPapers, RuleOnCargo, Ruling},
};

/// A route planner that knows these legs, and no others.
#[derive(Debug, Clone, Default)]
pub struct SimulatedRoutePlanner {
    /// What sails.
    pub legs: Vec<Leg>,
}

impl SimulatedRoutePlanner {
    /// Every way from port to port that calls at no port twice.
    fn ways(&self, from: &Port, to: &Port, before: &[Leg]) -> Vec<Itinerary> {
        let ready = before.last().map(|leg| leg.unload);
        let onward = self.legs.iter().filter(|leg| {
            leg.from == *from
                && ready.is_none_or(|ready| ready <= leg.load)
                && before.iter().all(|seen| seen.from != leg.to)
        });
        let ways = onward.flat_map(|leg| {
            let legs = [before, std::slice::from_ref(leg)].concat();
            if leg.to == *to {
                vec![Itinerary { legs }]
            } else {
                self.ways(&leg.to, to, &legs)
            }
        });
        ways.collect()
    }
}

impl Adapter for SimulatedRoutePlanner {
    type System = RoutePlanner;
    type Notice = RoutingRequest;
    type Answer = ProposeRoutes;
    type Error = Infallible;

    async fn notify(
        &self,
        request: RoutingRequest,
        _delivery: &Delivery,
    ) -> Result<ProposeRoutes, Infallible> {
        let (cargo, route) = request.into_route();
        let itineraries = self.ways(&route.origin, &route.destination, &[]);
        Ok(ProposeRoutes { cargo, itineraries })
    }
}

/// A customs office that detains what arrives in some ports until it is shown papers.
#[derive(Debug, Clone, Default)]
pub struct SimulatedCustomsOffice {
    /// In which ports it is strict.
    pub strict_in: BTreeSet<Port>,
}

impl Adapter for SimulatedCustomsOffice {
    type System = CustomsOffice;
    type Notice = CustomsPapers;
    type Answer = RuleOnCargo;
    type Error = Infallible;

    async fn notify(
        &self,
        papers: CustomsPapers,
        _delivery: &Delivery,
    ) -> Result<RuleOnCargo, Infallible> {
        Ok(match papers {
            CustomsPapers::Declaration(lodged) if self.strict_in.contains(&lodged.port) => {
                let wanted = "a certificate of origin".to_owned();
                let ruling = Ruling::Detain { wanted };
                RuleOnCargo {
                    cargo: lodged.cargo,
                    ruling,
                }
            }
            CustomsPapers::Declaration(lodged) => {
                let ruling = Ruling::Clear;
                RuleOnCargo {
                    cargo: lodged.cargo,
                    ruling,
                }
            }
            CustomsPapers::More(presented) => {
                let ruling = Ruling::Clear;
                RuleOnCargo {
                    cargo: presented.cargo,
                    ruling,
                }
            }
        })
    }
}
