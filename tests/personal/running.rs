use aether::{
    EventStore as _, EventStoreExt as _, InMemoryEventStore, Position, Store,
    personal::{KeyStore, Personal},
    runtime::{Aether, StartError},
};

use crate::{
    customers::{AddressBook, ChangeTariff, Customer, Customers, Letter, Register},
    world::{World, embedded, memory, nats, subject},
};

fn register(customer: &str, name: &str) -> Register {
    Register {
        customer: customer.to_owned(),
        name: name.to_owned().into(),
        street: Some(format!("{name} Street")),
    }
}

async fn a_domain_runs_forgets_and_replays<S, K, G>(world: World<S, K, G>)
where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    let builder = Aether::builder().store(store.clone());
    let aether = builder.context::<Customers>().start().await.unwrap();
    aether.send(register("7", "Ada L.")).await.unwrap();
    aether.send(register("8", "Bob M.")).await.unwrap();
    aether.settled().await.unwrap();
    let letter = aether.load::<Letter>("welcome-7").await.unwrap();
    assert_eq!(
        letter.text,
        Some(Personal::Known("Welcome, Ada L.!".to_owned()))
    );
    assert_eq!(
        aether.read::<AddressBook>().await.unwrap().names["7"],
        "Ada L."
    );
    let log = world.log().await;
    assert!(!log.contains("Ada L.") && !log.contains("Bob M."), "{log}");

    store.forget(&subject("7")).await.unwrap();
    // The running projection is made anew before it is read again.
    let book = aether.read::<AddressBook>().await.unwrap();
    assert_eq!(
        (&*book.names["7"], &*book.names["8"]),
        ("someone", "Bob M.")
    );
    drop(book);
    let customer = aether.load::<Customer>("7").await.unwrap();
    assert_eq!(customer.name, Some(Personal::Forgotten));
    let letter = aether.load::<Letter>("welcome-7").await.unwrap();
    assert_eq!(letter.text, Some(Personal::Forgotten));
    // Life goes on, for the forgotten one as well.
    for customer in ["7", "8"] {
        let (customer, tariff) = (customer.to_owned(), "plus".to_owned());
        aether
            .send(ChangeTariff { customer, tariff })
            .await
            .unwrap();
    }
    aether.settled().await.unwrap();
    // The process manager has not kept the name in mind either.
    let farewell = aether.load::<Letter>("farewell-someone-7").await.unwrap();
    assert_eq!(farewell.text, Some(Personal::Forgotten));
    let farewell = aether.load::<Letter>("farewell-known-8").await.unwrap();
    assert_eq!(farewell.text, Some("Farewell, Bob M.!".to_owned().into()));
    let log = world.log().await;
    assert!(
        log.contains("aether.received") && !log.contains("Bob M."),
        "{log}"
    );
    assert!(aether.send(register("7", "Ada L.")).await.is_err());
    aether.shutdown().await;

    let builder = Aether::builder().store(world.open().await);
    let again = builder.context::<Customers>().start().await.unwrap();
    let head = world.store.head().await.unwrap();
    again.settled().await.unwrap();
    let customer = again.load::<Customer>("7").await.unwrap();
    assert_eq!(
        (customer.name.clone(), &*customer.tariff),
        (Some(Personal::Forgotten), "plus")
    );
    assert_eq!(
        again.read::<AddressBook>().await.unwrap().names["7"],
        "someone"
    );
    // Nothing was done twice.
    assert_eq!(world.store.head().await.unwrap(), head);
    again.shutdown().await;
}

#[tokio::test]
async fn in_memory() {
    a_domain_runs_forgets_and_replays(memory().await).await;
}

#[tokio::test]
async fn in_a_folder() {
    a_domain_runs_forgets_and_replays(embedded().await).await;
}

#[tokio::test]
async fn on_a_server() {
    a_domain_runs_forgets_and_replays(nats().await).await;
}

#[tokio::test]
async fn a_domain_with_personal_data_does_not_start_on_a_store_that_keeps_it_in_the_clear() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let err = builder.context::<Customers>().start().await.unwrap_err();
    let StartError::PersonalInTheClear { item } = err else {
        panic!("{err}");
    };
    assert_eq!(item, "CustomerRegistered");
}

#[tokio::test]
async fn commands_that_a_commit_asks_for_are_encrypted_with_it() {
    use aether::{CommandId, OutgoingCommand, Payload, Timer, Timestamp};
    let world = memory().await;
    let store = world.open().await;
    let asked = |key: &str| OutgoingCommand {
        id: CommandId::new(),
        command: "Register".into(),
        key: key.to_owned(),
        data: Payload::of(&register(key, "Ada L.")).unwrap(),
    };
    let timer = Timer {
        key: "later".to_owned(),
        due: Timestamp::UNIX_EPOCH,
        command: asked("8"),
    };
    let registered = crate::world::registered("7", "Ada L.");
    let commit = crate::world::commit(&crate::world::customer("7"), 1, &registered);
    let commit = commit
        .asking(asked("7"))
        .setting(timer)
        .cancelling("sooner");
    store.append(commit.clone()).await.unwrap();
    // The street is not marked in the command, and so stays as it is.
    let log = world.log().await.replace("Ada L. Street", "");
    assert!(!log.contains("Ada L."), "{log}");
    assert_eq!(store.log(Position::START).await.unwrap()[0].commit, commit);
    store.forget(&subject("8")).await.unwrap();
    let log = format!("{:?}", store.log(Position::START).await.unwrap());
    assert_eq!(
        log.matches(r#"\"name\":{\"$forgotten\":true}"#).count(),
        1,
        "{log}"
    );
}
