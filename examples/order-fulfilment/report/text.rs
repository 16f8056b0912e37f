use super::{Outcome, Paint, Report, Seller, Story};
use crate::order_fulfilment::{Cents, ordering::Progress};

const WIDTH: usize = 78;
const BAR: u64 = 18;

impl Report {
    /// The report as text, at most 78 columns wide.
    pub fn text(&self, paint: Paint) -> String {
        let mut page = Page {
            text: String::new(),
            paint,
        };
        page.head(self);
        page.numbers(self);
        if !self.outcomes.is_empty() {
            page.outcomes(self);
        }
        if !self.sellers.is_empty() {
            page.sellers(&self.sellers);
        }
        if !self.events.is_empty() {
            page.events(self);
        }
        if let Some(story) = &self.story {
            page.story(story);
        }
        page.text
    }
}

struct Page {
    text: String,
    paint: Paint,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn title(&mut self, title: &str) {
        let title = self.paint.bold(title);
        self.line(&format!("\n  {title}"));
    }

    fn head(&mut self, report: &Report) {
        let (title, run) = ("From order to delivery", &report.run);
        let aside = format!("seed {}, {}", run.seed, run.store);
        let gap = WIDTH.saturating_sub(4 + title.len() + aside.len()).max(2);
        let (title, aside) = (self.paint.bold(title), self.paint.dim(&aside));
        self.line(&format!("\n  {title}{:gap$}{aside}", ""));
        let rule = self.paint.dim(&"─".repeat(WIDTH - 4));
        self.line(&format!("  {rule}\n"));
    }

    fn numbers(&mut self, report: &Report) {
        let (Outcome { orders, worth }, run) = (report.orders(), &report.run);
        let events: u64 = report.events.values().sum();
        let seconds = run.elapsed.as_secs_f64();
        let a_second = per_second(report.new_commits, run.elapsed);
        let kept = report
            .charged
            .as_u64()
            .saturating_sub(report.refunded.as_u64());
        let rows = [
            ("orders", format!("{orders} worth {worth}")),
            (
                "cards charged",
                format!("{}, {} paid back", report.charged, report.refunded),
            ),
            ("in the till", Cents::new(kept).to_string()),
            (
                "called off too late",
                run.diary.late_cancellations.to_string(),
            ),
            (
                "log",
                format!("{events} events in {} commits", report.commits),
            ),
            (
                "time",
                format!("{seconds:.2} s, {a_second} commits a second"),
            ),
        ];
        for (name, value) in rows {
            let name = self.paint.dim(&format!("{name:<20}"));
            self.line(&format!("  {name} {value}"));
        }
    }

    fn outcomes(&mut self, report: &Report) {
        self.title("How the orders ended");
        let all = report.orders().orders;
        for (progress, outcome) in &report.outcomes {
            let (name, bar) = (name(*progress), bar(outcome.orders, all));
            let bar = self.of_progress(*progress, &format!("{bar:<18}"));
            let Outcome { orders, worth } = outcome;
            let percent = percent(*orders, all);
            self.line(&format!(
                "  {name:<30}{orders:>5} {percent:>3}%  {bar}{worth:>14}"
            ));
        }
    }

    fn of_progress(&self, progress: Progress, text: &str) -> String {
        match progress {
            Progress::Delivered => self.paint.green(text),
            Progress::Placed | Progress::Confirmed | Progress::Dispatched => self.paint.cyan(text),
            Progress::Cancelled => self.paint.yellow(text),
            Progress::Returned | Progress::Rejected => self.paint.red(text),
        }
    }

    fn sellers(&mut self, sellers: &[Seller]) {
        self.title("What sold best");
        for Seller {
            title,
            quantity,
            revenue,
        } in sellers
        {
            self.line(&format!("  {title:<30}{quantity:>5}{revenue:>18}"));
        }
    }

    fn events(&mut self, report: &Report) {
        self.title("Events by type");
        let cells: Vec<_> = report
            .events
            .iter()
            .map(|(event_type, count)| format!("{event_type:<27}{count:>6}"))
            .collect();
        for row in cells.chunks(2) {
            self.line(&format!("  {}", row.join("    ")));
        }
    }

    fn story(&mut self, story: &Story) {
        self.title(&format!("The story of {}", story.order));
        let began = self.paint.dim(&format!("began {}", story.began));
        self.line(&format!("  {began}"));
        for step in &story.steps {
            let after = self
                .paint
                .dim(&format!("{:>7} ms", format!("+{}", step.after.as_millis())));
            let event = self.paint.cyan(&format!("{:<24}", step.event_type));
            let place = self
                .paint
                .dim(&format!("{} at version {}", step.actor, step.version));
            self.line(&format!("  {after}  {event} {place}"));
        }
    }
}

const fn name(progress: Progress) -> &'static str {
    match progress {
        Progress::Placed => "waiting for goods or money",
        Progress::Confirmed => "to be packed tomorrow",
        Progress::Dispatched => "on their way",
        Progress::Delivered => "delivered",
        Progress::Returned => "nobody home, sent back",
        Progress::Rejected => "rejected: no goods or no money",
        Progress::Cancelled => "called off",
    }
}

fn bar(part: u64, all: u64) -> String {
    let cells = (part * BAR).div_ceil(all.max(1));
    "█".repeat(usize::try_from(cells).unwrap_or_default())
}

fn percent(part: u64, all: u64) -> u64 {
    let all = all.max(1);
    (part * 100 + all / 2) / all
}

fn per_second(count: u64, elapsed: std::time::Duration) -> u128 {
    u128::from(count) * 1_000 / elapsed.as_millis().max(1)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use aether::{Position, Timestamp, Version};

    use super::*;
    use crate::order_fulfilment::{
        report::{Run, Step},
        shift::Diary,
    };

    fn report() -> Report {
        let outcome = |orders, euros| Outcome {
            orders,
            worth: Cents::euros(euros),
        };
        Report {
            run: Run {
                seed: 7,
                store: "in memory".to_owned(),
                since: Position::START,
                elapsed: Duration::from_millis(1_250),
                diary: Diary {
                    late_cancellations: 3,
                },
            },
            outcomes: BTreeMap::from([
                (Progress::Confirmed, outcome(20, 1_500)),
                (Progress::Delivered, outcome(170, 12_345)),
                (Progress::Rejected, outcome(9, 800)),
                (Progress::Cancelled, outcome(1, 90)),
            ]),
            sellers: vec![Seller {
                title: "Field notebook, dotted".to_owned(),
                quantity: 84,
                revenue: Cents::new(66_360),
            }],
            events: BTreeMap::from([
                ("OrderPlaced".to_owned(), 200),
                ("OrderConfirmed".to_owned(), 190),
                ("StockShortageDetected".to_owned(), 9),
            ]),
            commits: 399,
            new_commits: 399,
            charged: Cents::euros(13_935),
            refunded: Cents::euros(90),
            story: Some(Story {
                order: "order-0001".to_owned().into(),
                began: Timestamp::UNIX_EPOCH,
                steps: vec![
                    step(0, "OrderPlaced", "Order-order-0001"),
                    step(12, "StockReserved", "Stock-leipzig"),
                ],
            }),
        }
    }

    fn step(millis: u64, event_type: &str, actor: &str) -> Step {
        Step {
            after: Duration::from_millis(millis),
            event_type: event_type.to_owned(),
            actor: actor.to_owned(),
            version: Version::FIRST,
        }
    }

    #[test]
    fn a_report_fits_the_page() {
        let text = report().text(Paint::Plain);
        assert_eq!(text.lines().find(|line| line.chars().count() > WIDTH), None);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colours_change_nothing_but_the_colours() {
        let coloured = report().text(Paint::Colours);
        let mut plain = String::new();
        for part in coloured.split('\u{1b}') {
            let text = part
                .split_once('m')
                .filter(|(code, _)| code.starts_with('['));
            plain.push_str(text.map_or(part, |(_, text)| text));
        }
        assert_ne!(coloured, plain);
        let trimmed = plain.lines().map(str::trim_end);
        assert!(trimmed.eq(report().text(Paint::Plain).lines()));
    }

    #[test]
    fn a_day_without_orders_has_a_report_too() {
        let none = Report {
            outcomes: BTreeMap::new(),
            sellers: Vec::new(),
            events: BTreeMap::new(),
            commits: 0,
            new_commits: 0,
            story: None,
            ..report()
        };
        let text = none.text(Paint::Plain);
        assert!(text.contains("0 worth 0.00 EUR"));
        assert!(!text.contains("What sold best"));
    }
}
