//! Opening ports.

use std::io;
use std::net::SocketAddr;

use rustix::net::sockopt::set_ipv6_v6only;
use rustix::net::{AddressFamily, SocketType, socket};
use tokio::net::{TcpListener, TcpSocket, UdpSocket};

use crate::config::Protocol;
use crate::say;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4096;

/// A port on all addresses, of both families if the host has IPv6.
pub(crate) fn tcp(port: u16) -> io::Result<TcpListener> {
    let v6 = || {
        let socket = TcpSocket::new_v6()?;
        set_ipv6_v6only(&socket, false)?;
        socket.set_reuseaddr(true)?;
        socket.bind(any_v6(port))?;
        socket.listen(BACKLOG)
    };
    let v4 = || {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(([0, 0, 0, 0], port).into())?;
        socket.listen(BACKLOG)
    };
    v6().or_else(|error| if has_no_v6(&error) { v4() } else { Err(error) })
}

/// As [`tcp`], for datagrams.
pub(crate) fn udp(port: u16) -> io::Result<UdpSocket> {
    let v6 = || -> io::Result<std::net::UdpSocket> {
        let socket = socket(AddressFamily::INET6, SocketType::DGRAM, None)?;
        set_ipv6_v6only(&socket, false)?;
        rustix::net::bind(&socket, &any_v6(port))?;
        Ok(socket.into())
    };
    let v4 = || std::net::UdpSocket::bind(SocketAddr::from(([0, 0, 0, 0], port)));
    let socket = v6().or_else(|error| if has_no_v6(&error) { v4() } else { Err(error) })?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Why a port could not be opened, as a sentence.
pub(crate) fn fault(protocol: Protocol, port: u16, error: &io::Error) -> String {
    let name = match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    };
    match error.kind() {
        io::ErrorKind::AddrInUse => format!("{name} port {port} is taken by another program in this network."),
        _ => format!("{name} port {port} cannot be opened: {}.", say(error)),
    }
}

fn any_v6(port: u16) -> SocketAddr {
    ([0u16; 8], port).into()
}

fn has_no_v6(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL | Errno::PROTONOSUPPORT))
}
