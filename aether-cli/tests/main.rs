//! The program, as someone at a terminal or a script meets it.

#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod looking;
#[cfg(test)]
mod namespaces;
#[cfg(test)]
mod observe;
#[cfg(test)]
mod parked;
#[cfg(test)]
mod program;
#[cfg(test)]
mod projections;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod verify;
