//! What lies in the file under a checksum: the checksum, the number of the layout, and the rest.
//!
//! The checksum is over the place as well, so that what is good but lies elsewhere is noticed.

/// Why some bytes are not what was sealed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("it is {0} bytes long, which is too short")]
    Short(usize),
    #[error("its checksum is {found:08x} and should be {wanted:08x}")]
    Checksum { found: u32, wanted: u32 },
    #[error("it is laid out in way {0}, which is not known")]
    Layout(u8),
}

/// What was sealed, as far as it is not read yet.
#[derive(Debug)]
pub(super) struct Unsealed<'a> {
    whole: usize,
    rest: &'a [u8],
}

/// The beginning of bytes that are to be sealed, with room for so many more.
pub(super) fn begin(layout: u8, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(5 + room);
    bytes.extend_from_slice(&[0; 4]);
    bytes.push(layout);
    bytes
}

/// Seals bytes that [`begin`] began, for a place.
pub(super) fn close(bytes: &mut [u8], place: &[u8]) {
    if let Some((checksum, rest)) = bytes.split_first_chunk_mut::<4>() {
        *checksum = digest(place, rest).to_le_bytes();
    }
}

/// Checks that all is as it was sealed for a place.
pub(super) fn open<'a>(bytes: &'a [u8], place: &[u8], layout: u8) -> Result<Unsealed<'a>, Broken> {
    let whole = bytes.len();
    let short = || Broken::Short(whole);
    let (checksum, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    let (found, wanted) = (digest(place, rest), u32::from_le_bytes(*checksum));
    if found != wanted {
        return Err(Broken::Checksum { found, wanted });
    }
    let (found, rest) = rest.split_first().ok_or_else(short)?;
    if *found != layout {
        return Err(Broken::Layout(*found));
    }
    Ok(Unsealed { whole, rest })
}

fn digest(place: &[u8], rest: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(place);
    hasher.update(rest);
    hasher.finalize()
}

impl<'a> Unsealed<'a> {
    /// The next so many bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(*taken)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> Result<u64, Broken> {
        self.take().map(u64::from_le_bytes)
    }

    /// The next bytes, of which the first says how many they are.
    pub(super) fn slice(&mut self) -> Result<&'a [u8], Broken> {
        let [length] = self.take()?;
        let split = self.rest.split_at_checked(length.into());
        let (taken, rest) = split.ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next bytes, of which a number says how many they are.
    pub(super) fn long_slice(&mut self) -> Result<&'a [u8], Broken> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let split = self.rest.split_at_checked(length);
        let (taken, rest) = split.ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(taken)
    }

    /// All that is not read yet.
    pub(super) const fn rest(self) -> &'a [u8] {
        self.rest
    }

    const fn short(&self) -> Broken {
        Broken::Short(self.whole)
    }
}
