use aether::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[derive(Event)]
pub enum OrderEvent {
    Renamed(Label),
}

fn main() {}
