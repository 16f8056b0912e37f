use crate::{Outcome, appending, fixture::Fixture, reading, rounds::Rounds};

/// The same with three replicas, which share the processors of one machine.
pub(crate) async fn compare(rounds: &Rounds) -> Outcome {
    let cases = [
        ("three replicas: append, one at a time", [1, 300, 1]),
        ("three replicas: append, 256 in flight", [256, 20, 1]),
        (
            "three replicas: commits of 10 events, 32 in flight",
            [32, 40, 10],
        ),
        (
            "three replicas: commits of 100 events, 32 in flight",
            [32, 10, 100],
        ),
    ];
    let transaction = "three replicas: transaction over two actors";
    let load = "three replicas: load of 1,000 messages";
    let mut all = cases
        .iter()
        .map(|(what, _)| what)
        .chain([&transaction, &load]);
    if !all.any(|what| rounds.wants(what)) {
        return Ok(());
    }
    let fixture = Fixture::replicated().await?;
    for (what, [width, length, events]) in cases {
        let size = [width, rounds.scaled(length), events];
        appending::append(rounds, &fixture, what, size).await?;
    }
    appending::transact(rounds, &fixture, transaction, rounds.scaled(100)).await?;
    reading::load_of_1000(rounds, &fixture, load).await
}
