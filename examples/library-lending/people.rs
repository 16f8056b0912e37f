use aether::prelude::*;

/// Borrows books, and brings most of them back.
#[derive(Persona, Debug)]
pub struct Reader;

/// Hands books over the desk, and takes them in again.
#[derive(Persona, Debug)]
pub struct Librarian;

/// Decides what the library owns.
#[derive(Persona, Debug)]
pub struct Cataloguer;
