use std::io::{self, IsTerminal as _, Write as _};

use aether_examples::order_fulfilment::{
    report::{Paint, Report},
    shift::Moment,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::{args::Args, failure::Failure, keep::Keep};

/// The terminal, or what stands in its place.
pub(crate) struct Screen {
    paint: Paint,
}

/// Shows how far the day is, if someone is there to see it.
pub(crate) struct Progress(ProgressBar);

impl Screen {
    /// Colours on a terminal, unless `NO_COLOR` is set.
    pub(crate) fn new() -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colours = io::stdout().is_terminal() && !no_colour;
        Self {
            paint: if colours {
                Paint::Colours
            } else {
                Paint::Plain
            },
        }
    }

    /// A bar on standard error; nothing, if that is no terminal.
    pub(crate) fn progress(&self, orders: usize) -> Progress {
        let colour = match self.paint {
            Paint::Colours => ".cyan",
            Paint::Plain => "",
        };
        let template = format!("  {{msg:18}} {{bar:36{colour}}} {{pos}} of {{len}} orders");
        let bar = ProgressBar::new(orders as u64);
        let style = ProgressStyle::with_template(&template);
        Progress(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    pub(crate) fn show(&self, report: &Report) -> Result<(), Failure> {
        Ok(io::stdout()
            .lock()
            .write_all(report.text(self.paint).as_bytes())?)
    }

    /// Says what is left of the day.
    pub(crate) fn farewell(&self, args: &Args, keep: &Keep) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let board = self.paint.bold(&args.board.display().to_string());
        writeln!(out, "\n  The board of the domain is in {board}.")?;
        if let Some((kind, name)) = keep.rest() {
            writeln!(out, "  The events stay {kind} {}.", self.paint.bold(&name))?;
        }
        Ok(writeln!(out)?)
    }

    /// Tells on standard error what went wrong and what can be done.
    pub(crate) fn tell(failure: &Failure) {
        let mut lines = failure.lines();
        lines.extend(failure.advice().map(|advice| format!("to do: {advice}")));
        // Where standard error is closed, nobody is left to tell.
        let _told = writeln!(io::stderr().lock(), "{}", lines.join("\n  "));
    }
}

impl Progress {
    pub(crate) fn note(&self, moment: Moment) {
        match moment {
            Moment::Hour(clock) => self.0.set_message(format!("{clock:02}:00 open")),
            Moment::Packing => self.0.set_message("packing parcels"),
            Moment::Served => self.0.inc(1),
        }
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
