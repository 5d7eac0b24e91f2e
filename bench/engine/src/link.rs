//! The link between the machine and an engine's network namespace.

use std::{net::Ipv4Addr, process::Command};

use landfall_bench_cluster::clean_env;

/// Links the machine with the namespace of a process; gives the number of the link, which no other engine on the machine has.
///
/// The far end of the link is made inside the namespace, so the link ends with it. `again` is the number of a link that has
/// just ended with its namespace.
pub(crate) fn link(process: u32, again: Option<u8>) -> u8 {
    let process = process.to_string();
    let first: u8 = rand::random_range(0..250);
    let numbers = (0..250).map(|step| ((u16::from(first) + step) % 250 + 1) as u8);
    // The kernel takes a moment to remove a namespace whose last process was killed.
    let numbers: Vec<u8> = again.map_or_else(|| numbers.collect(), |number| vec![number; 250]);
    for number in numbers {
        let name = format!("lfe{number}");
        let made = ip(&["link", "add", &name, "type", "veth", "peer", "name", "eth0", "netns", &process]);
        match made {
            Err(error) if error.contains("File exists") => {
                if again.is_some() {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                continue;
            }
            Err(error) => panic!("cannot make the network link of an engine: {error}"),
            Ok(()) => {}
        }
        // The engine's own networks, so that a test can reach a container by its address.
        let containers = format!("100.{}.{}.0/18", 64 + number / 4, number % 4 * 64);
        let via = host(number).to_string();
        ip(&["address", "add", &format!("{}/30", machine(number)), "dev", &name])
            .and_then(|()| ip(&["link", "set", &name, "up"]))
            .and_then(|()| ip(&["route", "add", &containers, "via", &via]))
            .unwrap_or_else(|error| panic!("cannot set up the network link {name} of an engine: {error}"));
        return number;
    }
    panic!("no number is free for the network link of an engine");
}

/// The machine's address as the engine's host and its containers see it.
pub(crate) fn machine(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 203, number, 1)
}

/// The address of the engine's host.
pub(crate) fn host(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 203, number, 2)
}

fn ip(args: &[&str]) -> Result<(), String> {
    let output = Command::new("ip")
        .args(args)
        .env_clear()
        .envs(clean_env("/".as_ref()))
        .output()
        .map_err(|error| format!("cannot start ip: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}
