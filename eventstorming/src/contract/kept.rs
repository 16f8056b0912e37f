use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::{Code, Finding};

/// What has become of the files of a lock since they were released: a lock only grows, so each of
/// them is there, and says what it said.
///
/// Files by their paths in the folder of the lock. How a file is laid out is no change, nor is
/// what a `retired.md` gives as the reason.
pub fn kept(released: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<Finding> {
    let locked = released.iter().filter(|(file, _)| is_json(file));
    locked
        .filter_map(|(file, text)| {
            let what = match now.get(file) {
                None => "is gone",
                Some(now) if !says_the_same(text, now) => "is not as it was released",
                Some(_) => return None,
            };
            let message = format!("`{file}` of the lock {what}");
            let help = "a locked file never changes: take it from the history again, and give \
                        the event a new version";
            Some(Finding::new(Code::ContractBreak, message).help(help))
        })
        .collect()
}

fn is_json(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, end)| end == "json")
}

fn says_the_same(one: &str, other: &str) -> bool {
    let read = |text| serde_json::from_str::<Value>(text);
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
