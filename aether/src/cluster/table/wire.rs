//! How a shard table is written: `AeST`, the version of the form, fields, and the XXH3 hash of all
//! that. A field is a number, its length and its bytes; numbers and lengths are LEB128.
//!
//! A reader takes the fields that it knows, so a later release may add some. What would make a
//! table mean something else gets another version.

use std::collections::BTreeMap;

use super::{Epoch, FencingToken, ShardTable};
use crate::cluster::{
    Incarnation, NodeId, NodeProcess, Shard, ShardCount,
    hash::stable_hash,
    leb128::{number, put_bytes, put_number, take_bytes, take_number},
};

const MAGIC: &[u8; 4] = b"AeST";
const VERSION: u8 = 1;
const CHECKSUM: usize = 8;

const EPOCH: u64 = 1;
const TOKEN: u64 = 2;
const SHARD_BITS: u64 = 3;
const NODES: u64 = 4;
const OWNERS: u64 = 5;
const MOVING: u64 = 6;
const SINCE: u64 = 7;
const SEIZED: u64 = 8;

/// Says why bytes are no shard table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidShardTable {
    /// They begin otherwise, or are too few.
    #[error("it is no shard table")]
    Foreign,
    /// A later release wrote it, in a form that this one does not know.
    #[error("it is a shard table of version {version}, and this build reads version 1")]
    Version {
        /// Which version it is of.
        version: u8,
    },
    /// Its checksum is another.
    #[error("it is damaged: its checksum is another")]
    Damaged,
    /// It is whole, and makes no sense.
    #[error("its {field} are missing, or make no sense")]
    Malformed {
        /// In which part.
        field: &'static str,
    },
}

impl ShardTable {
    /// The table as bytes: about `shards · log2(nodes) / 8` of them, besides the nodes' ids.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        put_field(&mut bytes, EPOCH, &number(self.epoch.0));
        put_field(&mut bytes, TOKEN, &number(self.token.0));
        put_field(&mut bytes, SHARD_BITS, &[self.count.bits()]);
        put_field(&mut bytes, NODES, &self.nodes_as_bytes());
        put_field(&mut bytes, OWNERS, &pack(&self.owners, self.width()));
        put_field(&mut bytes, MOVING, &self.moving_as_bytes());
        put_field(&mut bytes, SINCE, &epochs_as_bytes(&self.since));
        put_field(&mut bytes, SEIZED, &epochs_as_bytes(&self.seized));
        bytes.extend(stable_hash(0, &bytes).to_le_bytes());
        bytes
    }

    /// The table that was written so.
    ///
    /// # Errors
    /// See [`InvalidShardTable`].
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidShardTable> {
        let rest = bytes.strip_prefix(MAGIC);
        let rest = rest.ok_or(InvalidShardTable::Foreign)?;
        let (&version, rest) = rest.split_first().ok_or(InvalidShardTable::Foreign)?;
        if version != VERSION {
            return Err(InvalidShardTable::Version { version });
        }
        let (fields, checksum) = rest
            .split_last_chunk::<CHECKSUM>()
            .ok_or(InvalidShardTable::Damaged)?;
        let covered = bytes.len().checked_sub(CHECKSUM);
        let covered = covered.and_then(|covered| bytes.get(..covered));
        if covered.map(|it| stable_hash(0, it).to_le_bytes()) != Some(*checksum) {
            return Err(InvalidShardTable::Damaged);
        }
        let fields = Fields::read(fields).ok_or(malformed("fields"))?;
        fields.table()
    }

    /// How many bits an owner takes.
    fn width(&self) -> u32 {
        width(self.nodes.len())
    }

    fn nodes_as_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for node in &self.nodes {
            put_bytes(&mut bytes, node.node.as_str().as_bytes());
            put_number(&mut bytes, node.incarnation.0);
        }
        bytes
    }

    fn moving_as_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (shard, to) in &self.moving {
            let place = self.nodes.binary_search(to).unwrap_or_default();
            put_number(&mut bytes, u64::from(shard.number()));
            put_number(&mut bytes, u64::try_from(place).unwrap_or_default());
        }
        bytes
    }
}

fn malformed(field: &'static str) -> InvalidShardTable {
    InvalidShardTable::Malformed { field }
}

fn width(nodes: usize) -> u32 {
    usize::BITS - nodes.leading_zeros()
}

/// The fields of a table, unread.
struct Fields<'a>(BTreeMap<u64, &'a [u8]>);

impl<'a> Fields<'a> {
    /// None, if they are not fields, or one is there twice.
    fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut fields = BTreeMap::new();
        while !bytes.is_empty() {
            let tag = take_number(&mut bytes)?;
            if fields.insert(tag, take_bytes(&mut bytes)?).is_some() {
                return None;
            }
        }
        Some(Self(fields))
    }

    fn table(&self) -> Result<ShardTable, InvalidShardTable> {
        let epoch = self.number(EPOCH).ok_or(malformed("epoch"))?;
        let token = self.number(TOKEN).ok_or(malformed("fencing token"))?;
        let count = self.count().ok_or(malformed("number of shards"))?;
        let nodes = self.nodes().ok_or(malformed("nodes"))?;
        let owners = self.owners(count, nodes.len()).ok_or(malformed("owners"))?;
        let table = ShardTable {
            count,
            epoch: Epoch(epoch),
            token: FencingToken(token),
            owners,
            moving: self.moving(count, &nodes).ok_or(malformed("moves"))?,
            since: self.epochs(SINCE, count).ok_or(malformed("epochs"))?,
            seized: self.epochs(SEIZED, count).ok_or(malformed("epochs"))?,
            nodes,
        };
        let sound = table.moving.iter();
        let mut sound = sound.map(|(shard, to)| table.owner(*shard).is_some_and(|it| it != to));
        if sound.all(|sound| sound) {
            return Ok(table);
        }
        Err(malformed("moves"))
    }

    fn number(&self, tag: u64) -> Option<u64> {
        let mut bytes = *self.0.get(&tag)?;
        let number = take_number(&mut bytes)?;
        bytes.is_empty().then_some(number)
    }

    fn count(&self) -> Option<ShardCount> {
        let [bits] = self.0.get(&SHARD_BITS)? else {
            return None;
        };
        ShardCount::of_bits(*bits)
    }

    /// In order, each once.
    fn nodes(&self) -> Option<Vec<NodeProcess>> {
        let mut bytes = *self.0.get(&NODES)?;
        let mut nodes: Vec<NodeProcess> = Vec::new();
        while !bytes.is_empty() {
            let node = NodeId::new(str::from_utf8(take_bytes(&mut bytes)?).ok()?).ok()?;
            let node = node.process(Incarnation(take_number(&mut bytes)?));
            if nodes.last().is_some_and(|last| *last >= node) {
                return None;
            }
            nodes.push(node);
        }
        (nodes.len() <= ShardTable::MOST_NODES).then_some(nodes)
    }

    fn owners(&self, count: ShardCount, nodes: usize) -> Option<Vec<u16>> {
        let owners = unpack(self.0.get(&OWNERS)?, count.len(), width(nodes))?;
        let known = owners.iter().all(|owner| usize::from(*owner) <= nodes);
        known.then_some(owners)
    }

    fn epochs(&self, tag: u64, count: ShardCount) -> Option<Vec<Epoch>> {
        let mut bytes = *self.0.get(&tag)?;
        let many = usize::try_from(take_number(&mut bytes)?).ok()?;
        let many = (1..=count.len()).contains(&many).then_some(many)?;
        let mut all = Vec::with_capacity(many);
        let mut last = 0_u64;
        for _ in 0..many {
            last = last.checked_add(take_number(&mut bytes)?)?;
            all.push(Epoch(last));
        }
        let places = unpack(bytes, count.len(), width(many - 1))?;
        let mut epochs = Vec::with_capacity(places.len());
        for place in places {
            epochs.push(*all.get(usize::from(place))?);
        }
        Some(epochs)
    }

    fn moving(
        &self,
        count: ShardCount,
        nodes: &[NodeProcess],
    ) -> Option<BTreeMap<Shard, NodeProcess>> {
        let mut bytes = *self.0.get(&MOVING)?;
        let mut moving = BTreeMap::new();
        while !bytes.is_empty() {
            let shard = u32::try_from(take_number(&mut bytes)?).ok()?;
            let to = nodes.get(usize::try_from(take_number(&mut bytes)?).ok()?)?;
            moving.insert(count.shard(shard)?, to.clone());
        }
        Some(moving)
    }
}

/// Each epoch that there is, in order, as what it is more than the one before; and for each shard
/// the place of its own, packed.
fn epochs_as_bytes(epochs: &[Epoch]) -> Vec<u8> {
    let mut all = epochs.to_vec();
    all.sort_unstable();
    all.dedup();
    let mut bytes = number(u64::try_from(all.len()).unwrap_or_default());
    let mut last = 0;
    for epoch in &all {
        put_number(&mut bytes, epoch.0 - last);
        last = epoch.0;
    }
    let place = |epoch| all.binary_search(epoch).unwrap_or_default();
    let places = epochs
        .iter()
        .map(|epoch| u16::try_from(place(epoch)).unwrap_or_default());
    let places: Vec<_> = places.collect();
    bytes.extend(pack(&places, width(all.len().saturating_sub(1))));
    bytes
}

fn put_field(bytes: &mut Vec<u8>, tag: u64, value: &[u8]) {
    put_number(bytes, tag);
    put_bytes(bytes, value);
}

/// Writes each number in so many bits, the lowest first.
fn pack(numbers: &[u16], width: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len() * 2);
    let (mut held, mut bits) = (0_u32, 0);
    for number in numbers {
        held |= u32::from(*number) << bits;
        bits += width;
        while bits >= 8 {
            let [low, ..] = held.to_le_bytes();
            bytes.push(low);
            held >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        let [low, ..] = held.to_le_bytes();
        bytes.push(low);
    }
    bytes
}

/// Reads so many numbers; none, if there are not exactly as many bytes as they take.
fn unpack(bytes: &[u8], count: usize, width: u32) -> Option<Vec<u16>> {
    let bits = count.checked_mul(usize::try_from(width).ok()?)?;
    if bytes.len() != bits.div_ceil(8) {
        return None;
    }
    let mut bytes = bytes.iter();
    let (mut held, mut bits) = (0_u32, 0);
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        while bits < width {
            held |= u32::from(*bytes.next()?) << bits;
            bits += 8;
        }
        let number = held & ((1 << width) - 1);
        held >>= width;
        bits -= width;
        numbers.push(u16::try_from(number).ok()?);
    }
    Some(numbers)
}
