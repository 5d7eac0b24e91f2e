//! What a command ends with when it does not do what was asked.

use std::process::ExitCode;

use landfall_core::diagnostic::Diagnostic;
use landfall_deploy::{
    error::{DeployError, Failure},
    plan::PlanError,
    target::TargetError,
};
use landfall_docker::engine::EngineFault;
use landfall_kube::ConnectError;

use crate::output;

/// The exit status of each outcome that is not success.
pub mod status {
    /// Something failed.
    pub const ERROR: u8 = 1;
    /// `plan --exit-code` found changes.
    pub const PENDING: u8 = 2;
    /// Everything is written, but not live.
    pub const NOT_LIVE: u8 = 3;
    /// A guard, or an immutable field, stopped it: the user may approve. Nothing was written.
    pub const BLOCKED: u8 = 4;
}

/// An error as the user sees it.
#[derive(Debug)]
pub struct CommandError {
    /// What happened: a sentence.
    message: String,
    /// More lines: one for each object or field.
    details: Vec<String>,
    /// Faults in files, with their places.
    faults: Vec<Diagnostic>,
    /// What to do next.
    hints: Vec<String>,
    status: u8,
}

impl CommandError {
    /// Something that the user can correct.
    pub fn user(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            details: Vec::new(),
            faults: Vec::new(),
            hints: Vec::new(),
            status: status::ERROR,
        }
    }

    /// Something that the user cannot correct.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::user(message)
            .hint("this is a fault of Landfall or of the machine; please report it with the output of -vv")
    }

    /// Faults in files.
    pub fn faults(faults: Vec<Diagnostic>) -> Self {
        let count = faults.len();
        let message =
            format!("The manifests have {count} {}; nothing was applied", if count == 1 { "fault" } else { "faults" });
        Self { faults, ..Self::user(message) }
    }

    /// Another message above the faults.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same with another exit status.
    pub fn with_status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    /// The same with advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The faults in files, where it is about such.
    pub fn into_faults(self) -> Result<Vec<Diagnostic>, Self> {
        if self.faults.is_empty() { Err(self) } else { Ok(self.faults) }
    }

    /// All of it but the advice, in one text.
    pub fn text(&self) -> String {
        let faults = self.faults.iter().map(ToString::to_string);
        let lines = std::iter::once(self.message.clone()).chain(self.details.iter().cloned()).chain(faults);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Writes it to stderr and tells the exit status.
    pub fn report(&self) -> ExitCode {
        output::fault::report(&self.faults);
        output::error(&self.message, &self.details, &self.hints);
        ExitCode::from(self.status)
    }
}

/// Makes a panic tell where it happened but not on what: its message may quote a manifest, and so a Secret. Words that
/// stand in the program itself are told.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        let words =
            panic.payload().downcast_ref::<&'static str>().map_or_else(String::new, |words| format!(": {words}"));
        output::error(
            &format!("Landfall itself is at fault here{place}{words}"),
            &[],
            &["please report this with the command that you ran; nothing more is written now".to_owned()],
        );
        std::process::exit(status::ERROR.into());
    }));
}

/// Wrong arguments: clap's words, but not its exit status, which means something else here.
pub fn exit_usage(error: &clap::Error) -> ExitCode {
    // Nothing can be done about a terminal that has gone.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(status::ERROR) } else { ExitCode::SUCCESS }
}

impl From<landfall_git::Error> for CommandError {
    fn from(error: landfall_git::Error) -> Self {
        let hint = error.hint();
        let converted = match error {
            landfall_git::Error::Files { ref faults, .. } => {
                // Its further lines repeat the faults, which are shown above with their places.
                let message = error.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned();
                Self { faults: faults.iter().map(sentence).collect(), ..Self::user(message) }
            }
            error => Self::user(error.to_string()),
        };
        match hint {
            Some(hint) => converted.hint(lower_first(&hint)),
            None => converted,
        }
    }
}

/// A fault whose message is a clause after the path, as a sentence of its own.
fn sentence(fault: &Diagnostic) -> Diagnostic {
    let mut letters = fault.message.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    Diagnostic { message: first.into_iter().chain(letters).collect(), ..fault.clone() }
}

/// A hint as it stands after `hint: `.
fn lower_first(hint: &str) -> String {
    let mut letters = hint.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

impl From<ConnectError> for CommandError {
    fn from(error: ConnectError) -> Self {
        let hint = match &error {
            ConnectError::Missing(_) => "name one with --kubeconfig or KUBECONFIG",
            ConnectError::Unreadable { .. } | ConnectError::Unusable { .. } => {
                "try the same with kubectl version, and repair the kubeconfig"
            }
            ConnectError::NoUser { .. } => "correct the user of the context, or choose one with --user",
            ConnectError::NoContext { .. } | ConnectError::NoCurrentContext(_) => {
                "choose one with --context, or in landfall.yaml"
            }
        };
        Self::user(error.to_string()).hint(hint)
    }
}

impl From<EngineFault> for CommandError {
    fn from(fault: EngineFault) -> Self {
        let error = Self::user(fault.message);
        match fault.remedy {
            Some(remedy) => error.hint(lower_first(&remedy)),
            None => error,
        }
    }
}

impl From<TargetError> for CommandError {
    fn from(error: TargetError) -> Self {
        let hint = match &error {
            TargetError::Unreachable { reason, .. } if reason.contains("certificate") => {
                "the server is not the one that the kubeconfig's certificate authority vouches for; check --certificate-authority, or whether the cluster was set up anew"
            }
            TargetError::Engine { remedy, .. } => match remedy {
                Some(remedy) => &lower_first(remedy),
                None => "run it again: it goes on where this one ended",
            },
            TargetError::Unreachable { .. } => {
                "check the address in the kubeconfig, the network and the VPN: kubectl cluster-info"
            }
            TargetError::Unauthorized { .. } => {
                "log in again, or renew the token in the kubeconfig: kubectl auth whoami"
            }
            TargetError::Forbidden(_) => "ask for this right: docs/permissions.md lists those that Landfall needs",
            TargetError::Refused(_) => "correct the manifest",
            TargetError::Conflict(_) => "run it again: it plans anew from what is live now",
            TargetError::Locked { .. } => {
                "wait for it to end, then run again; a holder that is gone loses the lock after 30 s at most"
            }
            TargetError::Inventory(_) | TargetError::Other(_) => "run it again; with -v it tells each request",
        };
        let details = match &error {
            TargetError::Refused(fault) => {
                fault.causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect()
            }
            _ => Vec::new(),
        };
        Self { details, ..Self::user(error.to_string()).hint(hint) }
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Faults(faults) => Self::faults(faults),
            PlanError::Target(error) => error.into(),
        }
    }
}

impl From<DeployError> for CommandError {
    fn from(error: DeployError) -> Self {
        let message = error.to_string();
        match error {
            DeployError::Plan(error) => error.into(),
            DeployError::Target(error) => error.into(),
            DeployError::Partial { failed, .. } => Self {
                details: failed.iter().map(failure).collect(),
                ..Self::user(message).hint("correct the cause and deploy again: it goes on where this one ended")
            },
            DeployError::Journal { error, .. } => Self { message, ..error.into() },
            DeployError::Stopped { .. } | DeployError::LockLost { .. } => Self::user(message),
        }
    }
}

fn failure(failure: &Failure) -> String {
    let place = failure.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let causes = match &failure.error {
        TargetError::Refused(fault) => {
            fault.causes.iter().map(|cause| format!("\n  {}: {}", cause.field, cause.message)).collect::<String>()
        }
        _ => String::new(),
    };
    let mut said = failure.error.to_string();
    if let TargetError::Engine { remedy: Some(remedy), .. } = &failure.error {
        said = format!("{said}\n  {remedy}");
    }
    // Some errors name the object themselves.
    let id = if said.contains(&failure.id.to_string()) { String::new() } else { format!("{}: ", failure.id) };
    format!("{place}{id}{said}{causes}")
}
