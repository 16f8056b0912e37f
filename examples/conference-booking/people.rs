use aether::prelude::*;

/// Has something to say.
#[derive(Persona, Debug)]
pub struct Speaker;

/// Reads what others want to say.
#[derive(Persona, Debug)]
pub struct Reviewer;

/// Decides who says it, where and when.
#[derive(Persona, Debug)]
pub struct Chair;

/// Wants to be there.
#[derive(Persona, Debug)]
pub struct Visitor;

/// Stands at the door.
#[derive(Persona, Debug)]
pub struct Usher;
