//! The few drawings that are buttons.

use yew::prelude::*;

/// A drawing of 24 by 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Step,
    Restart,
    Share,
    Sun,
    Moon,
    Help,
    Close,
    Arrow,
    Undo,
    Sliders,
    Flag,
    Dice,
    Screen,
    Table,
}

/// The drawing; what it means is said by the button's text or label.
pub fn icon(icon: Icon) -> Html {
    let path = match icon {
        Icon::Play => {
            "M8 5.2v13.6a.7.7 0 0 0 1.07.6l10.6-6.8a.7.7 0 0 0 0-1.2L9.07 4.6A.7.7 0 0 0 8 5.2z"
        }
        Icon::Pause => "M7 5h3.2v14H7zM13.8 5H17v14h-3.2z",
        Icon::Step => {
            "M5 5.6v12.8a.6.6 0 0 0 .93.5L15 12.9V19h2.6V5H15v6.1L5.93 5.1a.6.6 0 0 0-.93.5z"
        }
        Icon::Restart => {
            "M12 5a7 7 0 1 0 6.7 9h-2.2A5 5 0 1 1 12 7c1.3 0 2.5.5 3.4 1.4L13 11h7V4l-3.1 3A7 7 0 0 0 12 5z"
        }
        Icon::Share => {
            "M10 13.9a4 4 0 0 0 6 .4l2.7-2.7a4 4 0 0 0-5.7-5.7l-1.5 1.5 1.3 1.3 1.5-1.5a2.2 2.2 0 0 1 3.1 3.1l-2.7 2.7a2.2 2.2 0 0 1-3.3-.3zM14 10.1a4 4 0 0 0-6-.4l-2.7 2.7a4 4 0 0 0 5.7 5.7l1.5-1.5-1.3-1.3-1.5 1.5a2.2 2.2 0 0 1-3.1-3.1l2.7-2.7a2.2 2.2 0 0 1 3.3.3z"
        }
        Icon::Sun => {
            "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM11.1 2h1.8v3h-1.8zM11.1 19h1.8v3h-1.8zM2 11.1h3v1.8H2zM19 11.1h3v1.8h-3zM4.3 5.6l1.3-1.3 2.1 2.1-1.3 1.3zM16.3 17.6l1.3-1.3 2.1 2.1-1.3 1.3zM4.3 18.4l2.1-2.1 1.3 1.3-2.1 2.1zM16.3 6.4l2.1-2.1 1.3 1.3-2.1 2.1z"
        }
        Icon::Moon => "M20 14.4A8.3 8.3 0 0 1 9.6 4 8.3 8.3 0 1 0 20 14.4z",
        Icon::Help => {
            "M12 2.8a9.2 9.2 0 1 0 0 18.4 9.2 9.2 0 0 0 0-18.4zm0 1.8a7.4 7.4 0 1 1 0 14.8 7.4 7.4 0 0 1 0-14.8zM11 15.4h2v2h-2zm1-8.6c-2 0-3.4 1.2-3.5 3.1h1.9c.1-.9.7-1.4 1.6-1.4.9 0 1.5.5 1.5 1.3 0 .8-.5 1.1-1.2 1.6-.9.6-1.3 1.2-1.3 2.6h1.8c0-.8.3-1.1 1.1-1.7.9-.6 1.5-1.3 1.5-2.5 0-1.8-1.4-3-3.4-3z"
        }
        Icon::Close => {
            "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z"
        }
        Icon::Arrow => "M3 11h14.2l-4.6-4.6L14 5l7 7-7 7-1.4-1.4 4.6-4.6H3z",
        Icon::Undo => {
            "M9 5 3.5 10.5 9 16l1.3-1.3-3.3-3.3H14a4 4 0 0 1 0 8h-3v1.9h3a5.9 5.9 0 0 0 0-11.8H7l3.3-3.2z"
        }
        Icon::Sliders => {
            "M4 7h8.2a3 3 0 0 1 5.6 0H20v1.8h-2.2a3 3 0 0 1-5.6 0H4zM4 15.2h2.2a3 3 0 0 1 5.6 0H20V17h-8.2a3 3 0 0 1-5.6 0H4z"
        }
        Icon::Flag => "M5 3h1.8v1.2c3.4-1.6 6 1.4 11.7-.2v9.2c-5.7 1.6-8.3-1.4-11.7.2V21H5z",
        Icon::Table => {
            "M3.5 5h17v14h-17zM5.3 6.8v2.6h13.4V6.8zM5.3 11.2v6h4v-6zM11.1 11.2v6h7.6v-6z"
        }
        Icon::Dice => {
            "M5.5 3.5h13a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2zm.1 1.9v13.2h12.8V5.4zM8.4 7a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm3.6 3.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm3.6 3.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z"
        }
        Icon::Screen => {
            "M3.5 4h17a1 1 0 0 1 1 1v10.5a1 1 0 0 1-1 1h-7.6v2H16v1.8H8v-1.8h3.1v-2H3.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm.8 1.8v8.9h15.4V5.8z"
        }
    };
    html! {
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={path} fill="currentColor"/>
        </svg>
    }
}
