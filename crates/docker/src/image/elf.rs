//! Whether a program can run in an empty image.
//!
//! Source: the System V ABI, <https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html>.

use crate::engine::{EngineFault, FaultKind};

/// A program header that names a dynamic linker.
const PT_INTERP: u32 = 3;

/// The architectures by the numbers of `e_machine`, in the words of images.
const MACHINES: &[(u16, &str)] =
    &[(3, "386"), (40, "arm"), (62, "amd64"), (183, "arm64"), (243, "riscv64"), (21, "ppc64le"), (22, "s390x")];

/// Checks that a program needs no files beside it, and is for an architecture.
///
/// # Errors
/// Where it is not.
pub fn check(program: &[u8], architecture: &str) -> Result<(), EngineFault> {
    let other = |what: &str, remedy: &str| {
        EngineFault::new(
            FaultKind::Architecture,
            format!("Landfall's own program {what}, so that its Service proxies cannot run on the engine's machine"),
        )
        .remedy(remedy)
    };
    let Some(machine) = machine(program) else {
        return Err(other(
            "is none of Linux",
            "Use the Landfall that is built for Linux, or deploy from a Linux machine",
        ));
    };
    let own = MACHINES.iter().find(|(number, _)| *number == machine).map_or("an unknown machine", |(_, name)| *name);
    // Podman and old engines say it in the words of the kernel.
    let theirs = match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    if own != theirs {
        return Err(other(
            &format!("is built for {own}, and the engine's machine is {theirs}"),
            &format!("Use the Landfall that is built for {theirs}"),
        ));
    }
    if has_interpreter(program) {
        return Err(other(
            "needs shared libraries",
            "Use the released Landfall, which is static; one built by hand is with `-C target-feature=+crt-static`",
        ));
    }
    Ok(())
}

/// `e_machine` of a little-endian ELF file; `None` for anything else.
fn machine(program: &[u8]) -> Option<u16> {
    let is_elf = program.starts_with(b"\x7fELF") && program.get(5) == Some(&1);
    is_elf.then(|| number(program, 18, 2))?.and_then(|machine| u16::try_from(machine).ok())
}

fn has_interpreter(program: &[u8]) -> bool {
    let is_64 = program.get(4) == Some(&2);
    let (table, size, count) = if is_64 { ((32, 8), 54, 56) } else { ((28, 4), 42, 44) };
    let field = |at, bytes| number(program, at, bytes).and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let (start, size, count) = (field(table.0, table.1), field(size, 2), field(count, 2));
    (0..count).any(|index| number(program, start + index * size, 4) == Some(u64::from(PT_INTERP)))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of an ELF file with one program header.
    fn program(machine: u16, header: u32) -> Vec<u8> {
        let mut program = vec![0; 64 + 56];
        program[..6].copy_from_slice(b"\x7fELF\x02\x01");
        program[18..20].copy_from_slice(&machine.to_le_bytes());
        program[32] = 64;
        program[54] = 56;
        program[56] = 1;
        program[64..68].copy_from_slice(&header.to_le_bytes());
        program
    }

    #[test]
    fn only_a_static_program_of_the_engines_architecture_can_run() {
        let said = |program: &[u8], architecture: &str| check(program, architecture).map_err(|fault| fault.full());
        assert_eq!(said(&program(62, 1), "amd64"), Ok(()));
        assert_eq!(said(&program(183, 1), "aarch64"), Ok(()));
        insta::assert_snapshot!(said(&program(62, 1), "arm64").unwrap_err(), @"Landfall's own program is built for amd64, and the engine's machine is arm64, so that its Service proxies cannot run on the engine's machine. Use the Landfall that is built for arm64");
        insta::assert_snapshot!(said(&program(62, 3), "amd64").unwrap_err(), @"Landfall's own program needs shared libraries, so that its Service proxies cannot run on the engine's machine. Use the released Landfall, which is static; one built by hand is with `-C target-feature=+crt-static`");
        insta::assert_snapshot!(said(b"\xcf\xfa\xed\xfe", "arm64").unwrap_err(), @"Landfall's own program is none of Linux, so that its Service proxies cannot run on the engine's machine. Use the Landfall that is built for Linux, or deploy from a Linux machine");
    }

    #[test]
    fn this_test_is_a_program_that_can_run() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let machine = if cfg!(target_arch = "x86_64") { "amd64" } else { "arm64" };
        assert_eq!(check(&own, machine), Ok(()));
    }
}
