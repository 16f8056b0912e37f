//! The checks: a seeded fault of each code is found, and what is sound is left alone.

#[cfg(test)]
mod every;
#[cfg(test)]
mod output;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod seeded;
