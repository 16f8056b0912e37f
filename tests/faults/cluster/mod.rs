//! A cluster whose nodes are processes, on three servers, under load: whatever is done to nodes,
//! connections and servers, no command is lost or done twice, and nobody writes after his successor.

mod account;
mod campaign;
mod judge;
mod load;
mod node;
mod sighting;
pub(crate) mod trouble;

use self::{
    campaign::{Account, Campaign},
    trouble::Trouble,
};
use crate::dice::Dice;

/// Has these troubles while at least so many commands are answered.
pub(crate) async fn run(troubles: &[Trouble], commands: u64, seed: u64) -> Account {
    let mut dice = Dice::new(seed);
    let campaign = Campaign::start(&mut dice).await;
    let account = campaign.run(troubles, commands).await;
    assert_eq!(account.troubles, troubles.len());
    assert!(account.done as u64 + account.refused as u64 >= commands);
    assert!(account.refused > 0, "{account:?}");
    account
}
