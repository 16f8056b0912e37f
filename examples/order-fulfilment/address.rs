use aether::prelude::*;

use super::inventory::WarehouseId;

/// Where a parcel goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// The town.
    pub city: String,
    /// The country.
    pub country: Country,
}

/// A country that the shop sells to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Country {
    /// Served from Leipzig.
    Germany,
    /// Served from Lyon.
    France,
    /// Served from Lyon.
    Italy,
    /// Served from Poznan.
    Poland,
}

impl Country {
    /// The warehouse that parcels to this country leave from.
    pub fn warehouse(self) -> WarehouseId {
        let town = match self {
            Self::Germany => "leipzig",
            Self::France | Self::Italy => "lyon",
            Self::Poland => "poznan",
        };
        WarehouseId::from(town.to_owned())
    }
}
