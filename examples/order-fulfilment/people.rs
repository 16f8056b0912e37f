use aether::prelude::*;

/// Buys, waits, and now and then thinks better of it.
#[derive(Persona, Debug)]
pub struct Customer;

/// Puts goods on the shelf and parcels on the van.
#[derive(Persona, Debug)]
pub struct WarehouseClerk;

/// Decides what the shop sells, and for how much.
#[derive(Persona, Debug)]
pub struct Merchandiser;
