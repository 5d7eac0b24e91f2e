//! What is told while a deploy runs: a bar on a terminal, plain lines else.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use landfall_core::{order::Step, plan::Plan};
use landfall_deploy::progress::{Event, Progress};
use landfall_journal::short_id;

use super::{change_list, data, is_terminal, note, rollouts::Rollouts, warning};

/// How the plan that is carried out is shown first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ShowPlan {
    /// As a change list.
    Yes,
    /// Not at all: the command prints in another way.
    No,
}

/// Tells it on the terminal.
pub struct Terminal {
    show: ShowPlan,
    default_namespace: String,
    state: Mutex<State>,
    stop: AtomicBool,
}

struct State {
    bar: Option<ProgressBar>,
    rollouts: Option<Rollouts>,
    doing: String,
    done: usize,
    total: usize,
    told: Instant,
}

impl Terminal {
    /// Begins.
    pub fn new(show: ShowPlan, default_namespace: &str) -> Self {
        let state = State { bar: None, rollouts: None, doing: String::new(), done: 0, total: 0, told: Instant::now() };
        Self {
            show,
            default_namespace: default_namespace.to_owned(),
            state: Mutex::new(state),
            stop: AtomicBool::new(false),
        }
    }

    /// The user pressed Ctrl-C.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        let mut state = self.lock();
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        if let Some(rollouts) = state.rollouts.take() {
            rollouts.finish();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, doing: &str, total: usize) {
        self.finish();
        let mut state = self.lock();
        (state.doing, state.done, state.total, state.told) = (doing.to_owned(), 0, total, Instant::now());
        if is_terminal() {
            let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}  {elapsed}");
            let bar = ProgressBar::new(total as u64).with_message(doing.to_owned());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.enable_steady_tick(Duration::from_millis(200));
            state.bar = Some(bar);
        }
    }

    fn done(&self) {
        let mut state = self.lock();
        state.done += 1;
        match &state.bar {
            Some(bar) => bar.inc(1),
            // Without a terminal a line a second, and none for what is quick.
            None if state.told.elapsed() > Duration::from_secs(1) => {
                note(&format!("{}: {} of {}", state.doing, state.done, state.total));
                state.told = Instant::now();
            }
            None => {}
        }
    }

    fn suspended(&self, tell: impl FnOnce()) {
        let state = self.lock();
        match (&state.bar, &state.rollouts) {
            (Some(bar), _) => bar.suspend(tell),
            (None, Some(rollouts)) => rollouts.suspended(tell),
            (None, None) => tell(),
        }
    }
}

impl Progress for Terminal {
    fn tell(&self, event: Event) {
        match event {
            Event::Observing => {}
            Event::Checking { total } => self.begin("Checking with the server", total),
            Event::Waiting { holder } => self.suspended(|| note(&format!("Waiting for another deploy: {holder}"))),
            Event::GoingBack { live } => self.suspended(|| {
                warning(&format!(
                    "this revision is older than {}, which is live: the branch does not say so, and its next deploy \
                     undoes it; to go back for good: `landfall rollback`",
                    short_id(&live)
                ));
            }),
            Event::Applying { step, total } => self.begin(&format!("Applying {}", step_name(step)), total),
            Event::Pruning { total } => self.begin("Pruning", total),
            Event::Done { .. } => self.done(),
            Event::Watching { .. } => {
                self.finish();
                self.lock().rollouts = Some(Rollouts::new(&self.default_namespace));
            }
            Event::Rollout(rollout) => {
                if let Some(rollouts) = &mut self.lock().rollouts {
                    rollouts.tell(&rollout);
                }
            }
            Event::StillWaiting => {
                if let Some(rollouts) = &mut self.lock().rollouts {
                    rollouts.tell_what_is_due();
                }
            }
            Event::Blind { message } => self.suspended(|| warning(&message)),
            Event::Warning { id, message } => self.suspended(|| warning(&format!("{id}: {message}"))),
        }
    }

    fn planned(&self, plan: &Plan) {
        self.finish();
        for text in &plan.warnings {
            warning(text);
        }
        if self.show == ShowPlan::Yes && (plan.has_changes() || plan.kept_until_decided().next().is_some()) {
            data(&change_list::render(plan, &self.default_namespace));
            data("");
        }
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

fn step_name(step: Step) -> &'static str {
    match step {
        Step::Definitions => "definitions and namespaces",
        Step::Needs => "what workloads need",
        Step::Workloads => "workloads",
        Step::Rest => "the rest",
        Step::Gates => "admission and API services",
    }
}
