use aether::{
    DynEventStore,
    runtime::{Finding, Reading},
};

use super::Verified;
use crate::{domain::Domain, failure::Failure, screen::Screen};

/// Folds every actor of the known contexts with and without its snapshot, and compares the states.
pub(super) async fn compare(
    store: &DynEventStore,
    domain: &Domain,
    verified: &mut Verified,
    screen: &Screen,
) -> Result<(), Failure> {
    for verify in domain.verifying() {
        let (mut told, mut bar) = (Vec::new(), None);
        let tell = |finding| {
            if let Finding::Progress { position, head } = finding {
                let bar = bar.get_or_insert_with(|| Screen::progress("replayed", head.as_u64()));
                bar.set_position(position.as_u64());
            } else {
                told.extend(text(finding));
            }
        };
        let context = verify(store, Box::new(tell)).await?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        verified.replayed += context.actors;
        verified.left_aside += context.left_aside;
        for what in told {
            verified.finds(&what, screen)?;
        }
    }
    Ok(())
}

/// What is wrong. A snapshot that is of no use misleads nobody.
fn text(finding: Finding) -> Option<String> {
    match finding {
        Finding::Difference(it) => {
            let (actor, version, places) = (&it.actor_id, it.version, it.places.join("; "));
            let other = match it.reading {
                Reading::Commits => "commit by commit".to_owned(),
                Reading::Snapshot => "by its snapshot".to_owned(),
                Reading::SinceSnapshot(since) => format!("from its snapshot of version {since} on"),
                _ => "otherwise".to_owned(),
            };
            Some(format!(
                "`{actor}` at version {version} is another event by event than {other}: {places}"
            ))
        }
        Finding::Unreadable { actor_id, source } => {
            let sources = std::iter::successors(source.source(), |err| err.source());
            let reason = sources.fold(source.to_string(), |text, err| format!("{text}: {err}"));
            Some(format!("`{actor_id}` cannot be folded: {reason}"))
        }
        Finding::Progress { .. } | Finding::LeftAside { .. } => None,
        _ => Some("something is wrong that this program has no words for".to_owned()),
    }
}
