use aether::cluster::{
    NodeId, Shard, ShardCount,
    nats::{
        AskError, AskReply, BegunShard, ClusterErrorKind, ClusterManager, ClusterOptions,
        ReceivedAsk, ShardHandler,
    },
};
use aether_tests::harness::NatsServer;
use async_nats::jetstream::{self, stream::Config};
use bytes::Bytes;
use tokio::time::Duration;

/// Answers what it was asked.
struct Echo;

impl ShardHandler for Echo {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: Shard) {}

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(ask.payload)
    }
}

async fn join(options: ClusterOptions, url: &str) -> Result<ClusterManager, ClusterErrorKind> {
    let joined = options.join(url, NodeId::new("a").unwrap(), Echo).await;
    joined.map_err(|err| err.kind())
}

fn few() -> ShardCount {
    ShardCount::new(16).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_alone_has_all_shards_answers_and_leaves() {
    let server = NatsServer::start().await;
    let options = ClusterOptions::new("echo").shards(few());
    let node = join(options.clone(), &server.url()).await.unwrap();
    assert!(node.ready().await);
    let client = options.client(&server.url()).await.unwrap();
    let answer = client
        .ask("Echo", "e", "hello", Duration::from_secs(10))
        .await;
    assert_eq!(answer.unwrap(), Bytes::from("hello"));
    let answer = node
        .client()
        .ask("Echo", "e", "self", Duration::from_secs(10))
        .await;
    assert_eq!(answer.unwrap(), Bytes::from("self"));
    assert_eq!(node.status().shards, 16);
    assert_eq!(node.status().leader, Some(node.status().process));
    node.leave().await;
    let unanswered = client
        .ask("Echo", "e", "who?", Duration::from_millis(200))
        .await;
    // It may be on its way to nobody at the very moment when its time is over.
    assert!(matches!(
        unanswered,
        Err(AskError::NotTaken | AskError::InDoubt)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cluster_cannot_work_with_is_said() {
    let mut server = NatsServer::start().await;
    let url = server.url();
    let options = || ClusterOptions::new("c").shards(few());
    let missing = options().client(&url).await.unwrap_err();
    assert_eq!(missing.kind(), ClusterErrorKind::Missing, "{missing}");

    let node = join(options(), &url).await.unwrap();
    assert!(node.ready().await);
    let other = join(ClusterOptions::new("c"), &url).await.unwrap_err();
    assert_eq!(other, ClusterErrorKind::Misconfigured);
    node.leave().await;

    let context = jetstream::new(async_nats::connect(&url).await.unwrap());
    let forgetful = Config {
        name: "KV_AE_d".to_owned(),
        subjects: vec!["$KV.AE_d.>".to_owned()],
        ..Config::default()
    };
    context.create_stream(forgetful).await.unwrap();
    let wrong = join(ClusterOptions::new("d"), &url).await.unwrap_err();
    assert_eq!(wrong, ClusterErrorKind::Misconfigured);

    server.kill();
    let dead = join(options(), &url).await.unwrap_err();
    assert_eq!(dead, ClusterErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_may_not_do_what_a_node_does_is_told_so() {
    let server = NatsServer::with(
        r#"jetstream { store_dir: "STORE" }
        authorization { users: [{ user: u, password: p, permissions: {
            publish: { deny: ["$KV.AE_c.>"] } } }] }"#,
    )
    .await;
    let url = server.url().replace("nats://", "nats://u:p@");
    let options = ClusterOptions::new("c").shards(few());
    let denied = join(options, &url).await.unwrap_err();
    assert_eq!(denied, ClusterErrorKind::NotPermitted);
}
