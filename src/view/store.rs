//! A store in the diagram: a cylinder with its tables, its own and the copies of others'.

use super::diagram::{Button, Props, button, rect, text};
use crate::app::Node;
use picture::layout::{Chip, ChipKind, Cylinder, Outbox};
use scenario::FaultKind;
use words::{Say, Word};
use yew::prelude::*;

/// The cylinder.
pub(super) fn cylinder(props: &Props, place: &Cylinder) -> Html {
    let lang = props.lang;
    let Some(name) = props.names.stores.get(place.store as usize) else {
        return Html::default();
    };
    let now = props.snapshot.stores.get(place.store as usize).copied();
    let busy = now.unwrap_or_default();
    let down = props.snapshot.faults.iter().any(|fault| {
        fault.active && matches!(&fault.kind, FaultKind::StoreDown { store } if *store == name.key)
    });
    let node = Node::Store(place.store);
    let (r, lid) = (place.rect, place.lid);
    let (rx, cx) = (r.w / 2.0, r.x + r.w / 2.0);
    let body = format!(
        "M{x:.1} {top:.1}v{side:.1}a{rx:.1} {lid:.1} 0 0 0 {w:.1} 0v-{side:.1}",
        x = r.x,
        top = r.y + lid,
        side = r.h - 2.0 * lid,
        w = r.w,
    );
    let (a, b) = place.wire;
    let state = if down {
        Word::Down.text(lang).to_string()
    } else if !place.roomy {
        // The name needs the room; the rim says it, too.
        String::new()
    } else {
        now.map_or(String::new(), |now| {
            format!("{}/{}", now.busy, now.connections)
        })
    };
    let inner = html! {
        <>
            <line class="wire" x1={a.x.to_string()} y1={a.y.to_string()} x2={b.x.to_string()} y2={b.y.to_string()}/>
            <path class="body" d={body}/>
            <ellipse class="lid" cx={cx.to_string()} cy={(r.y + lid).to_string()} rx={rx.to_string()} ry={lid.to_string()}/>
            { text(place.title.x, place.title.y, "title small", name.text(lang).to_string()) }
            { text(r.right() - 12.0, place.title.y, "live small", state) }
            { for place.chips.iter().map(|it| chip(props, it)) }
            { for place.outboxes.iter().map(|it| outbox(props, it)) }
            if place.more > 0 {
                { text(r.right() - 14.0, r.bottom() - lid + 2.0, "tiny end", format!("+{}", place.more)) }
            }
        </>
    };
    let label = Say::Store {
        name: name.text(lang),
        busy: busy.busy,
        connections: busy.connections,
    };
    let mut label = label.text(lang);
    if busy.locks != Default::default() {
        label = format!("{} ({})", label, Say::Locked(busy.locks).text(lang));
    }
    let class = classes!(
        "store",
        down.then_some("down"),
        (props.selected == Some(node)).then_some("selected")
    );
    let button_of = Button {
        id: format!("node-{}", name.key),
        label,
        class,
        node,
        pressed: props.selected == Some(node),
        place: r,
    };
    button(button_of, &props.send, inner)
}

/// A table. A copy has a dashed outline and says where its values come from.
fn chip(props: &Props, chip: &Chip) -> Html {
    let name = props
        .names
        .tables
        .get(chip.table as usize)
        .map_or("", String::as_str);
    let class = match chip.kind {
        ChipKind::Own => "chip",
        ChipKind::Joined => "chip joined",
        ChipKind::Replica => "chip copy",
        ChipKind::Embedded => "chip embedded",
    };
    let sign = match chip.kind {
        ChipKind::Own => "",
        ChipKind::Joined => "⋈ ",
        ChipKind::Replica => "⟳ ",
        ChipKind::Embedded => "⊂ ",
    };
    let r = chip.rect;
    let middle = r.y + r.h / 2.0 + 4.0;
    html! {
        <g>
            { rect(r, 4.0, class) }
            { text(r.x + 6.0, middle, "table", format!("{sign}{name}")) }
        </g>
    }
}

/// An outbox (or the log), with the number of events that wait in it for the relay.
fn outbox(props: &Props, place: &Outbox) -> Html {
    let lang = props.lang;
    let word = if place.log { Word::Log } else { Word::Outbox };
    let waiting = props.snapshot.outboxes.get(place.relay as usize);
    let r = place.rect;
    html! {
        <g class="outbox" data-test="outbox">
            { rect(r, 4.0, "outbox-box") }
            { text(r.x + 6.0, r.y + 12.5, "tiny ink", word.text(lang)) }
            { text(r.right() - 6.0, r.y + 12.5, "tiny end count", waiting.map_or(String::new(), u32::to_string)) }
        </g>
    }
}
