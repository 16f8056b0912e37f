use aether::prelude::*;
use std::convert::Infallible;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    door: u64,
}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened))]
pub struct Door {}

#[handlers]
impl Door {
    #[handle]
    unsafe fn open(&self, _: Open) -> Result<Opened, Infallible> {
        Ok(Opened {})
    }
    #[handle]
    fn shut(_: Open) -> Result<Opened, Infallible> {
        Ok(Opened {})
    }
    #[handle]
    fn lock(&self) -> Result<Opened, Infallible> {
        Ok(Opened {})
    }
    #[handle = "Open"]
    fn bar(&self, _: Open) -> Result<Opened, Infallible> {
        Ok(Opened {})
    }
    #[apply]
    fn opened(&mut self, _: &Opened) {}
}

#[derive(Policy, Default)]
pub struct ShutWhenOpened;

#[handlers]
impl ShutWhenOpened {
    #[react]
    fn opened(&mut self, _: &Opened) -> Open {
        Open { door: 1 }
    }
}

#[derive(Query)]
pub struct HowCold;

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct Watch {}

#[handlers]
impl Watch {
    #[apply(key = |_| 1)]
    fn opened(&mut self, _: &Opened) {}
    #[answer]
    fn how_cold(&self, _: HowCold) -> u8 {
        0
    }
}

fn main() {}
