use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentCaptured {}

#[derive(ExternalSystem)]
#[external_system(handles(PaymentCaptured), emits(String), notifies(PaymentCaptured))]
pub struct CardProcessor;

fn main() {}
