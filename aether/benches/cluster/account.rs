use std::{
    fmt::{self, Debug, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// What a process says that it does, and when: microseconds since 1970, which all processes of the
/// machine count alike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account(Arc<Mutex<Vec<Line>>>);

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: u64,
    /// Whether it is of a single command.
    pub(crate) is_fine: bool,
    pub(crate) text: String,
}

/// The longest line that is kept whole.
const WIDTH: usize = 160;

impl Account {
    /// Begins to listen in this process, also to what becomes of each command if that is wanted.
    pub(crate) fn begin(is_fine: bool) -> Self {
        let account = Self::default();
        let level = if is_fine { Level::TRACE } else { Level::DEBUG };
        let listener = Listener {
            account: account.clone(),
            level,
            spans: AtomicU64::new(0),
        };
        // It is the first.
        drop(tracing::subscriber::set_global_default(listener));
        account
    }

    fn note(&self, is_fine: bool, text: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(Line {
            at: now(),
            is_fine,
            text,
        });
    }

    /// All of it; it begins anew.
    pub(crate) fn take(&self) -> Vec<Line> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *lines)
    }
}

impl Line {
    /// The line that was written so.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (at, rest) = line.split_once(' ')?;
        let (is_fine, text) = rest.split_once(' ')?;
        Some(Self {
            at: at.parse().ok()?,
            is_fine: is_fine.parse().ok()?,
            text: text.to_owned(),
        })
    }

    /// Whether it is of this actor's commands, or of none.
    pub(crate) fn concerns(&self, actor: &str) -> bool {
        let mut words = self.text.split([' ', '=', '"', '/', '.']);
        !self.is_fine || words.any(|word| word == actor)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at, self.is_fine, self.text)
    }
}

pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| u64::try_from(it.as_micros()).unwrap_or_default())
}

struct Listener {
    account: Account,
    level: Level,
    spans: AtomicU64,
}

struct Text(String);

/// Whether it is said of each actor, one by one.
fn is_of_one(text: &str) -> bool {
    text.starts_with("an actor was loaded")
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // To write to a text cannot fail.
        _ = match field.name() {
            "message" => write!(self.0, "{value:?} "),
            name => write!(self.0, "{name}={value:?} "),
        };
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_told = ["aether::cluster", "aether::runtime", "aether::store"];
        metadata.is_event()
            && *metadata.level() <= self.level
            && is_told.iter().any(|it| target.starts_with(it))
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let cut = text.0.char_indices().nth(WIDTH).map(|(at, _)| at);
        text.0.truncate(cut.unwrap_or(text.0.len()));
        let is_fine = *event.metadata().level() == Level::TRACE || is_of_one(&text.0);
        self.account.note(is_fine, text.0);
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}
