use async_nats::RequestError;

/// Says why an ask has no answer, and whether it may have been carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Too many asks of this client are under way, and were so all the time. It was not sent.
    #[error("it was not sent: the client has too many asks under way")]
    Overloaded,
    /// In all its time, no node was there that it could be sent to, or all had too much to do.
    /// Nothing was done.
    #[error("nothing was done: no node took it in time")]
    NotTaken,
    /// It came to its node too late. Nothing was done.
    #[error("nothing was done: its time had run out when its turn came")]
    Expired,
    /// It was sent, and its answer did not come in time. It may have been carried out, or may be
    /// yet.
    #[error("it is not known whether it was carried out: its answer did not come in time")]
    InDoubt,
    /// It cannot be sent: it is larger than the servers allow, say. Nothing was done.
    #[error("nothing was done: it cannot be sent")]
    Unsendable(#[source] RequestError),
    /// The client's node has left the cluster, or the client was closed.
    #[error(
        "the client has left the cluster; whether it was carried out is not known if it was sent"
    )]
    Closed,
}
