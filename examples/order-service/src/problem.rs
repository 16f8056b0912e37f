use std::error::Error;

use aether::{
    CommandId, StoreError, StoreErrorKind,
    runtime::{CommandError, ReadError},
};
use aether_examples::order_fulfilment::{
    inventory::StockRefusal,
    ordering::{ArticleRefusal, OrderRefusal},
    shipping::ShipmentRefusal,
};
use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// Why a request was not done, as `application/problem+json` of RFC 9457.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// What kind of problem it is, for programs: `refused`, `conflict`, `unavailable` and so on.
    code: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    title: &'static str,
    /// What happened, and what was and was not done.
    detail: String,
    /// Whether anything was stored.
    stored: Stored,
    /// What to send again as `Idempotency-Key` to know what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ask_again: Option<CommandId>,
}

/// Whether what was asked for was done.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Stored {
    No,
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            status,
            title: status.canonical_reason().unwrap_or(code),
            detail: detail.into(),
            stored: Stored::No,
            ask_again: None,
        }
    }

    fn of(status: StatusCode, code: &'static str, err: &(dyn Error + 'static)) -> Self {
        Self::new(status, code, chain(err))
    }

    /// It is not known whether it was done.
    fn in_doubt(mut self, id: Option<CommandId>) -> Self {
        (self.stored, self.ask_again) = (Stored::Unknown, id);
        self
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown", detail)
    }

    pub(crate) fn method(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
    }

    pub(crate) fn gone(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "gone", detail)
    }

    pub(crate) fn full(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
    }

    pub(crate) fn late(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "late", detail)
    }

    pub(crate) fn broken(err: &(dyn Error + 'static)) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, "failed", err)
    }

    pub(crate) fn body(err: &JsonRejection) -> Self {
        Self::new(err.status(), "malformed", err.body_text())
    }

    pub(crate) fn of_command(err: &CommandError, id: Option<CommandId>) -> Self {
        match err {
            CommandError::Refused(refusal) => Self::refused(refusal.reason()),
            CommandError::Address { .. } => Self::of(StatusCode::BAD_REQUEST, "malformed", err),
            CommandError::Conflict { .. } => Self::of(StatusCode::CONFLICT, "conflict", err),
            CommandError::Busy { .. } => Self::of(StatusCode::SERVICE_UNAVAILABLE, "busy", err),
            CommandError::Expired => Self::of(StatusCode::SERVICE_UNAVAILABLE, "late", err),
            CommandError::Stopped => Self::of(StatusCode::SERVICE_UNAVAILABLE, "stopping", err),
            CommandError::Overdue { id } => {
                Self::of(StatusCode::GATEWAY_TIMEOUT, "in-doubt", err).in_doubt(Some(*id))
            }
            CommandError::Store(source) if source.kind() == StoreErrorKind::InDoubt => {
                Self::of_store(source).in_doubt(id)
            }
            CommandError::Store(source) => Self::of_store(source),
            CommandError::Unhandled { .. }
            | CommandError::Shape { .. }
            | CommandError::Unreadable(_) => Self::broken(err),
            // A later Aether may fail in ways that this service does not know.
            CommandError::Unprojected { .. } | _ => Self::broken(err).in_doubt(id),
        }
    }

    pub(crate) fn of_read(err: &ReadError) -> Self {
        match err {
            ReadError::Store(source) => Self::of_store(source),
            ReadError::Halted { .. } => Self::of(StatusCode::SERVICE_UNAVAILABLE, "halted", err),
            ReadError::Stopped => Self::of(StatusCode::SERVICE_UNAVAILABLE, "stopping", err),
            ReadError::Unknown { .. } | ReadError::Elsewhere { .. } => Self::broken(err),
            _ => Self::broken(err).in_doubt(None),
        }
    }

    pub(crate) fn of_store(err: &StoreError) -> Self {
        match err.kind() {
            StoreErrorKind::Conflict => Self::of(StatusCode::CONFLICT, "conflict", err),
            StoreErrorKind::Unavailable => {
                Self::of(StatusCode::SERVICE_UNAVAILABLE, "unavailable", err)
            }
            StoreErrorKind::InDoubt => {
                Self::of(StatusCode::GATEWAY_TIMEOUT, "in-doubt", err).in_doubt(None)
            }
            StoreErrorKind::TooLarge => Self::of(StatusCode::PAYLOAD_TOO_LARGE, "too-large", err),
            StoreErrorKind::Corrupt | StoreErrorKind::Misconfigured | StoreErrorKind::Invalid => {
                Self::broken(err)
            }
            _ => Self::broken(err).in_doubt(None),
        }
    }

    /// The domain says no. What it speaks of may not be there, or be there already, or be such that
    /// the answer will not change.
    fn refused(reason: &(dyn Error + 'static)) -> Self {
        let status = match Refused::of(reason) {
            Refused::Missing => StatusCode::NOT_FOUND,
            Refused::AsItIs => StatusCode::CONFLICT,
            Refused::Never => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::of(status, "refused", reason)
    }

    /// Whether the same request may be done another time.
    const fn may_pass(&self) -> bool {
        matches!(
            self.status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        )
    }
}

/// What a refusal means to whoever asked.
enum Refused {
    /// What is spoken of is not there.
    Missing,
    /// It cannot be done to what is there as it is now.
    AsItIs,
    /// It can be done to nothing.
    Never,
}

impl Refused {
    fn of(reason: &(dyn Error + 'static)) -> Self {
        if let Some(refusal) = reason.downcast_ref() {
            return Self::of_order(refusal);
        }
        if let Some(refusal) = reason.downcast_ref() {
            return Self::of_shipment(refusal);
        }
        match (reason.downcast_ref(), reason.downcast_ref()) {
            (Some(StockRefusal::BookedBefore { .. }), _) => Self::AsItIs,
            (_, Some(ArticleRefusal::NoPrice { .. })) | (None, None) => Self::Never,
        }
    }

    const fn of_order(refusal: &OrderRefusal) -> Self {
        match refusal {
            OrderRefusal::NeverPlaced => Self::Missing,
            OrderRefusal::AlreadyPlaced
            | OrderRefusal::AlreadyConfirmed
            | OrderRefusal::Over { .. } => Self::AsItIs,
            OrderRefusal::Empty | OrderRefusal::OverTheLimit { .. } => Self::Never,
        }
    }

    const fn of_shipment(refusal: &ShipmentRefusal) -> Self {
        match refusal {
            ShipmentRefusal::NothingToPack { .. } => Self::Missing,
            ShipmentRefusal::AlreadyDispatched { .. } | ShipmentRefusal::NotDispatched { .. } => {
                Self::AsItIs
            }
        }
    }
}

/// An error and what lay behind it, in one line.
fn chain(err: &(dyn Error + 'static)) -> String {
    let sources = std::iter::successors(err.source(), |err| (*err).source());
    sources.fold(err.to_string(), |text, source| format!("{text}: {source}"))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (may_pass, status) = (self.may_pass(), self.status);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, Json(self)).into_response();
        if may_pass {
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}
