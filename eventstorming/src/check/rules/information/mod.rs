//! Information: whatever an event or a read model says was told to it by somebody.
//!
//! What a schema can say is names, types and what is within them, and so much is judged: a field
//! is there already if one that leads to it has a field of that name and form, or anything of
//! that named type. What code makes up by itself is never missed: numbers are counted, choices
//! are decided, moments and new ids come from the context. So a gap that is found may still be
//! none, as where a text is a constant, and is allowed at the field or at the element.

mod gap;
mod offer;

use self::{gap::Gap, offer::Offer};
use super::{name, names};
use crate::{
    check::{Code, Finding},
    model::{Element, Kind, Model, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let events = model.of_kind(Kind::Event);
    let events = events.flat_map(|event| of_event(model, event));
    let read_models = model.of_kind(Kind::ReadModel);
    let read_models = read_models.flat_map(|read_model| of_read_model(model, read_model));
    events.chain(read_models).collect()
}

/// The schemas of all of these; nothing if one has none, for then nothing is known.
fn offered<'a>(model: &'a Model, from: &[&'a Element]) -> Option<Offer> {
    let mut offer = Offer::default();
    for source in from {
        offer.add(model.schema(&source.id)?);
    }
    (!from.is_empty()).then_some(offer)
}

/// An aggregate only knows what its commands have told it, now or before, and what one of its
/// events is allowed to hold all the same. What comes from a system comes from outside.
fn of_event(model: &Model, event: &Element) -> Vec<Finding> {
    let mut commands: Vec<&Element> = Vec::new();
    let mut homes: Vec<&Element> = Vec::new();
    for emitter in model.subjects(&event.id, Verb::Emits) {
        for home in model.objects(&emitter.id, Verb::HandledBy) {
            homes.push(home);
            commands.extend(model.subjects(&home.id, Verb::HandledBy));
        }
        if emitter.kind() != Kind::Command {
            return Vec::new();
        }
    }
    homes.sort_by_key(|home| &home.id);
    homes.dedup_by_key(|home| &home.id);
    if homes.iter().any(|home| home.kind() != Kind::Aggregate) {
        return Vec::new();
    }
    let (Some(schema), Some(mut offer)) = (model.schema(&event.id), offered(model, &commands))
    else {
        return Vec::new();
    };
    let known = homes
        .iter()
        .flat_map(|home| model.subjects(&home.id, Verb::AppliedBy));
    for known in known.filter(|known| known.id != event.id) {
        offer.add_allowed(model.schema(&known.id), Code::EventInformation);
    }
    let told = |gap: &Gap| {
        format!(
            "`{}` of the event {} comes from nowhere: no command of {} brings it, by its name or \
             its type",
            gap.path,
            name(event),
            names(homes.iter().copied()),
        )
    };
    let help = "take it into the command, or say in the doc comment of the field where it comes \
                from: `Allow ES211: ..`";
    findings((event, Code::EventInformation, help), schema, &offer, &told)
}

fn of_read_model(model: &Model, read_model: &Element) -> Vec<Finding> {
    let events: Vec<&Element> = model.subjects(&read_model.id, Verb::Feeds).collect();
    let (Some(schema), Some(offer)) = (model.schema(&read_model.id), offered(model, &events))
    else {
        return Vec::new();
    };
    let told = |gap: &Gap| {
        format!(
            "`{}` of the read model {} comes from nowhere: no event that feeds it brings it, by \
             its name or its type",
            gap.path,
            name(read_model),
        )
    };
    let help = "apply the event that says so, or say in the doc comment of the field where it \
                comes from: `Allow ES212: ..`";
    let of = (read_model, Code::ReadModelInformation, help);
    findings(of, schema, &offer, &told)
}

fn findings(
    (element, code, help): (&Element, Code, &str),
    schema: &serde_json::Value,
    offer: &Offer,
    told: &dyn Fn(&Gap) -> String,
) -> Vec<Finding> {
    let gaps = gap::gaps(schema, offer, code);
    let missing = gaps.missing.iter().map(|gap| {
        let mut finding = Finding::about(element, code, told(gap)).help(help);
        finding.allowed.clone_from(&gap.allowed);
        finding
    });
    let idle = gaps.idle.iter().map(|path| {
        let what = name(element);
        let message = format!("`{path}` of {what} is allowed {code}, and comes from somewhere");
        Finding::about(element, Code::IdleAllow, message).help("remove the allowance")
    });
    missing.chain(idle).collect()
}
