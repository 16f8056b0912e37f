//! A cluster of real processes on real servers: nodes that are killed, that leave and that come,
//! while a client that is no node asks on.

#![expect(clippy::disallowed_methods, reason = "tests race tasks of their own")]

#[cfg(test)]
mod counters;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod echoes;
#[cfg(test)]
mod fencing;
#[cfg(test)]
mod following;
#[cfg(test)]
mod handing_over;
#[cfg(test)]
mod load;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod noticing;
#[cfg(test)]
mod operating;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sending;
