//! The command line that a program makes of its own contexts.

#[cfg(test)]
mod domain;

#[cfg(test)]
mod tests {
    use std::{
        num::NonZeroU64,
        process::{Command, Stdio},
    };

    use aether::{
        ActorSnapshot, Checkpoint, CheckpointStore as _, EmbeddedEventStore, Event,
        EventStoreExt as _, Payload, ReaderState, SnapshotStore as _,
        runtime::{Aether, SnapshotPolicy, projections},
    };
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use crate::domain::{Brew, CupsBrewed, Kitchen, Strain};

    /// A folder with a store in it.
    struct Room(TempDir);

    impl Room {
        /// After a cup that was brewed twice and strained, and one that waits.
        async fn after_tea() -> Self {
            let room = Self(tempfile::tempdir().unwrap());
            let aether = Aether::builder()
                .store(room.open().await)
                .context::<Kitchen>()
                .snapshots(SnapshotPolicy::every(NonZeroU64::new(2).unwrap()))
                .start()
                .await
                .unwrap();
            let cup = || "mine".to_owned();
            for degrees in [70, 95] {
                let brew = Brew {
                    cup: cup(),
                    degrees,
                };
                aether.send(brew).await.unwrap();
            }
            aether.send(Strain { cup: cup() }).await.unwrap();
            let cup = "yours".to_owned();
            aether.send(Brew { cup, degrees: 80 }).await.unwrap();
            aether.settled().await.unwrap();
            aether.shutdown().await;
            room
        }

        async fn open(&self) -> EmbeddedEventStore {
            EmbeddedEventStore::open(self.0.path()).await.unwrap()
        }

        /// Runs the program, and wants it to end with this code.
        fn ends(&self, code: i32, args: &[&str]) -> (String, String) {
            let store = format!("embedded:{}", self.0.path().display());
            let mut program = Command::new(env!("CARGO_BIN_EXE_tea"));
            let program = program.args(args).args(["--store", &store]);
            let output = program.stdin(Stdio::null()).output().unwrap();
            let [out, err] =
                [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
            assert_eq!(output.status.code(), Some(code), "{out}{err}");
            (out, err)
        }

        fn rows(&self, args: &[&str]) -> Vec<Value> {
            let (out, _) = self.ends(0, &[args, &["--json"]].concat());
            let rows = out.lines().map(|line| serde_json::from_str(line).unwrap());
            rows.collect()
        }
    }

    #[tokio::test]
    async fn a_state_is_folded_at_any_version() {
        let room = Room::after_tea().await;
        let state = |version: &str| {
            let rows = room.rows(&["actor", "state", "Cup.mine", "--at", version]);
            (rows[0]["version"].clone(), rows[0]["state"].clone())
        };
        let brewed = |degrees| json!({ "degrees": degrees, "strained": false });
        assert_eq!(state("1"), (json!(1), brewed(70)));
        assert_eq!(state("2"), (json!(2), brewed(95)));
        let strained = json!({ "degrees": 95, "strained": true });
        assert_eq!(state("9"), (json!(3), strained));
        let (out, _) = room.ends(0, &["actor", "state", "Cup.yours"]);
        assert_eq!(
            out,
            "Cup.yours at version 1\n{\n  \"degrees\": 80,\n  \"strained\": false\n}\n"
        );
        let rows = room.rows(&["actor", "state", "Tally.all"]);
        assert_eq!(rows[0]["state"], json!({ "cups": 3 }));
        let (_, err) = room.ends(1, &["actor", "state", "Cup.none"]);
        assert_eq!(err, "`Cup.none` has no events\n");
    }

    #[tokio::test]
    async fn what_each_event_changed_is_shown() {
        let room = Room::after_tea().await;
        let (out, _) = room.ends(0, &["actor", "state", "Cup.mine", "--diff", "--at", "3"]);
        let changes: Vec<_> = out.lines().filter(|line| line.contains(" -> ")).collect();
        assert_eq!(
            changes,
            [
                "        degrees: null -> 70",
                "        degrees: 70 -> 95",
                "        strained: false -> true",
            ]
        );
        let rows = room.rows(&["actor", "state", "Cup.mine", "--diff"]);
        assert_eq!((rows.len(), &rows[2]["type"]), (4, &json!("Strained")));
        let change = json!([{ "place": "strained", "before": false, "after": true }]);
        assert_eq!(rows[2]["changes"], change);
    }

    #[tokio::test]
    async fn timers_and_followers_are_known_from_the_contexts() {
        let room = Room::after_tea().await;
        let rows = room.rows(&["timers"]);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (&row["of"], &row["command"]))
            .collect();
        let (of, mine, yours) = (
            json!("Steeping"),
            json!("Strain mine"),
            json!("Strain yours"),
        );
        // That of the second brewing took the place of the first one's.
        assert_eq!(told, [(&of, &mine), (&of, &yours)]);
        let rows = room.rows(&["followers"]);
        let names: Vec<_> = rows
            .iter()
            .map(|row| (&row["kind"], &row["name"]))
            .collect();
        assert!(
            names.contains(&(&json!("policy"), &json!("CountCups"))),
            "{names:?}"
        );
        assert!(
            names.contains(&(&json!("process"), &json!("Steeping"))),
            "{names:?}"
        );
        let lags = rows.iter().map(|row| row["lag"].as_u64().unwrap());
        assert_eq!(lags.sum::<u64>(), 0);
    }

    /// What is kept says what cannot be, as if a build before had been wrong.
    async fn mislead(room: &Room) {
        let store = room.open().await;
        let kept = projections::kept(&store).await.unwrap().remove(0);
        let key = format!(
            "projection/CupsBrewed/{:016x}/{}",
            kept.schema, kept.generation
        );
        let wrong = CupsBrewed {
            cups: 999,
            hottest: 0,
        };
        let data = Payload::of(&wrong).unwrap();
        let schema_hash = kept.schema;
        let wrong = Checkpoint {
            position: kept.position,
            state: Some(ReaderState { schema_hash, data }),
        };
        store.save_checkpoint(&key, wrong).await.unwrap();
    }

    async fn brewed(room: &Room) -> (u32, u32) {
        let builder = Aether::builder().store(room.open().await);
        let aether = builder.context::<Kitchen>().start().await.unwrap();
        let brewed = aether.read::<CupsBrewed>().await.unwrap();
        let seen = (brewed.cups, brewed.hottest);
        drop(brewed);
        aether.shutdown().await;
        seen
    }

    #[tokio::test]
    async fn a_projection_is_built_anew_at_once_and_without_a_runtime() {
        let room = Room::after_tea().await;
        mislead(&room).await;
        assert_eq!(brewed(&room).await, (999, 0));
        let rows = room.rows(&["projections", "rebuild", "CupsBrewed", "--yes"]);
        assert_eq!(
            rows,
            [json!({ "name": "CupsBrewed", "generation": 1, "done": true })]
        );
        let rows = room.rows(&["projections", "list"]);
        assert_eq!(
            (&rows[0]["generation"], &rows[0]["rebuild"], &rows[0]["lag"]),
            (&json!(1), &Value::Null, &json!(0))
        );
        assert_eq!(brewed(&room).await, (3, 95));
    }

    #[tokio::test]
    async fn a_rebuild_that_fails_says_why_and_so_does_the_list_until_it_is_taken_back() {
        let room = Room::after_tea().await;
        let bad = Event::new("Cup.bad", 1, "Brewed", &"no cup").unwrap();
        let store = room.open().await;
        store.save(bad).await.unwrap();
        drop(store);
        let why = "event 1 of `Cup.bad` at position ";
        let (_, err) = room.ends(1, &["projections", "rebuild", "CupsBrewed", "--yes"]);
        assert!(err.contains(why), "{err}");
        let rows = room.rows(&["projections", "list"]);
        let failure = &rows[0]["rebuild"]["failure"];
        assert!(failure.as_str().unwrap().starts_with(why), "{failure}");
        let (out, _) = room.ends(0, &["projections", "list"]);
        assert!(out.contains("could not be built anew: event 1 of"), "{out}");
        room.ends(0, &["projections", "cancel", "CupsBrewed"]);
        let rows = room.rows(&["projections", "list"]);
        assert_eq!(rows[0]["rebuild"], Value::Null);
    }

    #[tokio::test]
    async fn a_snapshot_that_is_not_what_the_log_gives_is_found() {
        let room = Room::after_tea().await;
        let rows = room.rows(&["verify"]);
        assert_eq!(
            (&rows[0]["findings"], &rows[0]["left_aside"]),
            (&json!(0), &json!(0))
        );
        assert!(rows[0]["snapshots"].as_u64() > Some(0), "{}", rows[0]);
        assert!(rows[0]["replayed"].as_u64() >= Some(2), "{}", rows[0]);

        let store = room.open().await;
        let cup = "Cup.mine".parse().unwrap();
        let kept = store
            .snapshot(&cup)
            .await
            .unwrap()
            .expect("a snapshot was taken");
        let state = Payload::of(&json!({ "degrees": 1, "strained": false })).unwrap();
        let other = ActorSnapshot {
            schema_hash: !kept.schema_hash,
            ..kept.clone()
        };
        store.save_snapshot(other).await.unwrap();
        store
            .save_snapshot(ActorSnapshot { state, ..kept })
            .await
            .unwrap();
        drop(store);
        let (out, err) = room.ends(1, &["verify"]);
        let said = "`Cup.mine` at version ";
        assert!(
            out.contains(said) && out.contains("by its snapshot: state.degrees: "),
            "{out}"
        );
        assert!(err.contains(" findings"), "{err}");
    }
}
