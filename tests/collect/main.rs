//! Collecting from servers that run inside the test: what is asked, what is made of every answer and every fault.

#[cfg(test)]
mod client;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod nostr;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod whole;
