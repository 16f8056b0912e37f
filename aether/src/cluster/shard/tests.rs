use super::*;

/// The numbers were worked out with the hash's reference implementation in C. If this fails, the code
/// is wrong, never the numbers: actors would be looked for where they are not.
#[test]
fn an_actor_is_in_the_shard_that_it_was_in_in_every_release() {
    let shards = ShardCount::default();
    let numbers = [
        ("Order", "o-1"),
        ("Order", "o-2"),
        ("Order", ""),
        ("", "o-1"),
        ("Payment", "o-1"),
        ("Straße", "日本語"),
        ("Order", "3f2a1c9e-5b7d-4e8f-9a0b-1c2d3e4f5a6b"),
    ]
    .map(|(actor_type, id)| shards.shard_of(actor_type, id).number());
    assert_eq!(numbers, [464, 3_019, 2_548, 1_890, 3_624, 1_146, 394]);
    let long = "0123456789abcdef".repeat(64);
    assert_eq!(shards.shard_of("Order", &long).number(), 2_114);
}

#[test]
fn the_hash_is_xxh3_as_its_author_publishes_it() {
    // XXH3_64bits of nothing, without a seed.
    assert_eq!(stable_hash(0, b""), 0x2d06_8005_38d3_94c2);
}

#[test]
fn fewer_shards_are_the_upper_bits_of_more() {
    for id in 0..1_000 {
        let id = id.to_string();
        let all = ShardCount::new(ShardCount::MOST).unwrap();
        let finest = all.shard_of("Order", &id).number();
        for bits in 0..16 {
            let count = ShardCount::new(1 << bits).unwrap();
            let number = count.shard_of("Order", &id).number();
            assert_eq!(u32::from(number), u32::from(finest) >> (16 - bits));
        }
    }
}

#[test]
fn type_and_id_are_two_things() {
    let shards = ShardCount::new(ShardCount::MOST).unwrap();
    assert_ne!(shards.shard_of("ab", "c"), shards.shard_of("a", "bc"));
}

#[test]
fn a_shard_count_is_a_power_of_two() {
    for count in [0, 3, 4_095, 4_097, ShardCount::MOST * 2] {
        assert_eq!(ShardCount::new(count), Err(InvalidShardCount { count }));
    }
    for bits in 0..=16 {
        let count = ShardCount::new(1 << bits).unwrap();
        assert_eq!(count.get(), 1 << bits);
        let shards = count.shards();
        assert_eq!(shards.len(), 1 << bits);
        assert!(shards.map(|it| u32::from(it.number())).eq(0..1 << bits));
        assert_eq!(count.shard(1 << bits), None);
    }
}
