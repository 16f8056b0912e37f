//! What stores promise, on every store there is; and what a store on a network owes beyond that.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod denials;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hints;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod losses;
#[cfg(test)]
mod misfits;
#[cfg(test)]
mod openings;
#[cfg(test)]
mod races;
#[cfg(test)]
mod replacing;
#[cfg(test)]
mod scans;
#[cfg(test)]
mod transactions;
#[cfg(test)]
mod transfers;
