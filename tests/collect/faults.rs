//! A proxy between a client and a server that goes wrong as planned: the first connection by the first fault, and so on; then all is well.
//! A fault that never happened fails the test.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What goes wrong with what the server sends. Bytes are counted from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Every piece comes so much later.
    Late(Duration),
    /// One byte at a time.
    Slow,
    /// The connection is closed after so many bytes, as if all were said.
    Cut(u64),
    /// The connection is reset after so many bytes.
    Reset(u64),
    /// Nothing comes any more after so many bytes, and the connection stays.
    Stall(u64),
    /// The connection is reset before anything is read.
    Refuse,
    /// One bit of that byte is flipped.
    Flip(u64),
}

/// The proxy. Ends with [`FaultProxy::finish`], which is where it complains.
pub(crate) struct FaultProxy {
    address: SocketAddr,
    fired: Arc<Mutex<Vec<(Fault, bool)>>>,
    task: tokio::task::JoinHandle<()>,
    finished: bool,
}

impl FaultProxy {
    pub(crate) async fn start(target: SocketAddr, plan: impl IntoIterator<Item = Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fired: Vec<(Fault, bool)> = plan.into_iter().map(|fault| (fault, false)).collect();
        let fired = Arc::new(Mutex::new(fired));
        let task = tokio::spawn(serve(listener, target, Arc::clone(&fired)));
        Self { address, fired, task, finished: false }
    }

    /// `127.0.0.1:port`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// Fails if a planned fault did not happen.
    #[track_caller]
    pub(crate) fn finish(mut self) {
        self.finished = true;
        self.task.abort();
        let fired = self.fired.lock().unwrap();
        let left: Vec<Fault> = fired.iter().filter(|(_, fired)| !fired).map(|(fault, _)| *fault).collect();
        assert!(left.is_empty(), "planned faults that did not happen: {left:?}");
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
        assert!(self.finished || std::thread::panicking(), "a fault proxy must be finished");
    }
}

type Fired = Arc<Mutex<Vec<(Fault, bool)>>>;

async fn serve(listener: TcpListener, target: SocketAddr, fired: Fired) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let (client, _) = listener.accept().await.unwrap();
        let fired = Arc::clone(&fired);
        connections.spawn(async move {
            let fault = fired.lock().unwrap().get(number).map_or(Fault::None, |(fault, _)| *fault);
            let fire = || {
                if let Some(plan) = fired.lock().unwrap().get_mut(number) {
                    plan.1 = true;
                }
            };
            if fault == Fault::Refuse {
                fire();
                client.set_zero_linger().unwrap();
                return;
            }
            let Ok(server) = TcpStream::connect(target).await else { return };
            carry(client, server, fault, fire).await;
        });
    }
}

/// Carries bytes both ways until the fault, or the end.
async fn carry(client: TcpStream, server: TcpStream, fault: Fault, fire: impl Fn()) {
    client.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
        // The client has gone: nothing that a fault would do can be seen any more.
    };
    let down = back(&mut from_server, &mut to_client, fault, &fire);
    tokio::select! {
        () = up => return,
        after = down => match after {
            After::Close => {}
            After::Reset => { let _ = to_client.as_ref().set_zero_linger(); }
        },
    }
    drop(to_server);
    drop(from_client);
}

/// How a connection ends.
enum After {
    Close,
    Reset,
}

async fn back(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, fault: Fault, fire: &impl Fn()) -> After {
    let mut sent = 0_u64;
    let mut buffer = [0; 4096];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return After::Close };
        let piece = &mut buffer[..count];
        // Where in this piece a fault at a byte strikes.
        let strikes = |at: u64| {
            let at = at.checked_sub(sent)?;
            usize::try_from(at).ok().filter(|at| *at < count)
        };
        match fault {
            Fault::None => fire(),
            Fault::Late(time) => {
                tokio::time::sleep(time).await;
                fire();
            }
            Fault::Slow => {
                for byte in piece.iter() {
                    if to.write_all(&[*byte]).await.is_err() {
                        return After::Close;
                    }
                    tokio::task::yield_now().await;
                }
                fire();
                continue;
            }
            Fault::Flip(at) => {
                if let Some(at) = strikes(at) {
                    piece[at] ^= 0x20;
                    fire();
                }
            }
            Fault::Cut(at) | Fault::Reset(at) | Fault::Stall(at) => {
                if let Some(at) = strikes(at) {
                    let _ = to.write_all(&piece[..at]).await;
                    fire();
                    match fault {
                        Fault::Cut(_) => return After::Close,
                        Fault::Reset(_) => return After::Reset,
                        _ => std::future::pending::<()>().await,
                    }
                }
            }
            Fault::Refuse => return After::Reset,
        }
        if to.write_all(piece).await.is_err() {
            return After::Close;
        }
        sent += u64::try_from(count).unwrap();
    }
}
