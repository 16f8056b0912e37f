use std::collections::VecDeque;

/// Messages that wait until it is clear who is to have them, in the order in which they came.
#[derive(Debug)]
pub(super) struct Held<M> {
    messages: VecDeque<(M, usize)>,
    bytes: usize,
}

impl<M> Default for Held<M> {
    fn default() -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<M> Held<M> {
    /// Takes a message of so many bytes, or gives it back if that is too many. One alone is never
    /// too many.
    pub(super) fn hold(
        &mut self,
        message: M,
        size: usize,
        (most, room): (usize, usize),
    ) -> Result<(), M> {
        let bytes = self.bytes.saturating_add(size);
        let is_full = self.messages.len() >= most || bytes > room;
        if is_full && !self.messages.is_empty() {
            return Err(message);
        }
        self.messages.push_back((message, size));
        self.bytes = bytes;
        Ok(())
    }

    /// All of them, the oldest first.
    pub(super) fn take(&mut self) -> impl Iterator<Item = M> + use<M> {
        self.bytes = 0;
        let messages = std::mem::take(&mut self.messages);
        messages.into_iter().map(|(message, _)| message)
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}
