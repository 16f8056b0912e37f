use bytes::{Bytes, BytesMut};

/// How many bytes a block has.
const SIZE: usize = 4 << 10;

/// Copies of small pieces of data, one behind the other in blocks of memory.
///
/// Whoever keeps a piece keeps its block, and nothing of what the piece was read from.
#[derive(Debug, Default)]
pub(super) struct Block(BytesMut);

impl Block {
    pub(super) fn keep(&mut self, piece: &[u8]) -> Bytes {
        if piece.len() > SIZE / 8 {
            return Bytes::copy_from_slice(piece);
        }
        if self.0.capacity() < piece.len() {
            self.0 = BytesMut::with_capacity(SIZE);
        }
        self.0.extend_from_slice(piece);
        self.0.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_kept_as_they_were() {
        let mut block = Block::default();
        let lengths = [0, 1, 400, 512, 513, 5_000];
        let pieces = (0_u8..100).flat_map(|byte| lengths.map(|length| vec![byte; length]));
        let pieces = pieces.collect::<Vec<_>>();
        let kept = pieces.iter().map(|piece| block.keep(piece));
        assert_eq!(kept.collect::<Vec<_>>(), pieces);
    }

    #[test]
    fn small_pieces_share_their_memory() {
        let mut block = Block::default();
        let (first, second) = (block.keep(&[1; 60]), block.keep(&[2; 60]));
        assert_eq!(first.as_ptr_range().end, second.as_ptr());
    }
}
