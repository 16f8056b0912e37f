//! `Simulation`, on a domain of accounts between which money goes.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use aether::{
    prelude::*,
    simulation::{Client, Defect, Faults, Mishaps, Simulation, seeds},
};

// ------------------------------------------------------------------------------------ the domain

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum TillEvent {
    PaidIn { cents: u64 },
    Sent { to: String, cents: u64 },
    Received { cents: u64 },
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PayIn {
    #[command(id)]
    pub(crate) till: String,
    pub(crate) cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Send {
    #[command(id)]
    pub(crate) till: String,
    pub(crate) to: String,
    pub(crate) cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Receive {
    #[command(id)]
    pub(crate) till: String,
    pub(crate) cents: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("there are only {cents} cents")]
pub(crate) struct TooLittle {
    cents: u64,
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(event = TillEvent, snapshot)]
pub(crate) struct Till {
    pub(crate) cents: u64,
}

#[handlers]
impl Till {
    #[handle]
    fn pay_in(&self, command: PayIn) -> Result<TillEvent, Infallible> {
        let cents = command.cents;
        Ok(TillEvent::PaidIn { cents })
    }

    #[handle]
    fn send(&self, command: Send) -> Result<TillEvent, TooLittle> {
        let Send { to, cents, .. } = command;
        if self.cents < cents {
            return Err(TooLittle { cents: self.cents });
        }
        Ok(TillEvent::Sent { to, cents })
    }

    #[handle]
    fn receive(&self, command: Receive) -> Result<TillEvent, Infallible> {
        let cents = command.cents;
        Ok(TillEvent::Received { cents })
    }

    #[apply]
    fn evolve(&mut self, event: TillEvent) {
        match event {
            TillEvent::PaidIn { cents } | TillEvent::Received { cents } => self.cents += cents,
            // A version check that is left out lets more be sent than there is.
            TillEvent::Sent { cents, .. } => self.cents = self.cents.saturating_sub(cents),
        }
    }
}

#[derive(Policy, Default)]
pub(crate) struct Deliver;

#[handlers]
impl Deliver {
    #[react]
    fn sent(&self, event: &TillEvent) -> Option<Receive> {
        match event {
            TillEvent::Sent { to, cents } => Some(Receive {
                till: to.clone(),
                cents: *cents,
            }),
            TillEvent::PaidIn { .. } | TillEvent::Received { .. } => None,
        }
    }
}

#[derive(Projection, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[projection(snapshot)]
pub(crate) struct Balances {
    pub(crate) cents: BTreeMap<String, u64>,
}

#[handlers]
impl Balances {
    #[apply]
    fn till(&mut self, event: TillEvent, origin: &Origin<'_>) {
        let till = self.cents.entry(origin.actor_id.to_string()).or_default();
        match event {
            TillEvent::PaidIn { cents } | TillEvent::Received { cents } => *till += cents,
            TillEvent::Sent { cents, .. } => *till = till.saturating_sub(cents),
        }
    }
}

bounded_context! {
    /// Moves money.
    pub(crate) Moving {
        aggregates: [Till],
        policies: [Deliver],
        projections: [Balances],
    }
}

// ---------------------------------------------------------------------------------- what is done

const TILLS: [&str; 3] = ["a", "b", "c"];

async fn move_money(mut client: Client) {
    for _ in 0..12 {
        let till = (*client.dice().pick(&TILLS)).to_owned();
        let cents = 1 + client.dice().below(20);
        if client.dice().percent(40) {
            client
                .send(PayIn { till, cents })
                .await
                .expect("money is taken");
        } else {
            let to = (*client.dice().pick(&TILLS)).to_owned();
            // There may be too little.
            let _ = client.send(Send { till, to, cents }).await.is_ok();
        }
        client
            .rest(Duration::ZERO, Duration::from_millis(300))
            .await;
    }
}

fn money(events: &[TillEvent]) -> (u64, u64, u64) {
    let (mut paid, mut sent, mut received) = (0, 0, 0);
    for event in events {
        match event {
            TillEvent::PaidIn { cents } => paid += cents,
            TillEvent::Sent { cents, .. } => sent += cents,
            TillEvent::Received { cents } => received += cents,
        }
    }
    (paid, sent, received)
}

pub(crate) fn moving() -> Simulation {
    Simulation::new()
        .context::<Moving>()
        .nodes(3)
        .clients(3)
        .workload(move_money)
        .invariant("no money comes from nowhere", |world| {
            let (_, sent, received) = money(&world.events::<TillEvent>());
            received <= sent
        })
        .eventually("what is sent arrives", |world| {
            let (_, sent, received) = money(&world.events::<TillEvent>());
            if sent == received {
                Ok(())
            } else {
                Err(format!("{sent} cents were sent, {received} arrived"))
            }
        })
}

#[test]
fn money_that_is_moved_arrives_once_whatever_happens() {
    let report = moving().run(seeds(60)).unwrap();
    println!("{report}");
    assert!(report.mishaps > report.seeds, "{report}");
}

#[test]
fn a_seed_gives_the_very_same_run_again() {
    for seed in seeds(8) {
        let (once, again) = (moving().replay(seed), moving().replay(seed));
        assert_eq!(once.to_string(), again.to_string(), "seed {seed}");
        assert!(once.steps.len() > 50, "{once}");
    }
    assert_ne!(moving().replay(1).digest, moving().replay(2).digest);
}

fn found(simulation: &Simulation, seeds: u64) -> String {
    let failure = simulation.run(0..seeds).expect_err("it is found");
    failure.to_string()
}

#[test]
fn a_server_without_a_version_check_is_found_out() {
    let text = found(&moving().defect(Defect::NoVersionCheck), 20);
    assert!(text.contains("versions have no gaps"), "{text}");
}

#[test]
fn an_actor_that_forgets_which_commands_it_has_handled_is_found_out() {
    let text = found(&moving().defect(Defect::ForgetsCommands), 20);
    assert!(text.contains("no command has its effect twice"), "{text}");
}

#[test]
fn a_checkpoint_that_is_saved_before_its_work_is_done_is_found_out() {
    let text = found(&moving().defect(Defect::CheckpointsAhead), 60);
    assert!(text.contains("what is sent arrives"), "{text}");
}

#[test]
fn a_server_that_loses_what_it_has_acknowledged_is_found_out() {
    let losing = moving().defect(Defect::LosesAcknowledged);
    let mut failures = (0..20).filter_map(|seed| losing.replay(seed).outcome.err());
    // Without what was lost, commands are done again, too: that may be seen first.
    assert!(failures.any(|failure| failure.what == "nothing acknowledged is lost"));
}

#[test]
fn without_faults_nothing_is_found_in_a_sound_domain() {
    let quiet = moving().faults(Faults::none()).mishaps(Mishaps::none());
    let report = quiet.run(0..5).unwrap();
    assert_eq!(report.mishaps, 0);
}
