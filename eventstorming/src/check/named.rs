use std::collections::BTreeSet;

use super::{Code, Finding};
use crate::model::{Element, Facts, Kind, Model};

/// The names that occur in the tests of a domain.
///
/// Whether a test proves anything, names do not say; but what no test even names is proven by
/// none.
///
/// ```
/// use eventstorming::{Model, check::TestNames};
///
/// let names = TestNames::from_iter(["PlaceOrder", "OrderPlaced"]);
/// assert_eq!(names.untested(&Model::default()), []);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestNames(BTreeSet<String>);

impl<N: Into<String>> FromIterator<N> for TestNames {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

impl TestNames {
    /// `ES210`: the events that are emitted and the commands that are handled here, and that no
    /// test names.
    pub fn untested(&self, model: &Model) -> Vec<Finding> {
        let elements = model.elements().iter();
        let silent = elements.filter(|element| !element.is_foreign() && !element.is_retired());
        silent.filter_map(|element| self.about(element)).collect()
    }

    fn about(&self, element: &Element) -> Option<Finding> {
        let (message, help) = if element.kind() == Kind::Event {
            let help = "assert it in a scenario: `given(..).when(..).then(..)`";
            ("no test names the event", help)
        } else {
            let help = "show in a scenario what comes of it: `given(..).when(..).then(..)`";
            ("no test names the command", help)
        };
        let asked = matches!(element.kind(), Kind::Event | Kind::Command);
        if !asked || names(element).any(|name| self.0.contains(name)) {
            return None;
        }
        let message = format!("{message} `{}`", element.id.name());
        Some(Finding::about(element, Code::Untested, message).help(help))
    }
}

/// The names under which code knows an element: that of its type, or of its variant.
fn names(element: &Element) -> impl Iterator<Item = &str> {
    let rust_type = if let Facts::Event { rust_type, .. } = &element.facts {
        rust_type.as_deref()
    } else {
        None
    };
    let last = rust_type.and_then(|path| path.rsplit("::").next());
    [Some(element.id.name()), last].into_iter().flatten()
}
