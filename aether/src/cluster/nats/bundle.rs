//! What is handed over with shards, as it lies in a message: for each shard its number, the length of
//! what is said of it, and that; numbers are LEB128.

use bytes::Bytes;

use crate::cluster::{
    Shard, ShardCount,
    leb128::{put_bytes, put_number, take_bytes, take_number},
};

/// How many bytes are sent in one message, about.
const SIZE: usize = 64 << 10;

/// Messages that say this of these shards. What does not fit into one is left out.
pub(super) fn bundles(said: impl IntoIterator<Item = (Shard, Bytes)>) -> Vec<Bytes> {
    let (mut bundles, mut open) = (Vec::new(), Vec::new());
    for (shard, text) in said.into_iter().filter(|(_, text)| text.len() <= SIZE) {
        if open.len() + text.len() > SIZE {
            bundles.push(Bytes::from(std::mem::take(&mut open)));
        }
        put_number(&mut open, shard.number().into());
        put_bytes(&mut open, &text);
    }
    if !open.is_empty() {
        bundles.push(Bytes::from(open));
    }
    bundles
}

/// What a message says of shards; what is cut short is left out.
pub(super) fn said(bundle: &Bytes) -> Vec<(Shard, Bytes)> {
    let (mut rest, mut all) = (&bundle[..], Vec::new());
    while !rest.is_empty() {
        let Some(one) = next(&mut rest) else { break };
        all.push((one.0, bundle.slice_ref(one.1)));
    }
    all
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<(Shard, &'a [u8])> {
    let all = ShardCount::new(ShardCount::MOST).ok()?;
    let shard = all.shard(u32::try_from(take_number(rest)?).ok()?)?;
    Some((shard, take_bytes(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_said_is_read_and_no_message_is_large() {
        let count = ShardCount::default();
        let text = |length| Bytes::from(vec![b'x'; length]);
        let mut all: Vec<_> = count.shards().zip((0..100).map(text)).collect();
        all.extend(count.shards().skip(100).zip([SIZE, SIZE / 2].map(text)));
        let too_large = (count.shard(7).unwrap(), text(SIZE + 1));
        let bundles = bundles(all.clone().into_iter().chain([too_large]));
        assert!(bundles.iter().all(|it| it.len() <= SIZE + 8));
        let read: Vec<_> = bundles.iter().flat_map(said).collect();
        assert_eq!(read, all);
        let cut = bundles[0].slice(..bundles[0].len() - 1);
        assert_eq!(said(&cut).len() + 1, said(&bundles[0]).len());
    }
}
