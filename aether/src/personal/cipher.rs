//! XChaCha20-Poly1305 with a random nonce, and what a value is bound to.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, KeyInit as _, Payload},
};
use zeroize::Zeroizing;

/// The bytes of a nonce, which stand before what is encrypted.
const NONCE: usize = 24;

/// The bytes that encryption adds.
pub(super) const OVERHEAD: usize = NONCE + 16;

/// What an encrypted value belongs to; anywhere else it cannot be read.
pub(super) struct Place(Vec<u8>);

impl Place {
    /// Each part is written behind its length, so that no two places are the same bytes.
    pub(super) fn of(parts: &[&str]) -> Self {
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(bytes)
    }
}

/// Encrypts: the nonce, then the encrypted bytes and their tag. None if the cipher refuses, or
/// the system has no random numbers.
pub(super) fn encrypt(key: &[u8], place: &Place, plain: &[u8]) -> Option<Vec<u8>> {
    let nonce = XNonce::try_generate().ok()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let (msg, aad) = (plain, place.0.as_slice());
    let encrypted = cipher.encrypt(&nonce, Payload { msg, aad }).ok()?;
    let mut bytes = Vec::with_capacity(NONCE + encrypted.len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&encrypted);
    Some(bytes)
}

/// Decrypts. None if a bit of it, of the key or of the place is another one.
pub(super) fn decrypt(key: &[u8], place: &Place, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, msg) = bytes.split_at_checked(NONCE)?;
    let nonce = XNonce::try_from(nonce).ok()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let aad = place.0.as_slice();
    let plain = cipher.decrypt(&nonce, Payload { msg, aad }).ok()?;
    Some(Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_encrypted_comes_back(key: [u8; 32], place: Vec<String>, plain: Vec<u8>) {
            let parts: Vec<_> = place.iter().map(String::as_str).collect();
            let sealed = encrypt(&key, &Place::of(&parts), &plain).unwrap();
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
            let opened = decrypt(&key, &Place::of(&parts), &sealed).unwrap();
            prop_assert_eq!(&*opened, &plain);
        }

        #[test]
        fn one_bit_that_is_another_is_noticed(key: [u8; 32], plain: Vec<u8>, at: usize) {
            let place = Place::of(&["a", "b"]);
            let mut sealed = encrypt(&key, &place, &plain).unwrap();
            let bit = at % (sealed.len() * 8);
            sealed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(decrypt(&key, &place, &sealed).is_none());
        }
    }

    #[test]
    fn a_value_is_read_only_where_it_belongs_and_with_its_key() {
        let sealed = encrypt(&[1; 32], &Place::of(&["ab", "c"]), b"Ada").unwrap();
        assert!(decrypt(&[1; 32], &Place::of(&["ab", "c"]), &sealed).is_some());
        assert!(decrypt(&[1; 32], &Place::of(&["a", "bc"]), &sealed).is_none());
        assert!(decrypt(&[2; 32], &Place::of(&["ab", "c"]), &sealed).is_none());
        assert!(decrypt(&[1; 32], &Place::of(&["ab", "c"]), b"short").is_none());
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let sealed = || encrypt(&[1; 32], &Place::of(&[]), b"Ada").unwrap();
        assert_ne!(sealed(), sealed());
    }

    /// From draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        let key: Vec<u8> = (0x80..0xa0).collect();
        let nonce: Vec<u8> = (0x40..0x58).collect();
        let aad = [
            0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let plain: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you \
            only one tip for the future, sunscreen would be it.";
        let tag = [
            0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a,
            0xcf, 0x49,
        ];
        let cipher = XChaCha20Poly1305::new_from_slice(&key).unwrap();
        let mut sealed = nonce.clone();
        let nonce = XNonce::try_from(nonce.as_slice()).unwrap();
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        sealed.extend(cipher.encrypt(&nonce, payload).unwrap());
        assert_eq!(sealed[sealed.len() - 16..], tag);
        let opened = decrypt(&key, &Place(aad.to_vec()), &sealed).unwrap();
        assert_eq!(&**opened, plain);
    }
}
