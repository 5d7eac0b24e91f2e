//! How far a deploy is on its way to live: a line for each object on a terminal, which changes in place; lines one below
//! the other else.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use landfall_core::{
    health::HealthState,
    object::ObjectId,
    rollout::{Rollout, not_live},
};

use super::{is_terminal, note, pace::Pace, wrap::within};

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// So many lines change in place; more would not fit on most terminals.
const LINES: usize = 12;

/// What has been told of each object.
pub struct Rollouts {
    bars: Option<MultiProgress>,
    told: HashMap<ObjectId, Told>,
    default_namespace: String,
}

struct Told {
    pace: Pace,
    bar: Option<ProgressBar>,
}

impl Rollouts {
    /// Begins to tell.
    pub fn new(default_namespace: &str) -> Self {
        Self {
            bars: is_terminal().then(MultiProgress::new),
            told: HashMap::new(),
            default_namespace: default_namespace.to_owned(),
        }
    }

    /// Tells how far an object is.
    pub fn tell(&mut self, rollout: &Rollout) {
        let now = Instant::now();
        let open = self.told.values().filter(|told| told.bar.is_some()).count();
        match self.told.get_mut(&rollout.id) {
            Some(told) => told.pace.take(rollout),
            None => {
                self.told.insert(rollout.id.clone(), Told { pace: Pace::new(rollout, now), bar: None });
            }
        }
        let Some(told) = self.told.get_mut(&rollout.id) else { return };
        match &self.bars {
            Some(bars) if rollout.state.is_waiting() => {
                let line = line(rollout, &self.default_namespace);
                match &told.bar {
                    Some(bar) => bar.set_message(line),
                    None if open < LINES => told.bar = Some(spinner(bars, &line)),
                    None => {}
                }
            }
            bars => {
                if let Some(bar) = told.bar.take() {
                    bar.finish_and_clear();
                }
                if let Some(due) = told.pace.due(now) {
                    let line = line(&due, &self.default_namespace);
                    match bars {
                        // It went out of sight, or never was in it: now it stays.
                        Some(bars) => {
                            let _ = bars.println(&line);
                        }
                        None => note(&line),
                    }
                }
            }
        }
    }

    /// Tells what was held back until now. To be called again and again while something is waited for.
    pub fn tell_what_is_due(&mut self) {
        if self.bars.is_some() {
            return;
        }
        let now = Instant::now();
        let due = self.told.values_mut().filter_map(|told| told.pace.due(now));
        due.for_each(|due| note(&line(&due, &self.default_namespace)));
    }

    /// Says something above the lines that change.
    pub fn suspended(&self, tell: impl FnOnce()) {
        match &self.bars {
            Some(bars) => bars.suspend(tell),
            None => tell(),
        }
    }

    /// Removes the lines that change.
    pub fn finish(&self) {
        for bar in self.told.values().filter_map(|told| told.bar.as_ref()) {
            bar.finish_and_clear();
        }
    }
}

fn spinner(bars: &MultiProgress, line: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg}");
    let bar = bars.add(ProgressBar::new_spinner().with_message(line.to_owned()));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// `deployment/web: live, 3 of 3 pods are ready`.
pub fn line(rollout: &Rollout, default_namespace: &str) -> String {
    let name = name(&rollout.id, default_namespace);
    let sentence = &rollout.sentence;
    let text = match rollout.state {
        HealthState::Live => format!("{GREEN}{name}: live{GREEN:#}, {sentence}"),
        HealthState::Suspended => format!("{YELLOW}{name}: held back{YELLOW:#}, {sentence}"),
        HealthState::Hopeless => format!("{RED}{name}: will not become live{RED:#}: {sentence}"),
        HealthState::Progressing | HealthState::Terminating => format!("{name}: {sentence}"),
    };
    within(&text, 0)
}

/// The object as a user calls it: the namespace only where it is not the usual one.
pub fn name(id: &ObjectId, default_namespace: &str) -> String {
    match id.namespace.as_deref() {
        Some(namespace) if namespace != default_namespace => format!("{} -n {namespace}", id.short()),
        _ => id.short(),
    }
}

/// What keeps a revision from being live, an entry an object.
pub fn reasons(rollouts: &[Rollout], default_namespace: &str) -> Vec<String> {
    let reason = |rollout: &&Rollout| format!("{}: {}", name(&rollout.id, default_namespace), rollout.sentence);
    not_live(rollouts).iter().map(reason).collect()
}
