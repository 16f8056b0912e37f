//! The program, as someone at a terminal or a script meets it.

#[cfg(test)]
mod tests {
    use std::{
        net::TcpListener,
        path::Path,
        process::{Command, Output},
    };

    use aether_examples::order_fulfilment::board;

    fn run(folder: &Path, args: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_order-fulfilment"));
        program.current_dir(folder).args(args).output().unwrap()
    }

    fn said(output: &[u8]) -> String {
        String::from_utf8(output.to_vec()).unwrap()
    }

    #[test]
    fn a_day_ends_with_a_report_and_the_board() {
        let folder = tempfile::tempdir().unwrap();
        let output = run(folder.path(), &["--orders", "30", "--seed", "5"]);
        assert!(output.status.success(), "{output:?}");
        let (report, complaints) = (said(&output.stdout), said(&output.stderr));
        assert!(report.contains("seed 5, on disk"), "{report}");
        assert!(
            report.contains("orders               30 worth "),
            "{report}"
        );
        assert!(report.contains("The story of order-00"), "{report}");
        assert!(
            report.contains("The board of the domain is in board.svg."),
            "{report}"
        );
        assert!(
            !report.contains('\u{1b}'),
            "no colours where there is no terminal"
        );
        assert_eq!(complaints, "");
        let drawn = std::fs::read_to_string(folder.path().join("board.svg")).unwrap();
        assert!(drawn == board().svg());
    }

    #[test]
    fn a_day_in_a_folder_stays_and_is_not_worked_twice() {
        let folder = tempfile::tempdir().unwrap();
        let args = ["--orders", "20", "--data", "events"];
        let first = run(folder.path(), &args);
        assert!(first.status.success(), "{first:?}");
        let stays = "The events stay in the folder events.";
        assert!(said(&first.stdout).contains(stays), "{first:?}");
        let again = run(folder.path(), &args);
        assert!(again.status.success(), "{again:?}");
        assert_eq!(length(&said(&again.stdout)), length(&said(&first.stdout)));
    }

    /// What the report says of the log.
    fn length(report: &str) -> &str {
        let line = report
            .lines()
            .find(|line| line.trim_start().starts_with("log "));
        line.expect("the report tells how long the log is")
    }

    #[test]
    fn a_folder_that_is_a_file_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("events"), "").unwrap();
        let output = run(folder.path(), &["--orders", "1", "--data", "events"]);
        assert_eq!(output.status.code(), Some(1));
        let complaints = said(&output.stderr);
        assert!(
            complaints.starts_with("the events cannot be kept in events\n"),
            "{complaints}"
        );
        assert!(
            complaints.contains("to do: choose another folder"),
            "{complaints}"
        );
    }

    #[test]
    fn a_server_out_of_reach_is_named_with_what_to_do() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("nats://{}", nobody.local_addr().unwrap());
        drop(nobody);
        let folder = tempfile::tempdir().unwrap();
        let output = run(folder.path(), &["--nats", &url]);
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(said(&output.stdout), "");
        let complaints = said(&output.stderr);
        let first = format!("the events cannot be kept at {url}\n");
        assert!(complaints.starts_with(&first), "{complaints}");
        assert!(
            complaints.contains("to do: start a NATS server"),
            "{complaints}"
        );
    }

    #[test]
    fn a_board_that_cannot_be_written_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let output = run(
            folder.path(),
            &["--orders", "1", "--board", "nowhere/board.svg"],
        );
        assert_eq!(output.status.code(), Some(1));
        let complaints = said(&output.stderr);
        let first = "the board cannot be written to nowhere/board.svg\n";
        assert!(complaints.starts_with(first), "{complaints}");
    }

    #[test]
    fn arguments_that_make_no_sense_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for args in [
            &["--orders", "many"][..],
            &["--namespace", "alone"],
            &["--data", "events", "--nats", "nats://127.0.0.1:1"],
            &["--unknown"],
        ] {
            let output = run(folder.path(), args);
            assert_eq!(output.status.code(), Some(2), "{args:?}");
        }
    }
}
