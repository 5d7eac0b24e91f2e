//! A generated history: hundreds of revisions of every common kind, with changes by hand in between.

use std::time::Instant;

use super::{
    arena::Arena,
    generate::{KINDS, Repository, people},
    lane::Call,
    random::{Random, mix, seed},
};

const SELECTOR: &str = "deploy=shop";

/// The number of revisions; `LANDFALL_REVISIONS` sets another one.
const REVISIONS: usize = 200;

/// All four clusters are equal after every revision, and now and then a second run of both tools writes nothing.
///
/// What is deliberately different is kept out of the comparison:
/// - kubectl prunes by its own list of kinds, which lacks rights, accounts, policies and custom kinds: it is given those
///   of which this revision has lost an object (all would take it 20 s, at 5 lists a second);
/// - Landfall never prunes claims, volumes, namespaces and definitions without an approval: kubectl is not given those;
/// - kubectl prunes only in namespaces that a manifest still names: every namespace has an object that stays;
/// - lists in which entries share a merge key are not generated; they have a test of their own.
#[test]
fn four_clusters_are_equal_after_every_generated_revision() {
    let seed = seed("generated history");
    let revisions = std::env::var("LANDFALL_REVISIONS").ok().map_or(REVISIONS, |text| text.parse().expect("a number"));
    let mut arena = Arena::four(SELECTOR, false, mix(seed, "turns"));
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base");
    let mut repository = Repository::new(mix(seed, "repository"));
    let mut random = Random::new(mix(seed, "people"));
    let started = Instant::now();
    for number in 1..=revisions {
        let mut deeds = Vec::new();
        if number > 1 {
            repository.next_revision();
        }
        if number > 2 {
            let live = arena.lanes[0].raw(SELECTOR);
            deeds.extend((0..random.below(3)).filter_map(|_| people::some_deed(&live, &mut random)));
        }
        repository.write(&base);
        for deed in &deeds {
            let answers = arena.each(|lane| deed.carry_out(&lane.reader));
            assert!(
                answers.windows(2).all(|pair| pair[0] == pair[1]),
                "before revision {number} {deed:?}: {answers:?}"
            );
        }
        let kubectl = repository.allowlist();
        let call = Call { folder: &base, selector: SELECTOR, kubectl: &kubectl, landfall: &[] };
        let when = format!("revision {number} of seed {seed} (by hand before: {deeds:?})");
        let reports = arena.apply(&call, |lane, report| {
            assert!(report.success, "{when} on '{}': {report:#?}", lane.name);
        });
        arena.assert_equal(&when, &reports);
        if number == 1 {
            arena.each(|lane| {
                ["v1/widgets", "v1alpha1/plans"]
                    .map(|kind| lane.reader.wait_for(&format!("/apis/shop.example.org/{kind}")))
            });
        }
        if number % 20 == 0 {
            arena.assert_quiet(&when, &call);
        }
    }
    println!("{revisions} revisions of about {} objects in {:.0} s", repository.len(), started.elapsed().as_secs_f32());
    if revisions >= REVISIONS {
        let missing: Vec<&str> = KINDS
            .iter()
            .map(|kind| kind.name)
            .filter(|name| !repository.seen.contains(&format!("add {name}")))
            .collect();
        assert!(missing.is_empty(), "never generated: {missing:?}");
    }
}
