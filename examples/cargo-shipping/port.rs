use aether::prelude::*;

/// A port, by its UN/LOCODE: two letters for the country, three for the place.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Port(String);

impl Port {
    /// Whether it reads like a code: five capital letters or digits, the first two letters.
    pub fn is_valid(&self) -> bool {
        let letter = |byte: u8| byte.is_ascii_uppercase();
        let code = self.0.as_bytes();
        code.len() == 5
            && code.iter().take(2).all(|byte| letter(*byte))
            && code
                .iter()
                .all(|byte| letter(*byte) || byte.is_ascii_digit())
    }
}
