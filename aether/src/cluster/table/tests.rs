use proptest::prelude::*;

use super::*;
use crate::cluster::{Incarnation, NodeId, hash::stable_hash};

fn node(number: usize) -> NodeProcess {
    let node = NodeId::new(format!("node-{number}")).unwrap();
    node.process(Incarnation(1))
}

fn shard(number: u16) -> Shard {
    Shard(number)
}

/// A table of any size and content that changes can make.
pub(in crate::cluster) fn table() -> impl Strategy<Value = ShardTable> {
    let change = (any::<u16>(), 0..40_usize, 0..8_u8);
    let changes = proptest::collection::vec(change, 0..200);
    (0..12_u8, changes, any::<u64>(), 1..4_usize).prop_map(|(bits, changes, token, rounds)| {
        let count = ShardCount::of_bits(bits).unwrap();
        let mut table = ShardTable::new(count);
        for some in changes.chunks(changes.len().div_ceil(rounds).max(1)) {
            let made = some.iter().filter_map(|(number, place, kind)| {
                let shard = shard(number % u16::try_from(count.get()).unwrap());
                match kind {
                    0 => Some(TableChange::Release(shard)),
                    1 if table.moving_to(shard).is_some() => Some(TableChange::HandOver(shard)),
                    1 => Some(TableChange::Stay(shard)),
                    2 | 3 => {
                        let owner = table.owner(shard)?;
                        (*owner != node(*place)).then(|| TableChange::Move(shard, node(*place)))
                    }
                    _ => Some(TableChange::Own(shard, node(*place))),
                }
            });
            let made: Vec<_> = made.collect();
            // A move of what was changed before in the same round may be refused.
            table = table
                .changed(FencingToken(token), made)
                .unwrap_or_else(|_| table.clone());
        }
        table
    })
}

/// The bytes with a checksum that is right again.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let covered = bytes.len() - 8;
    let checksum = stable_hash(0, &bytes[..covered]);
    bytes.splice(covered.., checksum.to_le_bytes());
    bytes
}

fn small() -> ShardTable {
    let changes = [
        TableChange::Own(shard(0), node(1)),
        TableChange::Own(shard(1), node(2)),
        TableChange::Own(shard(2), node(1)),
        TableChange::Move(shard(2), node(2)),
    ];
    let table = ShardTable::new(ShardCount::new(4).unwrap());
    table.changed(FencingToken(300), changes).unwrap()
}

#[test]
fn a_table_is_written_as_it_was_in_every_release() {
    let mut expected = b"AeST\x01".to_vec();
    expected.extend([1, 1, 1, 2, 2, 0xac, 0x02, 3, 1, 2]);
    expected.extend(b"\x04\x10\x06node-1\x01\x06node-2\x01");
    expected.extend([5, 1, 0b00_01_10_01, 6, 2, 2, 1]);
    expected.extend([7, 4, 2, 0, 1, 0b0111, 8, 2, 1, 0]);
    expected.extend([0; 8]);
    assert_eq!(small().encode(), sealed(expected));
}

#[test]
fn a_table_says_since_when_a_shard_is_where_it_is_and_when_it_was_last_taken() {
    let known = |table: &ShardTable| {
        let it = shard(2);
        (table.owned_since(it), table.seized_in(it))
    };
    let moving = small();
    assert_eq!(known(&moving), (Epoch(1), Epoch(0)));
    let next = |table: &ShardTable, change| table.changed(table.token(), [change]).unwrap();
    let arrived = next(&moving, TableChange::HandOver(shard(2)));
    assert_eq!(arrived.owner(shard(2)), Some(&node(2)));
    assert_eq!(arrived.moving_to(shard(2)), None);
    assert_eq!(known(&arrived), (Epoch(2), Epoch(0)));
    assert_eq!(
        known(&next(&arrived, TableChange::Stay(shard(2)))).0,
        Epoch(2)
    );
    assert_eq!(
        known(&next(&arrived, TableChange::Own(shard(2), node(2)))).0,
        Epoch(2)
    );
    let taken = next(&arrived, TableChange::Own(shard(2), node(3)));
    assert_eq!(known(&taken), (Epoch(3), Epoch(3)));
    assert_eq!(
        known(&next(&arrived, TableChange::Release(shard(2)))),
        (Epoch(3), Epoch(3))
    );
    // What was taken once is not clean because it is handed over later.
    let moving = next(&taken, TableChange::Move(shard(2), node(1)));
    assert_eq!(
        known(&next(&moving, TableChange::HandOver(shard(2)))),
        (Epoch(5), Epoch(3))
    );
    let refused = arrived.changed(arrived.token(), [TableChange::HandOver(shard(2))]);
    let (refused, shard) = (refused.unwrap_err(), shard(2));
    assert_eq!(refused, InvalidChange::NotMoving { shard });
}

#[test]
fn a_field_of_a_later_release_is_passed_over() {
    let mut bytes = small().encode();
    let fields = bytes.len() - 8;
    bytes.splice(fields..fields, [0x90, 0x01, 3, b'n', b'e', b'w']);
    assert_eq!(ShardTable::decode(&sealed(bytes)), Ok(small()));
}

#[test]
fn a_later_version_is_refused_by_its_number() {
    let mut bytes = small().encode();
    bytes[4] = 2;
    let refused = InvalidShardTable::Version { version: 2 };
    assert_eq!(ShardTable::decode(&sealed(bytes)), Err(refused));
}

#[test]
fn what_is_no_table_is_refused() {
    let foreign = Err(InvalidShardTable::Foreign);
    for bytes in [&b""[..], b"AeS", b"AeST", b"{\"epoch\":1}"] {
        assert_eq!(ShardTable::decode(bytes), foreign);
    }
    assert_eq!(
        ShardTable::decode(b"AeST\x01\x01\x01"),
        Err(InvalidShardTable::Damaged)
    );
}

#[test]
fn a_whole_table_that_makes_no_sense_is_refused_with_the_field() {
    let malformed = |field| Err(InvalidShardTable::Malformed { field });
    let changed = |at: usize, byte: u8| {
        let mut bytes = small().encode();
        bytes[at] = byte;
        ShardTable::decode(&sealed(bytes))
    };
    // A second epoch in place of the token; one shard too many bits; nodes that are the same; an
    // owner that is nobody's; a move of what its owner has; a move to no node.
    assert_eq!(changed(8, 1), malformed("fields"));
    assert_eq!(changed(14, 17), malformed("number of shards"));
    assert_eq!(changed(31, b'1'), malformed("nodes"));
    assert_eq!(changed(35, 0b11), malformed("owners"));
    assert_eq!(changed(39, 0), malformed("moves"));
    assert_eq!(changed(39, 2), malformed("moves"));
    // No epoch at all, and more than there are.
    assert_eq!(changed(42, 0), malformed("epochs"));
    assert_eq!(changed(42, 3), malformed("epochs"));
}

#[test]
fn a_leader_of_the_past_changes_nothing() {
    let table = small();
    let fenced = InvalidChange::Fenced {
        token: FencingToken(299),
        written: FencingToken(300),
    };
    assert_eq!(table.changed(FencingToken(299), []), Err(fenced));
    let next = table.changed(FencingToken(301), []).unwrap();
    assert_eq!(
        (next.epoch(), next.token()),
        (Epoch(table.epoch().0 + 1), FencingToken(301))
    );
}

#[test]
fn a_change_that_makes_no_sense_is_refused_with_all_others() {
    let token = FencingToken(300);
    let own = TableChange::Own(shard(3), node(3));
    let far = shard(4);
    let refused = small().changed(token, [own, TableChange::Stay(far)]);
    let no_shard = InvalidChange::NoShard {
        shard: far,
        count: 4,
    };
    assert_eq!(refused, Err(no_shard));
    for (number, to) in [(3, node(1)), (0, node(1))] {
        let shard = shard(number);
        let no_move = InvalidChange::NoMove {
            shard,
            to: to.clone(),
        };
        let refused = small().changed(token, [TableChange::Move(shard, to)]);
        assert_eq!(refused, Err(no_move));
    }
}

#[test]
fn a_shard_that_has_arrived_is_not_moving_and_names_no_old_node() {
    let token = FencingToken(300);
    let arrived = [
        TableChange::Own(shard(2), node(2)),
        TableChange::Release(shard(0)),
    ];
    let table = small().changed(token, arrived).unwrap();
    assert_eq!(table.owner(shard(2)), Some(&node(2)));
    assert_eq!(table.owner(shard(0)), None);
    assert_eq!(table.moving().len(), 0);
    assert_eq!(table.nodes(), [node(2)]);
}

proptest! {
    #[test]
    fn a_table_is_read_as_it_was_written(table in table()) {
        let bytes = table.encode();
        prop_assert_eq!(ShardTable::decode(&bytes), Ok(table));
    }

    #[test]
    fn one_byte_that_is_another_is_noticed(table in table(), at: prop::sample::Index, by in 1..=255_u8) {
        let mut bytes = table.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(ShardTable::decode(&bytes).is_err());
    }

    #[test]
    fn a_part_of_a_table_is_noticed(table in table(), length: prop::sample::Index) {
        let bytes = table.encode();
        prop_assert!(ShardTable::decode(&bytes[..length.index(bytes.len())]).is_err());
    }

    /// What a fuzzer finds only after it has found the checksum.
    #[test]
    fn any_bytes_with_a_right_checksum_give_a_table_or_an_error(
        table in table(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        fields in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..60)),
    ) {
        let mut bytes = table.encode();
        if let Some(fields) = fields {
            let end = bytes.len() - 8;
            bytes.splice(5..end, fields);
        }
        let fields = 5..bytes.len() - 8;
        for (at, byte) in changes {
            if !fields.is_empty() {
                bytes[5 + at.index(fields.len())] = byte;
            }
        }
        // Whatever is taken for a table is one: it is written and read again.
        if let Ok(read) = ShardTable::decode(&sealed(bytes)) {
            prop_assert_eq!(ShardTable::decode(&read.encode()), Ok(read));
        }
    }
}
