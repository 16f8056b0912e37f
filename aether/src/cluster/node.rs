use std::{borrow::Borrow, fmt, sync::Arc};

/// The name of a node, by which it is known as long as it has its place in the cluster.
///
/// Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(Arc<str>);

/// Says why a text does not name a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a node id has 1 to {} bytes, and this one {length}", NodeId::LIMIT)]
pub struct InvalidNodeId {
    /// Its length in bytes.
    pub length: usize,
}

/// Tells one process of a node from the next: the larger is the later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(pub u64);

/// One process that runs, or ran, as a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeProcess {
    /// Which node it is.
    pub node: NodeId,
    /// Which of that node's processes.
    pub incarnation: Incarnation,
}

impl NodeId {
    /// The longest id, in bytes.
    pub const LIMIT: usize = 255;

    /// The node of this name.
    ///
    /// # Errors
    /// The text is empty, or longer than [`NodeId::LIMIT`].
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidNodeId> {
        let text = text.as_ref();
        if (1..=Self::LIMIT).contains(&text.len()) {
            return Ok(Self(Arc::from(text)));
        }
        Err(InvalidNodeId { length: text.len() })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The process of this node that came up as this incarnation.
    pub fn process(&self, incarnation: Incarnation) -> NodeProcess {
        NodeProcess {
            node: self.clone(),
            incarnation,
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for NodeProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.node, self.incarnation.0)
    }
}

impl Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_has_between_one_and_255_bytes() {
        assert_eq!(NodeId::new(""), Err(InvalidNodeId { length: 0 }));
        assert_eq!(NodeId::new("n".repeat(255)).unwrap().as_str().len(), 255);
        let err = NodeId::new("n".repeat(256)).unwrap_err();
        assert_eq!(
            err.to_string(),
            "a node id has 1 to 255 bytes, and this one 256"
        );
    }
}
