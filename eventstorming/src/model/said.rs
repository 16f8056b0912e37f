//! What paragraphs of a doc comment say about an element beside what it is.

/// A doc comment, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The rest of it.
    pub(super) docs: String,
    /// Who looks after the element: the paragraph `Owner: ..`.
    pub(super) owner: Option<String>,
    /// Words to find it by: the paragraph `Tags: .., ..`.
    pub(super) tags: Vec<String>,
}

/// Takes the paragraphs `Owner:` and `Tags:` out of a doc comment.
pub(super) fn said(docs: &str) -> Said {
    let (mut rest, mut owner, mut tags) = (Vec::new(), None, Vec::new());
    for paragraph in docs.split("\n\n") {
        if let Some(name) = paragraph.trim().strip_prefix("Owner:") {
            owner = Some(words(name));
        } else if let Some(list) = paragraph.trim().strip_prefix("Tags:") {
            let list = list.split(',').map(words);
            tags.extend(list.filter(|tag| !tag.is_empty()));
        } else {
            rest.push(paragraph);
        }
    }
    tags.sort();
    tags.dedup();
    Said {
        docs: rest.join("\n\n"),
        owner: owner.filter(|owner| !owner.is_empty()),
        tags,
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_tags_are_paragraphs_of_their_own() {
        let docs = "Takes money.\n\nOwner: Team\nMoney\n\nTags: pci, audited, pci\n\nMore.";
        let expected = Said {
            docs: "Takes money.\n\nMore.".to_owned(),
            owner: Some("Team Money".to_owned()),
            tags: vec!["audited".to_owned(), "pci".to_owned()],
        };
        assert_eq!(said(docs), expected);
        assert_eq!(said("The Owner: me").docs, "The Owner: me");
    }
}
