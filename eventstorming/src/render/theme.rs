/// The colours of a board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light or dark as the reader prefers, wherever a picture can ask for that.
    #[default]
    Auto,
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

const STYLE: &str = include_str!("board.css");

/// What begins the colours of the dark.
const DARK: &str = "@media (prefers-color-scheme: dark) {\n";

impl Theme {
    /// The style sheet of a board.
    pub(super) fn style(self) -> String {
        let Some((light, dark)) = STYLE.split_once(DARK) else {
            return STYLE.to_owned();
        };
        match self {
            Self::Auto => STYLE.to_owned(),
            Self::Light => light.to_owned(),
            // What comes later wins.
            Self::Dark => format!("{light}{}", dark.trim_end().trim_end_matches('}')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_theme_asks_nobody() {
        assert!(Theme::Auto.style().contains("@media"));
        for theme in [Theme::Light, Theme::Dark] {
            let style = theme.style();
            assert!(!style.contains("@media"));
            assert_eq!(style.matches('{').count(), style.matches('}').count());
        }
        assert!(Theme::Dark.style().contains(".es-paper { fill: #14161b }"));
        assert!(!Theme::Light.style().contains("#14161b"));
    }
}
