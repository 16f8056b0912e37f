use std::path::Path;

use crate::{
    check::{Code, Finding},
    model::Location,
};

/// A generated file that is not as it is generated.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) name: String,
    pub(super) kept: Option<String>,
    /// Nothing if it is generated no longer.
    pub(super) now: Option<String>,
}

impl Change {
    pub(super) fn finding(&self, folder: &Path) -> Finding {
        let file = folder.join(&self.name).display().to_string();
        let what = match (&self.kept, &self.now) {
            (None, _) => "is not there",
            (_, None) => "is generated no longer",
            _ => "is not what the model gives",
        };
        let message = format!("the generated file `{file}` {what}");
        let mut finding = Finding::new(Code::StaleFile, message);
        let line = self.first_difference();
        finding.location = Some(Location { file, line });
        finding.help(
            "write it anew: the same command without `--check`, or `AETHER_UPDATE=1 cargo test`",
        )
    }

    fn first_difference(&self) -> u32 {
        let lines = |text: &Option<String>| -> Vec<String> {
            let lines = text.iter().flat_map(|text| text.lines());
            lines.map(str::to_owned).collect()
        };
        let (kept, now) = (lines(&self.kept), lines(&self.now));
        let same = kept.iter().zip(&now).take_while(|(a, b)| a == b).count();
        u32::try_from(same + 1).unwrap_or(u32::MAX)
    }
}
