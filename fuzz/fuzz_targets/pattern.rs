//! Patterns of actors: they are read or refused, and mean what a slower reading of them means.

#![no_main]

use aether::{ActorId, store::ActorPattern};
use libfuzzer_sys::fuzz_target;

fn matches(pattern: &[&str], tokens: &[&str]) -> bool {
    match (pattern, tokens) {
        ([], []) => true,
        ([">"], [_, ..]) => true,
        (["*", pattern @ ..], [_, tokens @ ..]) => matches(pattern, tokens),
        ([wanted, pattern @ ..], [token, tokens @ ..]) => {
            wanted == token && matches(pattern, tokens)
        }
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some([pattern, actor]) = aether_fuzz::texts(bytes) else {
        return;
    };
    let (Ok(parsed), Ok(id)) = (pattern.parse::<ActorPattern>(), ActorId::new(actor)) else {
        return;
    };
    assert_eq!(parsed.as_str(), pattern);
    assert_eq!(parsed.to_string().parse(), Ok(parsed.clone()));
    let wanted: Vec<_> = pattern.split('.').collect();
    let tokens: Vec<_> = actor.split('.').collect();
    assert_eq!(parsed.matches(&id), matches(&wanted, &tokens));
});
