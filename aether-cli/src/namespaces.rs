use std::io::{self, Write as _};

use aether::{EventStore as _, Namespace, Position};
use serde::Serialize;

use super::{
    args::PlaceArgs, failure::Failure, outcome::Outcome, place::Use, screen::Screen, table::plain,
};

/// A namespace as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    namespace: &'a Namespace,
    /// Where its log ends.
    head: Position,
}

/// Shows the namespaces of a store.
pub(crate) async fn list(args: PlaceArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let failed = |source| Failure::Open {
        place: args.store.to_string(),
        source,
    };
    let namespaces = args.store.namespaces().await.map_err(failed)?;
    for namespace in &namespaces {
        let store = args
            .store
            .open(namespace, Use::Read)
            .await
            .map_err(failed)?;
        let head = store.head().await?;
        let mut out = io::stdout().lock();
        if screen.json {
            let row = serde_json::to_string(&Row { namespace, head })?;
            writeln!(out, "{row}")?;
        } else {
            writeln!(out, "{head:>8}  {}", plain(namespace.as_str()))?;
        }
    }
    if namespaces.is_empty() {
        screen.note("no namespace holds anything");
    }
    Ok(Outcome::Well)
}
