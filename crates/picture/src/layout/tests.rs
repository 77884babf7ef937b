//! The picture of the shipped scenario, and of odd ones.

use super::*;
use scenario::{Scenario, read, settings, shipped};

fn plan_of(settings: &[(&str, &str)]) -> Plan {
    let scenario = shipped::load("consultation-list").unwrap();
    let set: Vec<_> = settings
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Plan::new(&settings::apply(&scenario, &set).unwrap())
}

fn main_client(plan: &Plan) -> u16 {
    plan.clients
        .iter()
        .position(|client| client.name == "staff")
        .unwrap_or(0) as u16
}

fn layout_of(settings: &[(&str, &str)], form: Form) -> (Plan, Layout) {
    let plan = plan_of(settings);
    let layout = Layout::new(&plan, main_client(&plan), form);
    (plan, layout)
}

fn solid(layout: &Layout) -> Vec<Rect> {
    layout
        .services
        .iter()
        .map(|service| service.rect)
        .chain(layout.stores.iter().map(|store| store.rect))
        .chain(layout.people.iter().map(|people| people.rect))
        .chain(layout.topics.iter().map(|topic| topic.rect))
        .collect()
}

fn check_sound(layout: &Layout) {
    let page = Rect::new(0.0, 0.0, layout.width, layout.height);
    let rects = solid(layout);
    for (index, rect) in rects.iter().enumerate() {
        assert!(page.contains(rect), "{rect:?} is not on the page");
        for other in &rects[..index] {
            assert!(!rect.overlaps(other), "{rect:?} overlaps {other:?}");
        }
    }
    for service in &layout.services {
        let inner = service
            .rows
            .iter()
            .chain(&service.queues)
            .chain(service.drawers.iter().map(|drawer| &drawer.rect));
        for rect in inner {
            assert!(
                service.rect.contains(rect),
                "{rect:?} is not inside {:?}",
                service.rect
            );
        }
        for drawer in &service.drawers {
            assert!(service.rows.iter().all(|row| !row.overlaps(&drawer.rect)));
        }
    }
    for store in &layout.stores {
        for chip in &store.chips {
            assert!(store.rect.contains(&chip.rect), "{chip:?}");
        }
    }
    for route in &layout.routes {
        for corner in &route.way {
            assert!(
                page.contains(&Rect::new(corner.x, corner.y, 0.0, 0.0)),
                "{corner:?} is not on the page"
            );
        }
    }
    for topic in &layout.topics {
        for (index, lane) in topic.lanes.iter().enumerate() {
            assert!(topic.rect.contains(&lane.rect), "{lane:?}");
            let parts = [lane.beads, lane.hands, lane.tray];
            for part in parts {
                assert!(lane.rect.contains(&part), "{part:?} in {lane:?}");
            }
            assert!(!lane.beads.overlaps(&lane.hands) && !lane.tray.overlaps(&lane.hands));
            let before = &topic.lanes[..index];
            assert!(before.iter().all(|other| !other.rect.overlaps(&lane.rect)));
        }
    }
    for store in &layout.stores {
        if let Some(locks) = store.locks {
            assert!(store.rect.contains(&locks));
            assert!(store.chips.iter().all(|chip| !chip.rect.overlaps(&locks)));
        }
        for outbox in &store.outboxes {
            assert!(page.contains(&outbox.rect));
            let topics = layout.topics.iter().map(|topic| topic.rect);
            let services = layout.services.iter().map(|service| service.rect);
            let mut others = topics.chain(services);
            assert!(others.all(|other| !other.overlaps(&outbox.rect)));
        }
    }
}

#[test]
fn nothing_overlaps_and_everything_is_on_the_page() {
    for form in [Form::Wide, Form::Tall] {
        for strategy in [
            "join",
            "per_row",
            "parallel",
            "batch",
            "local_cache",
            "replica",
            "remodel",
        ] {
            for instances in ["1", "2", "20"] {
                let all = ["customer", "code", "user", "department"].map(|name| (name, strategy));
                let set = [
                    &all[..],
                    &[("instances", instances), ("owner-instances", instances)],
                ]
                .concat();
                let (plan, layout) = layout_of(&set, form);
                check_sound(&layout);
                assert_eq!(layout.routes.len(), plan.links.len());
            }
        }
    }
}

#[test]
fn changing_a_strategy_moves_no_box() {
    for form in [Form::Wide, Form::Tall] {
        let (_, before) = layout_of(&[], form);
        for strategy in ["join", "local_cache", "replica", "remodel"] {
            let (_, after) = layout_of(&[("customer", strategy), ("user", strategy)], form);
            assert_eq!(solid(&before), solid(&after), "{strategy}");
            assert_eq!((before.width, before.height), (after.width, after.height));
        }
    }
}

#[test]
fn people_who_only_change_data_stand_together_behind_its_owner() {
    let (plan, layout) = layout_of(&[], Form::Wide);
    let names: Vec<Vec<&str>> = layout
        .people
        .iter()
        .map(|people| {
            people
                .clients
                .iter()
                .map(|client| plan.clients[*client as usize].name.as_str())
                .collect()
        })
        .collect();
    assert_eq!(names[0], ["staff"], "whose outcome counts stands first");
    assert_eq!(names[1], ["desk"]);
    assert_eq!(names[2].len(), 4, "{names:?}");
    let common = &layout.services[plan
        .services
        .iter()
        .position(|it| it.name == "common")
        .unwrap()];
    assert!(layout.people[2].rect.x > common.rect.right());
}

#[test]
fn a_feed_stands_where_events_keep_copies_in_step() {
    let (_, layout) = layout_of(&[], Form::Wide);
    assert!(layout.feeds.is_empty());
    let (_, layout) = layout_of(
        &[("customer", "replica"), ("code", "local_cache")],
        Form::Wide,
    );
    assert_eq!(layout.feeds.len(), 1);
    assert!(layout.feeds[0].replicas && !layout.feeds[0].caches);
    let (_, layout) = layout_of(
        &[("code", "local_cache"), ("sync", "broadcast")],
        Form::Tall,
    );
    assert!(layout.feeds[0].caches && !layout.feeds[0].replicas);
    assert!(solid(&layout).iter().all(|rect| {
        let at = layout.feeds[0].at;
        !rect.overlaps(&Rect::new(at.x - 8.0, at.y - 8.0, 16.0, 16.0))
    }));
}

#[test]
fn the_store_shows_what_it_holds_and_what_is_only_a_copy() {
    let (plan, layout) = layout_of(
        &[
            ("customer", "replica"),
            ("code", "join"),
            ("user", "remodel"),
        ],
        Form::Wide,
    );
    let store = layout
        .stores
        .iter()
        .find(|store| plan.stores[store.store as usize].name == "consultation_db")
        .unwrap();
    let kinds: Vec<ChipKind> = store.chips.iter().map(|chip| chip.kind).collect();
    assert_eq!(kinds[0], ChipKind::Own);
    for kind in [ChipKind::Joined, ChipKind::Replica, ChipKind::Embedded] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

fn check_document(text: &str) {
    let scenario: Scenario = read(text).unwrap();
    let plan = Plan::new(&scenario);
    for form in [Form::Wide, Form::Tall] {
        check_sound(&Layout::new(&plan, 0, form));
    }
}

fn orders(change: impl Fn(&mut Scenario)) -> Plan {
    let mut scenario: Scenario = read(include_str!("orders.json")).unwrap();
    change(&mut scenario);
    Plan::new(&scenario)
}

#[test]
fn topics_have_their_place_however_events_leave_for_them() {
    use scenario::PublishBy;
    for form in [Form::Wide, Form::Tall] {
        let mut before: Option<Layout> = None;
        for by in [
            PublishBy::BeforeCommit,
            PublishBy::AfterCommit,
            PublishBy::Outbox,
            PublishBy::Cdc,
        ] {
            let plan = orders(|scenario| {
                for topic in scenario.topics.values_mut() {
                    topic.publish.by = by;
                }
            });
            let layout = Layout::new(&plan, 0, form);
            check_sound(&layout);
            assert!(layout.shows(&plan), "{form:?} {by:?}");
            if let Some(before) = &before {
                assert_eq!(solid(before), solid(&layout), "{by:?} moves a box");
            }
            before = Some(layout);
        }
    }
}

#[test]
fn a_topic_stands_between_who_publishes_and_who_listens() {
    let plan = orders(|_| {});
    let at = |name: &str| plan.services.iter().position(|it| it.name == name).unwrap();
    let wide = Layout::new(&plan, 0, Form::Wide);
    let topic = wide.topics[0].rect;
    assert!(topic.x > wide.services[at("order")].rect.right());
    for listener in ["stock", "mail"] {
        assert!(topic.right() < wide.services[at(listener)].rect.x);
    }
    let tall = Layout::new(&plan, 0, Form::Tall);
    let topic = tall.topics[0].rect;
    assert!(topic.y > tall.services[at("order")].rect.bottom());
    for listener in ["stock", "mail"] {
        assert!(topic.bottom() < tall.services[at(listener)].rect.y);
    }
    assert!(tall.width < 420.0, "a phone is no wider: {}", tall.width);
    assert!(wide.services[at("payment")].external);
}

#[test]
fn an_empty_a_lonely_and_a_circular_world_have_a_picture_too() {
    check_document(r#"{"version": 1, "name": "empty"}"#);
    check_document(
        r#"{"version": 1, "name": "one", "services": {"a": {}},
            "operations": {"a.x": {"steps": [{"work": "1ms"}]}},
            "clients": {"people": {"operation": "a.x", "load": {"constant": {"rate": 1}}}}}"#,
    );
    check_document(
        r#"{"version": 1, "name": "circle", "services": {"a": {}, "b": {}, "c": {}},
            "operations": {
              "a.x": {"steps": [{"call": {"operation": "b.x"}}]},
              "b.x": {"steps": [{"call": {"operation": "c.x"}}]},
              "c.x": {"steps": [{"call": {"operation": "a.y"}}]},
              "a.y": {"steps": [{"work": "1ms"}]}},
            "clients": {"people": {"operation": "a.x", "load": {"constant": {"rate": 1}}}}}"#,
    );
}

#[test]
fn a_point_along_a_line_is_on_its_lane() {
    let (a, b) = (Point { x: 0.0, y: 0.0 }, Point { x: 10.0, y: 0.0 });
    assert_eq!(along(a, b, 0.5, 0.0), Point { x: 5.0, y: 0.0 });
    assert_eq!(along(a, b, 0.5, 2.0), Point { x: 5.0, y: 2.0 });
    // The answer's lane is on the other side, because it runs the other way.
    assert_eq!(along(b, a, 0.5, 2.0), Point { x: 5.0, y: -2.0 });
    assert_eq!(along(a, a, 0.5, 2.0), a);
}

#[test]
fn a_lane_keeps_its_distance_round_a_corner() {
    let way = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)].map(|(x, y)| Point { x, y });
    assert_eq!(on_way(&way, 0.25, 2.0), Point { x: 4.0, y: 2.0 });
    assert_eq!(on_way(&way, 0.5, 2.0), Point { x: 8.0, y: 2.0 });
    assert_eq!(on_way(&way, 1.0, 2.0), Point { x: 8.0, y: 10.0 });
    assert_eq!(on_way(&way, 0.5, -2.0), Point { x: 12.0, y: -2.0 });
    assert_eq!(on_way(&[], 0.5, 2.0), Point::default());
}

#[test]
fn a_topic_that_nobody_publishes_on_is_small_and_in_its_place() {
    let base = shipped::load("order-payment").unwrap();
    let layout = |by: &str| {
        let set = [("by".to_string(), by.to_string())];
        let plan = Plan::new(&settings::apply(&base, &set).unwrap());
        Layout::new(&plan, 0, Form::Wide)
    };
    let (calls, events) = (layout("calls"), layout("events"));
    assert!(!calls.topics[0].used && events.topics[0].used);
    assert!(calls.topics[0].rect.h < 0.5 * events.topics[0].rect.h);
    assert!(events.topics[0].rect.contains(&calls.topics[0].rect));
}
