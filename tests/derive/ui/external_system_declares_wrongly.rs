use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentCaptured {}

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[derive(ExternalSystem)]
#[external_system(handles(PaymentCaptured), emits(Label), notifies(PaymentCaptured))]
pub struct CardProcessor;

fn main() {}
