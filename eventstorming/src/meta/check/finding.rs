/// What a check found: the text of a compile error.
#[derive(Debug)]
pub struct Finding {
    bytes: [u8; Self::CAPACITY],
    len: usize,
}

impl Finding {
    const CAPACITY: usize = 512;

    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; Self::CAPACITY],
            len: 0,
        }
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let ([first, tail @ ..], true) = (rest, self.len < Self::CAPACITY) {
            let (_, free) = self.bytes.split_at_mut(self.len);
            if let [slot, ..] = free {
                *slot = *first;
            }
            self.len += 1;
            rest = tail;
        }
        self
    }

    pub(super) const fn name(self, name: &str) -> Self {
        self.text("`").text(name).text("`")
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        let (written, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(written) {
            Ok(text) => text,
            Err(_) => "the model does not hold together",
        }
    }
}
