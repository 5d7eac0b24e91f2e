//! What a running proxy is: its configuration in force and on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::check::check;
use crate::config::Config;
use crate::control::{Command, Report};
use crate::ingress::Ingress;
use crate::live::Stop;
use crate::lock;
use crate::resolve::Resolver;
use crate::service::Service;
use crate::workers::Workers;

/// A proxy, from before its first configuration to its end.
pub(crate) struct App {
    state: PathBuf,
    resolver: Arc<Resolver>,
    workers: Workers,
    stop: Stop,
    role: Mutex<Option<Role>>,
    changed: watch::Sender<u64>,
    /// Configurations come one after the other, on disk as in force.
    setting: Mutex<()>,
}

#[derive(Clone)]
enum Role {
    Service(Arc<Service>),
    Ingress(Arc<Ingress>),
}

impl App {
    /// `state` is the folder of the configuration.
    pub(crate) fn new(state: PathBuf, resolver: Resolver, workers: Workers, stop: Stop) -> Self {
        Self {
            state,
            resolver: Arc::new(resolver),
            workers,
            stop,
            role: Mutex::new(None),
            changed: watch::Sender::new(0),
            setting: Mutex::new(()),
        }
    }

    /// Takes the configuration that is on disk, if there is one.
    ///
    /// # Errors
    ///
    /// A sentence, if it cannot be read or is refused.
    pub(crate) fn load(&self) -> Result<(), String> {
        let path = self.state.join("config.json");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(format!("{} cannot be read: {error}.", path.display())),
        };
        // The text is not shown: it may hold private keys.
        let config = serde_json::from_slice(&text)
            .map_err(|error| format!("{} is no configuration of this version: {}.", path.display(), place(&error)))?;
        check(&config)?;
        self.apply(config, true)
    }

    /// Does what a line says. None: there is nothing to answer.
    pub(crate) fn take(&self, command: Command) -> Option<Report> {
        let _one_at_a_time = lock(&self.setting);
        let outcome = match command {
            Command::Set(config) => self.set(config).map(|revision| Some(Report::Taken { revision })),
            Command::Ready { pod, ready } => self.told(&pod, ready).map(|()| None),
        };
        outcome.unwrap_or_else(|reason| Some(Report::Refused { reason }))
    }

    /// Revision in use.
    pub(crate) fn revision(&self) -> Option<u64> {
        match self.role()? {
            Role::Service(service) => Some(service.pool.config().revision),
            Role::Ingress(ingress) => Some(ingress.revision()),
        }
    }

    /// Counts up with everything that is worth a report.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// How everything is.
    pub(crate) fn reports(&self) -> Vec<Report> {
        match self.role() {
            None => Vec::new(),
            Some(Role::Service(service)) => {
                let endpoints = service.pool.reports().into_iter().map(Report::Endpoint);
                endpoints.chain(service.listeners().into_iter().map(Report::Listener)).collect()
            }
            Some(Role::Ingress(ingress)) => ingress.listeners().into_iter().map(Report::Listener).collect(),
        }
    }

    fn role(&self) -> Option<Role> {
        lock(&self.role).clone()
    }

    fn set(&self, config: Config) -> Result<u64, String> {
        check(&config)?;
        let revision = match (&config, self.role()) {
            (Config::Service(config), None | Some(Role::Service(_))) => config.revision,
            (Config::Ingress(config), None | Some(Role::Ingress(_))) => config.revision,
            (Config::Service(_), _) => return Err("This is the proxy of an ingress, not of a Service.".to_owned()),
            (Config::Ingress(_), _) => return Err("This is the proxy of a Service, not of an ingress.".to_owned()),
        };
        self.save(&config)?;
        self.apply(config, false)?;
        Ok(revision)
    }

    fn told(&self, pod: &str, ready: bool) -> Result<(), String> {
        let Some(Role::Service(service)) = self.role() else {
            return Err("Only a Service has pods.".to_owned());
        };
        if !service.pool.told(pod, ready) {
            return Err(format!("This Service has no pod {pod}."));
        }
        self.save(&Config::Service(service.pool.config()))
    }

    fn apply(&self, config: Config, at_start: bool) -> Result<(), String> {
        let mut role = lock(&self.role);
        match config {
            Config::Service(config) => {
                let service = match &*role {
                    Some(Role::Service(service)) => Arc::clone(service),
                    _ => {
                        let (resolver, workers) = (Arc::clone(&self.resolver), self.workers.clone());
                        Arc::new(Service::new(resolver, workers, self.stop.clone(), self.changed.clone()))
                    }
                };
                service.apply(config, at_start);
                *role = Some(Role::Service(service));
            }
            Config::Ingress(config) => {
                let ingress = match &*role {
                    Some(Role::Ingress(ingress)) => Arc::clone(ingress),
                    _ => {
                        let (resolver, workers) = (Arc::clone(&self.resolver), self.workers.clone());
                        Arc::new(Ingress::new(resolver, workers, self.stop.clone(), self.changed.clone()))
                    }
                };
                ingress.apply(config)?;
                *role = Some(Role::Ingress(ingress));
            }
        }
        Ok(())
    }

    /// Either the old or the new configuration is on disk, whenever the machine stops.
    fn save(&self, config: &Config) -> Result<(), String> {
        let write = || -> io::Result<()> {
            let (new, path) = (self.state.join("config.json.new"), self.state.join("config.json"));
            let mut file = File::create(&new)?;
            serde_json::to_writer(&mut file, config)?;
            file.flush()?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.state)?.sync_all()
        };
        write().map_err(|error| format!("The configuration cannot be saved in {}: {error}.", self.state.display()))
    }
}

/// What is wrong where, without the values that an error's own message may quote.
pub(crate) fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "it is not JSON",
        _ => "a field is missing, unknown or of the wrong type",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}
