use serde_json::{Value, json};

use super::*;

const ONE: LineId = LineId(1);
const OTHER: LineId = LineId(2);
const ANSWERS: u64 = 1;

/// Servers with two clients, and what the first of them is told.
struct Scene {
    servers: NatsServers,
    now: Duration,
}

impl Scene {
    fn new(count: usize) -> Self {
        let (servers, now) = (NatsServers::new(count, Dice::of(3)), Duration::ZERO);
        let mut scene = Self { servers, now };
        for line in [ONE, OTHER] {
            scene.step(NatsInput::Connect(line, Some(0)));
            scene.step(NatsInput::Subscribe {
                line,
                number: ANSWERS,
                subject: format!("answer.{}", line.0),
                queue: None,
            });
        }
        scene
    }

    fn step(&mut self, input: NatsInput) -> Vec<NatsOutput> {
        self.servers.step(self.now, input)
    }

    /// Lets time go on; gives what follows.
    fn pass(&mut self, duration: Duration) -> Vec<NatsOutput> {
        self.now += duration;
        self.step(NatsInput::Tick)
    }

    /// What a client is answered by now, as JSON.
    fn ask(&mut self, line: LineId, subject: &str, payload: &Value) -> Option<Value> {
        let message = NatsMessage::new(subject, payload.to_string());
        let message = message.reply_to(format!("answer.{}", line.0));
        answer(&self.step(NatsInput::Publish { line, message }))
    }

    fn make(&mut self, settings: &Value) {
        let mut config = json!({"name": "S", "subjects": ["s.>"]});
        let settings = settings.as_object().cloned().unwrap_or_default();
        config.as_object_mut().unwrap().extend(settings);
        let made = self.ask(ONE, "$JS.API.STREAM.CREATE.S", &config).unwrap();
        assert!(made.get("error").is_none(), "{made}");
    }

    fn store(&mut self, line: LineId, message: NatsMessage) -> Vec<NatsOutput> {
        let message = message.reply_to(format!("answer.{}", line.0));
        self.step(NatsInput::Publish { line, message })
    }
}

fn answer(told: &[NatsOutput]) -> Option<Value> {
    let answers = told.iter().filter_map(|output| {
        let NatsOutput::Received { message, .. } = output else {
            return None;
        };
        serde_json::from_slice(&message.payload).ok()
    });
    answers.last()
}

#[test]
fn the_same_seed_gives_the_same_and_another_one_another() {
    let play = |seed| {
        let mut servers = NatsServers::new(3, Dice::of(seed));
        let mut told = Vec::new();
        servers.step(
            Duration::ZERO,
            NatsInput::Faults(NatsFaults::usual().slow(20)),
        );
        for (line, millis) in [ONE, OTHER].into_iter().cycle().zip(0..200) {
            let now = Duration::from_millis(millis);
            told.extend(servers.step(now, NatsInput::Connect(line, None)));
            told.extend(servers.step(
                now,
                NatsInput::Subscribe {
                    line,
                    number: 1,
                    subject: ">".to_owned(),
                    queue: Some("q".to_owned()),
                },
            ));
            let message = NatsMessage::new("a", millis.to_string());
            told.extend(servers.step(now, NatsInput::Publish { line, message }));
        }
        told
    };
    assert_eq!(play(1), play(1));
    assert_ne!(play(1), play(2));
}

#[test]
fn what_takes_time_arrives_when_it_is_due_and_in_order() {
    let mut scene = Scene::new(1);
    let faults = NatsFaults::none().delay(Duration::from_millis(50));
    scene.step(NatsInput::Faults(faults));
    for number in 0..20 {
        let message = NatsMessage::new("answer.2", number.to_string());
        scene.step(NatsInput::Publish { line: ONE, message });
    }
    let mut told = Vec::new();
    while let Some(at) = scene.servers.next_wake() {
        scene.now = at;
        told.extend(scene.step(NatsInput::Tick));
    }
    assert!(scene.now > Duration::from_millis(20));
    let told: Vec<_> = told
        .iter()
        .map(|it| answer(std::slice::from_ref(it)))
        .collect();
    assert_eq!(told, (0..20).map(|it| Some(json!(it))).collect::<Vec<_>>());
}

#[test]
fn a_stale_replica_shows_what_was_there_a_while_ago_and_the_leader_never_does() {
    let mut scene = Scene::new(3);
    scene.make(&json!({"num_replicas": 3, "allow_direct": true, "max_msgs_per_subject": 1}));
    scene.step(NatsInput::Faults(NatsFaults::none().stale(100)));
    for number in 1..=20 {
        let told = scene.store(ONE, NatsMessage::new("s.a", number.to_string()));
        assert_eq!(answer(&told).unwrap()["seq"], number);
    }
    let (mut seen, wish) = (BTreeSet::new(), json!({"last_by_subj": "s.a"}));
    for _ in 0..100 {
        let led = scene.ask(ONE, "$JS.API.STREAM.MSG.GET.S", &wish).unwrap();
        assert_eq!(led["message"]["seq"], 20);
        let found = scene.ask(ONE, "$JS.API.DIRECT.GET.S", &wish);
        seen.insert(found.and_then(|it| it.as_u64()));
    }
    assert!(seen.len() > 5, "{seen:?}");
    assert!(
        seen.contains(&Some(20)) || seen.contains(&Some(19)),
        "{seen:?}"
    );
}

#[test]
fn a_lost_answer_leaves_the_message_stored() {
    let mut scene = Scene::new(1);
    scene.make(&json!({}));
    scene.step(NatsInput::Faults(NatsFaults::none().lost_acks(100)));
    assert_eq!(scene.store(ONE, NatsMessage::new("s.a", "1")), []);
    assert_eq!(scene.servers.stored("S").len(), 1);
}

#[test]
fn who_is_blind_is_told_nothing_of_a_stream_and_everything_else() {
    let mut scene = Scene::new(1);
    scene.make(&json!({"republish": {"src": "s.>", "dest": "answer.>"}}));
    let blind = LineMishap::Blind(Duration::from_secs(10));
    scene.step(NatsInput::Line(OTHER, blind));
    scene.step(NatsInput::Publish {
        line: ONE,
        message: NatsMessage::new("s.2", "7"),
    });
    let told = NatsMessage::new("answer.2", "8");
    let heard = scene.step(NatsInput::Publish {
        line: ONE,
        message: told,
    });
    assert_eq!(answer(&heard), Some(json!(8)));
    scene.pass(Duration::from_secs(10));
    let heard = scene.step(NatsInput::Publish {
        line: ONE,
        message: NatsMessage::new("s.2", "9"),
    });
    assert_eq!(answer(&heard), Some(json!(9)));
}

#[test]
fn what_a_leader_had_accepted_when_it_died_is_stored_or_not_and_not_acknowledged() {
    let mut stored = BTreeSet::new();
    for seed in 0..20 {
        let mut scene = Scene::new(3);
        scene.servers.dice = Dice::of(seed);
        scene.make(&json!({"num_replicas": 3}));
        let faults = NatsFaults::none().delay(Duration::from_millis(50));
        let leader = scene.servers.leader("S").unwrap();
        scene.servers.faults = faults;
        for number in 0..3 {
            scene
                .servers
                .offer("S", NatsMessage::new("s.a", number.to_string()));
        }
        scene.step(NatsInput::Server(leader, ServerMishap::Kill));
        let told = scene.pass(Duration::from_secs(10));
        assert_eq!(answer(&told), None);
        assert!(scene.servers.leader("S").is_some_and(|it| it != leader));
        stored.insert(scene.servers.stored("S").len());
    }
    assert!(stored.len() > 1, "{stored:?}");
}

#[test]
fn two_of_three_servers_that_are_gone_decide_nothing() {
    let mut scene = Scene::new(3);
    scene.make(&json!({"num_replicas": 3}));
    for server in [1, 2] {
        scene.step(NatsInput::Server(server, ServerMishap::Kill));
    }
    scene.pass(Duration::from_mins(1));
    assert_eq!(scene.ask(ONE, "$JS.API.STREAM.INFO.S", &json!({})), None);
    assert_eq!(
        answer(&scene.store(ONE, NatsMessage::new("s.a", "1"))),
        None
    );
    scene.step(NatsInput::Server(1, ServerMishap::Start));
    scene.pass(Duration::from_mins(1));
    let told = scene.store(ONE, NatsMessage::new("s.a", "1"));
    assert_eq!(answer(&told).unwrap()["seq"], 1);
}

#[test]
fn a_batch_that_is_not_gone_on_with_is_given_up() {
    let mut scene = Scene::new(1);
    scene.make(&json!({"allow_atomic": true}));
    let part = |number: u64| {
        let message = NatsMessage::new("s.a", number.to_string());
        message
            .with("Nats-Batch-Id", "b")
            .with("Nats-Batch-Sequence", number)
    };
    scene.store(ONE, part(1));
    scene.pass(Duration::from_secs(11));
    let told = scene.store(ONE, part(2).with("Nats-Batch-Commit", 1));
    assert_eq!(answer(&told).unwrap()["error"]["err_code"], 10_176);
}

#[test]
fn a_setting_that_is_not_done_here_is_refused() {
    let mut scene = Scene::new(1);
    for (name, value) in [
        ("max_age", json!(1)),
        ("mirror", json!({"name": "T"})),
        ("retention", json!("workqueue")),
        ("max_bytes", json!(7)),
    ] {
        let mut config = json!({"name": "S", "subjects": ["s"]});
        config[name] = value;
        let made = scene.ask(ONE, "$JS.API.STREAM.CREATE.S", &config).unwrap();
        assert_eq!(made["error"]["err_code"], 10_052, "{name}");
    }
}

#[test]
fn when_all_is_healed_servers_and_connections_are_whole() {
    let mut scene = Scene::new(3);
    scene.make(&json!({"num_replicas": 3}));
    scene.step(NatsInput::Faults(NatsFaults::usual().lost_acks(100)));
    scene.step(NatsInput::Server(1, ServerMishap::Kill));
    scene.step(NatsInput::Server(2, ServerMishap::Freeze));
    scene.step(NatsInput::Line(ONE, LineMishap::Mute));
    scene.step(NatsInput::Line(OTHER, LineMishap::Hold));
    scene.pass(Duration::from_secs(1));
    scene.step(NatsInput::Heal);
    scene.pass(Duration::from_secs(20));
    let told = scene.store(ONE, NatsMessage::new("s.a", "1"));
    assert!(answer(&told).unwrap()["seq"].as_u64() >= Some(1));
    let message = NatsMessage::new("answer.2", "5");
    let heard = scene.step(NatsInput::Publish { line: ONE, message });
    assert_eq!(answer(&heard), Some(json!(5)));
}

#[test]
fn a_client_whose_process_is_gone_is_nobody_though_it_has_not_said_so() {
    let mut scene = Scene::new(1);
    let question = || NatsMessage::new("answer.2", "");
    assert_eq!(scene.store(ONE, question()).len(), 1);
    scene.step(NatsInput::Close(OTHER));
    let told = scene.store(ONE, question());
    let [NatsOutput::Received { line, message, .. }] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((*line, message.status), (ONE, Some(503)));
}
