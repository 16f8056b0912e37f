//! The service, as a client, a browser or an operator meets it.

#[cfg(test)]
mod client;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod events;
#[cfg(test)]
mod program;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod traces;
