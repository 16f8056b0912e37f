use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::turn::Turn;

/// Those who wait for their turn with an actor, in the order of coming.
///
/// Whoever gives up its place stays in it until it is met there.
#[derive(Debug, Default)]
pub(super) struct Line(VecDeque<oneshot::Sender<Turn>>);

impl Line {
    /// Joins the line, unless so many are in it already: then says how many.
    pub(super) fn join(&mut self, most: usize) -> Result<oneshot::Receiver<Turn>, usize> {
        let is_full = self.0.len() >= most || self.0.len() == self.0.capacity();
        if is_full {
            self.0.retain(|waiting| !waiting.is_closed());
        }
        if self.0.len() >= most {
            return Err(self.0.len());
        }
        let (place, turn) = oneshot::channel();
        self.0.push_back(place);
        Ok(turn)
    }

    /// Who is next.
    pub(super) fn pop(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
