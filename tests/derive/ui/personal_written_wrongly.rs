use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Registered {
    pub customer: String,
    #[personal(subjekt = customer)]
    pub a: Personal<String>,
    #[personal(subject)]
    pub b: Personal<String>,
    #[personal(subject = custmer)]
    pub c: Personal<String>,
    #[personal(subject = a)]
    pub d: Personal<String>,
    #[personal = "customer"]
    pub e: Personal<String>,
    #[personal(subject = customer)]
    #[serde(flatten)]
    pub f: Personal<String>,
    #[personal(subject = customer, c)]
    pub g: Personal<String>,
    #[personal(subject = customer)]
    #[serde(rename = "h,i")]
    pub h: Personal<String>,
}

#[derive(Event)]
pub enum Events {
    Registered(#[personal] Registered),
}

fn main() {}
