//! Several lanes that take the same revisions, and the comparison of what is live on them.

use std::{
    collections::BTreeSet,
    fmt::Write,
    thread,
    time::{Duration, Instant},
};

use similar::TextDiff;

use super::{
    lane::{Call, Lane, Report, Tool, Turns},
    live::Objects,
    random::Random,
};

/// The clusters of one test.
pub struct Arena {
    pub lanes: Vec<Lane>,
    selector: &'static str,
    /// How long the lanes may take to become equal: controllers have their own pace.
    patience: Duration,
}

impl Arena {
    /// Four empty clusters: kubectl only, Landfall only, both in turn, and as the seed decides.
    pub fn four(selector: &'static str, controllers: bool, seed: u64) -> Self {
        Self::of(
            selector,
            controllers,
            vec![
                ("kubectl only", Turns::Only(Tool::Kubectl)),
                ("Landfall only", Turns::Only(Tool::Landfall)),
                ("in turn", Turns::Alternate),
                ("at random", Turns::Random(Random::new(seed))),
            ],
        )
    }

    /// Empty clusters with these turns.
    pub fn of(selector: &'static str, controllers: bool, lanes: Vec<(&'static str, Turns)>) -> Self {
        let lanes = thread::scope(|scope| {
            let start = |(name, turns)| scope.spawn(move || Lane::start(name, turns, controllers));
            let started: Vec<_> = lanes.into_iter().map(start).collect();
            started.into_iter().map(|lane| lane.join().expect("the cluster starts")).collect()
        });
        Self { lanes, selector, patience: Duration::from_secs(if controllers { 60 } else { 0 }) }
    }

    /// Does the same on all clusters at the same time.
    pub fn each<T: Send>(&self, run: impl Fn(&Lane) -> T + Sync) -> Vec<T> {
        thread::scope(|scope| {
            let started: Vec<_> = self.lanes.iter().map(|lane| scope.spawn(|| run(lane))).collect();
            started
                .into_iter()
                .map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    /// Applies a revision to every cluster, each with the tool whose turn it is.
    pub fn apply(&mut self, call: &Call<'_>, after: impl Fn(&Lane, &Report) + Sync) -> Vec<Report> {
        let tools: Vec<Tool> = self.lanes.iter_mut().map(Lane::next_tool).collect();
        let apply = |lane: &Lane, tool| {
            let report = lane.apply(tool, call);
            after(lane, &report);
            report
        };
        let apply = &apply;
        thread::scope(|scope| {
            let start = |(lane, tool)| scope.spawn(move || apply(lane, tool));
            let started: Vec<_> = self.lanes.iter().zip(tools).map(start).collect();
            started
                .into_iter()
                .map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    /// Compares all clusters with the first one; panics with every difference.
    pub fn assert_equal(&self, when: &str, reports: &[Report]) {
        let deadline = Instant::now() + self.patience;
        loop {
            let objects = self.each(|lane| lane.objects(self.selector));
            let (first, others) = objects.split_first().expect("there are lanes");
            let differences: Vec<String> = others
                .iter()
                .zip(&self.lanes[1..])
                .map(|(other, lane)| difference(first, other, self.lanes[0].name, lane.name))
                .filter(|text| !text.is_empty())
                .collect();
            if differences.is_empty() {
                return;
            }
            if Instant::now() > deadline {
                let told: String = self.lanes.iter().zip(reports).map(|(lane, report)| tell(lane, report)).collect();
                panic!("after {when} the clusters differ\n{}\n{told}", differences.join("\n"));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// A second run of Landfall writes nothing, and one of kubectl changes nothing and says the same everywhere.
    ///
    /// (kubectl does send something for values that it spells otherwise than the server, and the server then may sort the
    /// managed fields anew.)
    pub fn assert_quiet(&self, when: &str, call: &Call<'_>) {
        let reports = self.each(|lane| {
            let before = lane.raw(self.selector);
            let report = lane.apply(Tool::Landfall, call);
            let written = difference(&before, &lane.raw(self.selector), "before", "after");
            assert!(written.is_empty(), "after {when} a second run wrote\n{written}\n{}", tell(lane, &report));
            let changed = report.stdout.lines().any(|line| !line.ends_with(" unchanged"));
            assert!(!changed, "after {when} a second run reports changes\n{}", tell(lane, &report));
            let before = lane.objects(self.selector);
            let report = lane.apply(Tool::Kubectl, call);
            let written = difference(&before, &lane.objects(self.selector), "before", "after");
            assert!(written.is_empty(), "after {when} a second run changed\n{written}\n{}", tell(lane, &report));
            report.stdout
        });
        let same = reports.windows(2).all(|pair| pair[0] == pair[1]);
        assert!(same, "after {when} kubectl sees the clusters differently: {reports:#?}");
    }
}

fn tell(lane: &Lane, report: &Report) -> String {
    format!("--- {}: {:?}, success: {}\n{}{}", lane.name, report.tool, report.success, report.stdout, report.stderr)
}

/// The difference of two clusters as text, empty if there is none.
fn difference(one: &Objects, other: &Objects, one_name: &str, other_name: &str) -> String {
    let mut text = String::new();
    for id in one.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
        match (one.get(id), other.get(id)) {
            (Some(left), Some(right)) if left != right => {
                let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default();
                let (left, right) = (pretty(left), pretty(right));
                let diff = TextDiff::from_lines(&left, &right);
                let _ = writeln!(text, "{id}\n{}", diff.unified_diff().context_radius(40).header(one_name, other_name));
            }
            (Some(_), None) => _ = writeln!(text, "{id}: not on '{other_name}'"),
            (None, Some(_)) => _ = writeln!(text, "{id}: only on '{other_name}'"),
            _ => {}
        }
    }
    text
}
