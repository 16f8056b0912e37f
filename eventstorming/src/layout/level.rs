//! How much of a model a board shows.

use std::collections::BTreeSet;

use super::{
    draft::{Draft, Drafts},
    flow::Flow,
    occurrence::{Lead, Role},
};
use crate::model::{ElementId, Kind};

/// How closely a board looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What happens, in order: events, who causes them, systems and open questions.
    BigPicture,
    /// How it comes about: commands, policies and what is known as well.
    Process,
    /// Where it is decided: everything, with the aggregates.
    #[default]
    Design,
}

impl Level {
    /// Every level, from afar to close.
    pub const ALL: [Self; 3] = [Self::BigPicture, Self::Process, Self::Design];

    /// What a reader calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BigPicture => "big picture",
            Self::Process => "process",
            Self::Design => "design",
        }
    }

    /// Whether it shows notes of a kind.
    pub const fn shows(self, kind: Kind) -> bool {
        match self {
            Self::Design => true,
            Self::Process => !matches!(kind, Kind::Aggregate),
            Self::BigPicture => matches!(
                kind,
                Kind::Context | Kind::Event | Kind::ExternalSystem | Kind::Actor | Kind::Hotspot
            ),
        }
    }
}

/// The slices that are left at a level, where they were in time.
pub(super) fn reduce(level: Level, drafts: Drafts, flow: Flow) -> (Drafts, Flow) {
    if level == Level::Design {
        return (drafts, flow);
    }
    let reduced: Vec<Draft> = drafts
        .slices
        .iter()
        .map(|draft| shown(level, draft))
        .collect();
    let kept: Vec<usize> = (0..reduced.len())
        .filter(|at| reduced.get(*at).is_some_and(has_notes))
        .collect();
    let place = |slice: usize| kept.binary_search(&slice).ok();
    let nets = drafts.nets.into_iter().filter_map(|mut net| {
        net.slice = place(net.slice).filter(|_| level.shows(net.consumer.kind()))?;
        let leads = net.leads.into_iter().filter_map(|lead| {
            let slice = place(lead.slice)?;
            Some(Lead { slice, ..lead })
        });
        net.leads = leads.collect();
        Some(net)
    });
    let nets = nets.collect();
    let flow = flow.keeping(&kept);
    let kept: BTreeSet<usize> = kept.into_iter().collect();
    let slices = reduced
        .into_iter()
        .enumerate()
        .filter(|(at, _)| kept.contains(at));
    let slices = slices.map(|(_, draft)| draft).collect();
    (
        Drafts {
            slices,
            nets,
            on_contexts: drafts.on_contexts,
        },
        flow,
    )
}

fn has_notes(draft: &Draft) -> bool {
    let lists = [
        &draft.readers,
        &draft.issuers,
        &draft.observers,
        &draft.triggers,
        &draft.handlers,
        &draft.events,
    ];
    draft.command.is_some()
        || !draft.hotspots.is_empty()
        || lists.into_iter().any(|list| !list.is_empty())
}

fn shown(level: Level, draft: &Draft) -> Draft {
    let of = |ids: &[ElementId]| -> Vec<ElementId> {
        ids.iter()
            .filter(|id| level.shows(id.kind()))
            .cloned()
            .collect()
    };
    let observers = if level.shows(Kind::ReadModel) {
        of(&draft.observers)
    } else {
        Vec::new()
    };
    let mut reduced = Draft {
        context: draft.context.clone(),
        readers: of(&draft.readers),
        issuers: of(&draft.issuers),
        observers,
        triggers: of(&draft.triggers),
        command: draft.command.clone().filter(|id| level.shows(id.kind())),
        handlers: of(&draft.handlers),
        events: of(&draft.events),
        hotspots: Vec::new(),
        repeats: draft.repeats,
    };
    let spots = draft.hotspots.iter();
    reduced.hotspots = spots
        .map(|(role, id)| (column(*role, &reduced), id.clone()))
        .collect();
    reduced
}

/// The column of a hot spot: that of its note, or else one that is left.
fn column(role: Role, draft: &Draft) -> Role {
    let there = match role {
        Role::Trigger => true,
        Role::Command => draft.command.is_some(),
        Role::Handler => !draft.handlers.is_empty(),
        Role::Event => !draft.events.is_empty(),
    };
    let left = [
        (there, role),
        (!draft.events.is_empty(), Role::Event),
        (draft.command.is_some(), Role::Command),
    ];
    left.into_iter()
        .find(|(is, _)| *is)
        .map_or(Role::Trigger, |(_, role)| role)
}
