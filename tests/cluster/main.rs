//! A cluster of real processes on real servers: nodes that are killed, that leave and that come,
//! while a client that is no node asks on.

#[cfg(test)]
mod counters;
#[cfg(test)]
mod echoes;
#[cfg(test)]
mod following;
#[cfg(test)]
mod load;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod operating;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sending;
