//! Sessions with a process in a container: its input and outputs, attached.

use std::pin::Pin;

use bollard::{
    container::LogOutput,
    errors::Error,
    exec::{StartExecOptions, StartExecResults},
    models::ExecConfig,
    query_parameters::AttachContainerOptionsBuilder,
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Engine, EngineFault, FaultKind};

/// A command to be run in a container that runs.
#[derive(Debug, Clone, Default)]
pub struct Exec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The user; that of the container where `None`.
    pub user: Option<String>,
    /// Whether it is given input.
    pub input: bool,
}

/// A session. Dropping it closes the connection, which ends the process' input.
pub struct Session {
    /// The engine's id of the exec session; `None` where the container's own process is attached.
    pub exec: Option<String>,
    /// What the process reads.
    pub input: Input,
    /// What the process writes.
    pub output: Output,
}

/// The input of a process.
pub struct Input {
    writer: Pin<Box<dyn AsyncWrite + Send>>,
    doing: String,
}

/// The outputs of a process.
pub struct Output {
    parts: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
    engine: Engine,
    doing: String,
}

/// A part of what a process wrote; lines may be cut anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Of its standard output.
    Out(Bytes),
    /// Of its standard error.
    Err(Bytes),
}

impl Engine {
    /// Runs a command in a container, and is attached to it.
    pub async fn exec(&self, container: &str, exec: &Exec) -> Result<Session, EngineFault> {
        let doing = format!("Running '{}' in the container '{container}'", program(exec));
        let config = ExecConfig {
            attach_stdin: Some(exec.input),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(exec.command.clone()),
            user: exec.user.clone(),
            ..ExecConfig::default()
        };
        let made = self.docker.create_exec(container, config).await.map_err(|error| self.fault(&doing, error))?;
        match self.docker.start_exec(&made.id, None::<StartExecOptions>).await {
            Ok(StartExecResults::Attached { output, input }) => {
                Ok(self.session(Some(made.id), input, Box::pin(output), doing))
            }
            Ok(StartExecResults::Detached) => {
                Err(EngineFault::new(FaultKind::Other, format!("{doing} failed: the engine did not attach to it")))
            }
            Err(error) => Err(self.fault(&doing, error)),
        }
    }

    /// How a command ended; `None` while it runs.
    pub async fn exec_ended(&self, exec: &str) -> Result<Option<i64>, EngineFault> {
        let answer = self.docker.inspect_exec(exec).await;
        let answer = answer.map_err(|error| self.fault("Asking how a command in a container ended", error))?;
        Ok(answer.exit_code.filter(|_| answer.running != Some(true)))
    }

    /// Is attached to a container's own process: its input, and what it writes from now on. Before the start, nothing
    /// that it writes is missed.
    pub async fn attach(&self, container: &str) -> Result<Session, EngineFault> {
        let doing = format!("Attaching to the container '{container}'");
        let options =
            AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stderr(true).stream(true).build();
        let attached = self.docker.attach_container(container, Some(options)).await;
        let attached = attached.map_err(|error| self.fault(&doing, error))?;
        Ok(self.session(None, attached.input, attached.output, doing))
    }

    fn session(
        &self,
        exec: Option<String>,
        writer: Pin<Box<dyn AsyncWrite + Send>>,
        parts: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
        doing: String,
    ) -> Session {
        let input = Input { writer, doing: doing.clone() };
        Session { exec, input, output: Output { parts, engine: self.clone(), doing } }
    }
}

impl Input {
    /// Writes, and sends it off.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), EngineFault> {
        let written = async {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await
        };
        written.await.map_err(|error| self.closed(&error))
    }

    /// Ends the input; the outputs go on.
    pub async fn close(&mut self) -> Result<(), EngineFault> {
        self.writer.shutdown().await.map_err(|error| self.closed(&error))
    }

    fn closed(&self, error: &std::io::Error) -> EngineFault {
        EngineFault::new(FaultKind::Unreachable, format!("{} failed: its input is closed: {error}", self.doing))
    }
}

impl Output {
    /// The next part; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Part>, EngineFault> {
        match self.parts.next().await {
            None => Ok(None),
            Some(Ok(LogOutput::StdErr { message })) => Ok(Some(Part::Err(message))),
            Some(Ok(part)) => Ok(Some(Part::Out(part.into_bytes()))),
            Some(Err(error)) => Err(self.engine.fault(&self.doing, error)),
        }
    }
}

/// The program without its arguments, which may hold secrets.
fn program(exec: &Exec) -> &str {
    exec.command.first().map_or("", String::as_str)
}
