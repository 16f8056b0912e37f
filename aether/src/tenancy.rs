/// What is known of an actor that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tenancy {
    /// Where it lies: it comes and goes together with all that lie there.
    pub(crate) place: usize,
    /// Another number each time that it comes.
    pub(crate) number: u64,
    /// The epoch since which it is here.
    pub(crate) since: u64,
    /// The epoch in which it was last taken from a process that may not know it.
    pub(crate) seized: u64,
}
