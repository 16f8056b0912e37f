use aether::prelude::*;

/// Wants something to be elsewhere, in time.
#[derive(Persona, Debug)]
pub struct Shipper;

/// Chooses the way that cargo takes.
#[derive(Persona, Debug)]
pub struct BookingClerk;

/// Decides which ship calls at which port, and when.
#[derive(Persona, Debug)]
pub struct VoyagePlanner;

/// Works on the quay, and reports what was done.
#[derive(Persona, Debug)]
pub struct Stevedore;

/// Knows which papers an office wants to see.
#[derive(Persona, Debug)]
pub struct CustomsBroker;
