use std::fmt;

use serde::Deserialize;

use crate::StoreErrorKind;

/// What a stream answered to an append.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is stored, with this sequence.
    Stored(u64),
    /// A message with the same commit id has been stored before, with this sequence.
    Duplicate(u64),
    /// The guard did not hold, or a message of the batch is stored already: someone else wrote,
    /// or an earlier try of ours did.
    WrongLast(Refusal),
    /// Another write on the subject is on its way: look again in a moment.
    InFlight(Refusal),
    /// Not stored, for a reason that may pass.
    Later(Refusal),
    /// Not stored, for a reason that stays.
    Never(StoreErrorKind, Refusal),
    /// It makes no sense, so nothing is known.
    Garbled(String),
}

/// Why a stream refused a message, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, thiserror::Error)]
pub(super) struct Refusal {
    code: u16,
    err_code: u64,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct Acknowledgement {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    error: Option<Refusal>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (error {})", self.description, self.err_code)?;
        match self.setting() {
            Some(setting) => write!(f, "; see {setting}"),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// The setting of the stream that has to be changed, if it is one.
    fn setting(&self) -> Option<&'static str> {
        match self.err_code {
            10052 => Some("the whole configuration of the stream"),
            10060 => Some("the stream's `subjects`: another stream stores them"),
            10109 => Some("the stream's `sealed`"),
            10166 => Some("the stream's `allow_msg_ttl`"),
            10174 => Some("the stream's `allow_atomic`"),
            10193 => Some("the stream's `subjects` and `subject_transform`"),
            _ => None,
        }
    }
}

impl Answer {
    pub(super) fn read(payload: &[u8]) -> Self {
        match serde_json::from_slice(payload) {
            Ok(Acknowledgement {
                error: Some(refusal),
                ..
            }) => Self::of(refusal),
            Ok(Acknowledgement { seq, duplicate, .. }) if seq > 0 => {
                if duplicate {
                    Self::Duplicate(seq)
                } else {
                    Self::Stored(seq)
                }
            }
            Ok(_) | Err(_) => Self::Garbled(String::from_utf8_lossy(payload).into_owned()),
        }
    }

    fn of(refusal: Refusal) -> Self {
        match refusal.err_code {
            10071 | 10201 => Self::WrongLast(refusal),
            10158 | 10164 => Self::InFlight(refusal),
            10054 | 10199 => Self::Never(StoreErrorKind::TooLarge, refusal),
            // The batch was lost, or there are too many at once; the store is full, or the disk is.
            10167 | 10176 | 10210 | 10077 | 10002 | 10023 | 10028 | 10047 => Self::Later(refusal),
            _ if refusal.setting().is_some() => Self::Never(StoreErrorKind::Misconfigured, refusal),
            _ if refusal.code >= 500 => Self::Later(refusal),
            _ => Self::Never(StoreErrorKind::Misconfigured, refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, err_code: u64) -> Answer {
        let json = format!(
            r#"{{"error":{{"code":{code},"err_code":{err_code},"description":"no"}},"stream":"s","seq":0}}"#
        );
        Answer::read(json.as_bytes())
    }

    #[test]
    fn an_acknowledgement_names_the_sequence() {
        assert_eq!(
            Answer::read(br#"{"stream":"s","seq":7}"#),
            Answer::Stored(7)
        );
        assert_eq!(
            Answer::read(br#"{"stream":"s","domain":"d","seq":7,"duplicate":true}"#),
            Answer::Duplicate(7)
        );
    }

    #[test]
    fn a_refusal_says_what_can_be_done() {
        for code in [10071, 10201] {
            assert!(matches!(refused(400, code), Answer::WrongLast(_)), "{code}");
        }
        for code in [10167, 10176, 10210] {
            assert!(matches!(refused(400, code), Answer::Later(_)), "{code}");
        }
        for code in [10158, 10164] {
            assert!(matches!(refused(400, code), Answer::InFlight(_)), "{code}");
        }
        for code in [10077, 10008, 10009, 10023, 99999] {
            assert!(matches!(refused(503, code), Answer::Later(_)), "{code}");
        }
        for code in [10052, 10060, 10109, 10166, 10174, 10193, 10001] {
            let answer = refused(400, code);
            assert!(
                matches!(answer, Answer::Never(StoreErrorKind::Misconfigured, _)),
                "{code}"
            );
        }
        assert!(matches!(
            refused(400, 10054),
            Answer::Never(StoreErrorKind::TooLarge, _)
        ));
    }

    #[test]
    fn a_refusal_names_the_setting() {
        let Answer::Never(_, refusal) = refused(400, 10109) else {
            panic!("a sealed stream never stores");
        };
        assert_eq!(
            refusal.to_string(),
            "no (error 10109); see the stream's `sealed`"
        );
    }

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        for garbled in [&b""[..], b"{}", b"+OK", b"\xff", br#"{"seq":0}"#] {
            assert!(matches!(Answer::read(garbled), Answer::Garbled(_)));
        }
    }
}
