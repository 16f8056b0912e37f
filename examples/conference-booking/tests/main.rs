//! The specification of the conference, told as tests.

#[cfg(test)]
mod attendance;
#[cfg(test)]
mod charge;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod model;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod proposal;
#[cfg(test)]
mod read_models;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod registration_desk;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod seats;
#[cfg(test)]
mod timetable;
