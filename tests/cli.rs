//! The command line as a person meets it: bad input, exit codes, streams. Each test is one behaviour.

#[cfg(test)]
#[path = "cli/bad_input.rs"]
mod bad_input;
#[cfg(test)]
#[path = "cli/choices.rs"]
mod choices;
#[cfg(test)]
#[path = "cli/collect.rs"]
mod collect;
#[cfg(test)]
mod common;
#[cfg(test)]
#[path = "cli/containers.rs"]
mod containers;
#[cfg(test)]
#[path = "cli/crash.rs"]
mod crash;
#[cfg(test)]
#[cfg(unix)]
#[path = "cli/desk.rs"]
mod desk;
#[cfg(test)]
#[path = "cli/discover.rs"]
mod discover;
#[cfg(test)]
#[path = "cli/doctor.rs"]
mod doctor;
#[cfg(test)]
#[path = "cli/forget.rs"]
mod forget;
#[cfg(test)]
#[path = "cli/reading.rs"]
mod reading;
#[cfg(test)]
#[path = "cli/words.rs"]
mod words;
