use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Registered {
    pub customer: String,
    #[personal(subject = customer)]
    pub name: String,
    #[personal(subject = customer)]
    pub nicknames: Vec<Personal<String>>,
}

fn main() {}
