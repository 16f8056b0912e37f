//! The specification of the shipping company, told as tests.

#[cfg(test)]
mod cargo;
#[cfg(test)]
mod customs;
#[cfg(test)]
mod delivery_watch;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod handling_file;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod itinerary;
#[cfg(test)]
mod model;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod read_models;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod voyage;
