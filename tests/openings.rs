//! Every scenario that ships opens with its problem: within five seconds of opening the headline is clearly bad, on twenty
//! seeds, and within twenty seconds of the offered change it is clearly mended. Nothing is scripted: what a person sees is
//! what the run gives, so a scenario may only choose the moment at which it opens and the change that it offers.

use kernel::time::{Span, Time};
use run::forecast::ForecastRun;
use run::metrics::HeadlineNow;
use run::session::{Session, Story};
use scenario::settings::{self, Setting};
use scenario::{HeadlineKind, Scenario, shipped};
use std::rc::Rc;

const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;
/// Within so many seconds of opening, what is wrong is visible.
const VISIBLE: Span = Span::from_secs(5);
/// Within so many seconds of the offered change, it is visibly mended.
const MENDED: Span = Span::from_secs(20);

/// Whether a person who sees this headline would say that something is wrong.
fn is_bad(now: &HeadlineNow) -> bool {
    let Some(value) = now.value else {
        // They ask, and nothing comes.
        return now.of.kind == HeadlineKind::Latency && now.among >= 1.0;
    };
    match now.of.kind {
        // People notice 0.4 s (Doherty and Thadani, "The economic value of rapid response time", 1982).
        HeadlineKind::Latency => value >= 400.0,
        HeadlineKind::Goodput => value < 0.6 * now.among,
        HeadlineKind::Stale => value >= 0.05,
        HeadlineKind::Anomalies | HeadlineKind::Disagreements => value >= 1.0,
    }
}

/// Whether a person who saw `before` would say that it is mended.
fn is_mended(now: &HeadlineNow, before: &HeadlineNow) -> bool {
    let (Some(value), Some(own), Some(was)) = (now.value, now.badness(), before.badness()) else {
        return now.value.is_some();
    };
    match now.of.kind {
        HeadlineKind::Latency | HeadlineKind::Stale => own <= 0.5 * was,
        HeadlineKind::Goodput => value >= 0.9 * now.among,
        // Enough has been seen to say so.
        HeadlineKind::Anomalies | HeadlineKind::Disagreements => {
            own <= 0.5 * was && now.among >= 10.0
        }
    }
}

fn shipped_with_seed(name: &str, seed: u64) -> Rc<Scenario> {
    let set = [("seed".to_string(), seed.to_string())];
    let scenario = shipped::load(name).expect("it ships");
    Rc::new(settings::apply(&scenario, &set).expect("a seed"))
}

fn offered(scenario: &Scenario) -> Rc<Scenario> {
    let offer = scenario.offer.as_ref().expect("it offers something");
    let set: Vec<Setting> = offer.set.clone().into_iter().collect();
    Rc::new(settings::apply(scenario, &set).expect("the offer applies"))
}

/// Goes on to a moment, as the frame loop does.
fn run_to(session: &mut Session, to: Time) {
    while session.seeking().is_some() {
        session.advance(Span::ZERO, 100_000);
    }
    while session.now() < to {
        let left = to.since(session.now());
        let advance = session.advance(left, 100_000);
        assert_eq!(advance.stopped, None, "the engine ends no opening");
    }
}

fn headline(session: &Session) -> HeadlineNow {
    let run = session.run();
    run.headline(&run.recent())
}

/// Opens a scenario as the page does, and takes the offer five seconds later: the headline then, and at the first look in
/// the next twenty seconds at which it is mended (or else at the last look).
fn opening(name: &str, seed: u64) -> (HeadlineNow, HeadlineNow, f64) {
    let scenario = shipped_with_seed(name, seed);
    let opens_at = Time::ZERO + scenario.opens_at;
    let mut session = Session::new(Rc::new(Story::new(scenario.clone())), 0);
    run_to(&mut session, opens_at + VISIBLE);
    let before = headline(&session);
    session.reconfigure(offered(&scenario));
    // What cannot be changed under way starts again, and opens at the same moment.
    if session.now() < opens_at {
        session.seek(opens_at);
        run_to(&mut session, opens_at);
    }
    let taken = session.now();
    let mut after = headline(&session);
    for second in 1..=MENDED.as_secs() as u64 {
        run_to(&mut session, taken + Span::from_secs(second));
        after = headline(&session);
        if is_mended(&after, &before) {
            return (before, after, second as f64);
        }
    }
    (before, after, f64::NAN)
}

fn check(name: &str) {
    for seed in SEEDS {
        let (before, after, seconds) = opening(name, seed);
        if std::env::var_os("SHOW").is_some() {
            println!("{name} {seed}: {before:?} -> {after:?} after {seconds}");
        }
        assert!(is_bad(&before), "{name}, seed {seed}: {before:?} after 5 s");
        assert!(
            is_mended(&after, &before),
            "{name}, seed {seed}: {before:?} becomes {after:?}"
        );
        assert!(
            before.price.is_some() && after.price.is_some(),
            "{name}, seed {seed}: the price is known: {before:?} {after:?}"
        );
    }
}

macro_rules! openings {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            check($name);
        })*

        #[test]
        fn every_scenario_that_ships_is_opened_here() {
            let mut tested = vec![$($name),*];
            let mut names: Vec<_> = shipped::names().collect();
            tested.sort_unstable();
            names.sort_unstable();
            assert_eq!(tested, names);
        }
    };
}

openings! {
    consultation_list_opens_slow_and_batches_mend_it: "consultation-list";
    session_lookup_opens_with_values_out_of_date_and_the_offer_mends_it: "session-lookup";
    course_model_opens_slow_and_the_offer_mends_it: "course-model";
    course_enrolment_opens_with_records_that_disagree_and_the_offer_mends_it: "course-enrolment";
    order_payment_opens_with_records_that_disagree_and_the_offer_mends_it: "order-payment";
    prescription_billing_opens_with_anomalies_and_a_lock_mends_it: "prescription-billing";
    customer_update_opens_with_copies_that_differ_and_the_offer_mends_it: "customer-update";
    retry_storm_opens_in_the_storm_and_events_mend_it: "retry-storm";
}

#[test]
fn the_offer_is_expected_to_help_wherever_it_does() {
    for name in shipped::names() {
        let scenario = shipped_with_seed(name, 7);
        let mut forecast = ForecastRun::new(&scenario, &offered(&scenario));
        let expected = forecast
            .work(100_000, || false)
            .expect("it is never enough");
        let (before, after, _) = opening(name, 7);
        assert!(
            expected.is_better_than(&before),
            "{name}: {expected:?} is expected instead of {before:?}"
        );
        assert!(
            after.is_better_than(&before),
            "{name}: {before:?} {after:?}"
        );
        // What is told of a run of another length is told for as much as has been seen.
        assert_eq!(expected.told_among(&before).badness(), expected.badness());
    }
}

#[test]
fn what_does_not_help_is_not_expected_to() {
    for name in ["consultation-list", "retry-storm"] {
        let scenario = shipped_with_seed(name, 3);
        let (before, ..) = opening(name, 3);
        let mut forecast = ForecastRun::new(&scenario, &scenario);
        let expected = forecast
            .work(100_000, || false)
            .expect("it is never enough");
        assert!(
            !expected.is_better_than(&before),
            "{name}: {expected:?} {before:?}"
        );
    }
}
