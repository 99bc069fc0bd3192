//! The icons: one open set (Lucide, see `public/LICENSE-icons`), each drawn as a single inline path.
use crate::ui::prelude::*;

/// An icon of the set. Icons accompany a word; on their own they carry no meaning to assistive technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// Lucide's `ticket`.
    Ticket,
    /// Lucide's `calendar-days`.
    Calendar,
    /// Lucide's `key-round`.
    Key,
    /// Lucide's `map-pin`.
    MapPin,
    /// Lucide's `activity`.
    Activity,
    /// Lucide's `settings`.
    Settings,
    /// Lucide's `plus`.
    Plus,
    /// Lucide's `search`.
    Search,
    /// Lucide's `x`.
    Close,
    /// Lucide's `check`.
    Check,
    /// Lucide's `copy`.
    Copy,
    /// Lucide's `pencil`.
    Pencil,
    /// Lucide's `ban`.
    Ban,
    /// Lucide's `trash-2`.
    Trash,
    /// Lucide's `chevron-right`.
    ChevronRight,
    /// Lucide's `chevron-left`.
    ChevronLeft,
    /// Lucide's `chevron-down`.
    ChevronDown,
    /// Lucide's `arrow-left`.
    ArrowLeft,
    /// Lucide's `upload`.
    Upload,
    /// Lucide's `download`.
    Download,
    /// Lucide's `vault`.
    Vault,
    /// Lucide's `triangle-alert`.
    Alert,
    /// Lucide's `info`.
    Info,
    /// Lucide's `clock`.
    Clock,
    /// Lucide's `user`.
    User,
    /// Lucide's `users`.
    Users,
    /// Lucide's `mail`.
    Mail,
    /// Lucide's `phone`.
    Phone,
    /// Lucide's `globe`.
    Globe,
    /// Lucide's `sun`.
    Sun,
    /// Lucide's `moon`.
    Moon,
    /// Lucide's `monitor`.
    Monitor,
    /// Lucide's `wifi-off`.
    WifiOff,
    /// Lucide's `undo-2`.
    Undo,
    /// Lucide's `door-open`.
    DoorOpen,
    /// Lucide's `lock`.
    Lock,
    /// Lucide's `ellipsis`.
    More,
    /// Lucide's `messages-square`.
    Messages,
    /// Lucide's `hash`.
    Hash,
    /// Lucide's `radio-tower`.
    Tower,
    /// Lucide's `refresh-cw`.
    Refresh,
    /// Lucide's `send`.
    Send,
    /// Lucide's `bluetooth`.
    Bluetooth,
    /// Lucide's `usb`.
    Usb,
    /// Lucide's `link`.
    Link,
    /// Lucide's `eye`.
    Eye,
    /// Lucide's `archive`.
    Archive,
    /// Lucide's `scan-qr-code`.
    Scan,
}

impl Icon {
    /// Every icon, in the order of the enum.
    pub const ALL: [Icon; 48] = [
        Icon::Ticket,
        Icon::Calendar,
        Icon::Key,
        Icon::MapPin,
        Icon::Activity,
        Icon::Settings,
        Icon::Plus,
        Icon::Search,
        Icon::Close,
        Icon::Check,
        Icon::Copy,
        Icon::Pencil,
        Icon::Ban,
        Icon::Trash,
        Icon::ChevronRight,
        Icon::ChevronLeft,
        Icon::ChevronDown,
        Icon::ArrowLeft,
        Icon::Upload,
        Icon::Download,
        Icon::Vault,
        Icon::Alert,
        Icon::Info,
        Icon::Clock,
        Icon::User,
        Icon::Users,
        Icon::Mail,
        Icon::Phone,
        Icon::Globe,
        Icon::Sun,
        Icon::Moon,
        Icon::Monitor,
        Icon::WifiOff,
        Icon::Undo,
        Icon::DoorOpen,
        Icon::Lock,
        Icon::More,
        Icon::Messages,
        Icon::Hash,
        Icon::Tower,
        Icon::Refresh,
        Icon::Send,
        Icon::Bluetooth,
        Icon::Usb,
        Icon::Link,
        Icon::Eye,
        Icon::Archive,
        Icon::Scan,
    ];

    /// The outline on a 24 by 24 grid, stroked with round caps.
    fn outline(self) -> &'static str {
        match self {
            Icon::Ticket => {
                "M2 9a3 3 0 0 1 0 6v2a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-2a3 3 0 0 1 0-6V7a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2ZM13 5v2M13 17v2M13 11v2"
            }
            Icon::Calendar => {
                "M8 2v3M16 2v3M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM3 9h18M8 13h.01M12 13h.01M16 13h.01M8 17h.01M12 17h.01M16 17h.01"
            }
            Icon::Key => {
                "M2.586 17.414A2 2 0 0 0 2 18.828V21a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h1a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h.172a2 2 0 0 0 1.414-.586l.814-.814a6.5 6.5 0 1 0-4-4zM16.5 7.5h.01"
            }
            Icon::MapPin => {
                "M20 10c0 4.993-5.539 10.193-7.399 11.799a1 1 0 0 1-1.202 0C9.539 20.193 4 14.993 4 10a8 8 0 0 1 16 0M9 10a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
            }
            Icon::Activity => {
                "M22 12h-2.48a2 2 0 0 0-1.93 1.46l-2.35 8.36a.25.25 0 0 1-.48 0L9.24 2.18a.25.25 0 0 0-.48 0l-2.35 8.36A2 2 0 0 1 4.49 12H2"
            }
            Icon::Settings => {
                "M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
            }
            Icon::Plus => "M5 12h14M12 5v14",
            Icon::Search => "M21 21l-4.34-4.34M3 11a8 8 0 1 0 16 0a8 8 0 1 0 -16 0",
            Icon::Close => "M18 6 6 18M6 6l12 12",
            Icon::Check => "M20 6 9 17l-5-5",
            Icon::Copy => {
                "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2zM4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"
            }
            Icon::Pencil => {
                "M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497zM15 5l4 4"
            }
            Icon::Ban => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M4.929 4.929 19.07 19.071",
            Icon::Trash => {
                "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"
            }
            Icon::ChevronRight => "M9 18l6-6-6-6",
            Icon::ChevronLeft => "M15 18l-6-6 6-6",
            Icon::ChevronDown => "M6 9l6 6 6-6",
            Icon::ArrowLeft => "M12 19l-7-7 7-7M19 12H5",
            Icon::Upload => "M12 3v12M17 8l-5-5-5 5M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4",
            Icon::Download => "M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5",
            Icon::Vault => {
                "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM7.5 7.5h.01M7.9 7.9l2.7 2.7M16.5 7.5h.01M13.4 10.6l2.7-2.7M7.5 16.5h.01M7.9 16.1l2.7-2.7M16.5 16.5h.01M13.4 13.4l2.7 2.7M10 12a2 2 0 1 0 4 0a2 2 0 1 0 -4 0"
            }
            Icon::Alert => "M21.73 18l-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01",
            Icon::Info => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 16v-4M12 8h.01",
            Icon::Clock => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 6v6l4 2",
            Icon::User => "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2M8 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
            Icon::Users => {
                "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.128a4 4 0 0 1 0 7.744M22 21v-2a4 4 0 0 0-3-3.87M5 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"
            }
            Icon::Mail => {
                "M22 7l-8.991 5.727a2 2 0 0 1-2.009 0L2 7M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2z"
            }
            Icon::Phone => {
                "M13.832 16.568a1 1 0 0 0 1.213-.303l.355-.465A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.468.351a1 1 0 0 0-.292 1.233 14 14 0 0 0 6.392 6.384"
            }
            Icon::Globe => {
                "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20M2 12h20"
            }
            Icon::Sun => {
                "M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0M12 2v2M12 20v2M4.93 4.93l1.41 1.41M17.66 17.66l1.41 1.41M2 12h2M20 12h2M6.34 17.66l-1.41 1.41M19.07 4.93l-1.41 1.41"
            }
            Icon::Moon => {
                "M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"
            }
            Icon::Monitor => {
                "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2zM8 21L16 21M12 17L12 21"
            }
            Icon::WifiOff => {
                "M12 20h.01M8.5 16.429a5 5 0 0 1 7 0M5 12.859a10 10 0 0 1 5.17-2.69M19 12.859a10 10 0 0 0-2.007-1.523M2 8.82a15 15 0 0 1 4.177-2.643M22 8.82a15 15 0 0 0-11.288-3.764M2 2l20 20"
            }
            Icon::Undo => "M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 5.5 5.5a5.5 5.5 0 0 1-5.5 5.5H11",
            Icon::DoorOpen => {
                "M10 21H2M10 3H7a2 2 0 00-2 2v16M14 12h.01M19 21V5a2 2 0 00-1.675-1.974l-6.163-1.013A1 1 0 0010 3v18a1 1 0 001.124.992zM22 21h-3"
            }
            Icon::Lock => {
                "M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-7a2 2 0 0 1 2 -2zM7 11V7a5 5 0 0 1 10 0v4"
            }
            Icon::More => {
                "M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M18 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M4 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"
            }
            Icon::Messages => {
                "M16 10a2 2 0 0 1-2 2H6.828a2 2 0 0 0-1.414.586l-2.202 2.202A.71.71 0 0 1 2 14.286V4a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2zM20 9a2 2 0 0 1 2 2v10.286a.71.71 0 0 1-1.212.502l-2.202-2.202A2 2 0 0 0 17.172 19H10a2 2 0 0 1-2-2v-1"
            }
            Icon::Hash => "M4 9L20 9M4 15L20 15M10 3L8 21M16 3L14 21",
            Icon::Tower => {
                "M4.9 16.1C1 12.2 1 5.8 4.9 1.9M7.8 4.7a6.14 6.14 0 0 0-.8 7.5M10 9a2 2 0 1 0 4 0a2 2 0 1 0 -4 0M16.2 4.8c2 2 2.26 5.11.8 7.47M19.1 1.9a9.96 9.96 0 0 1 0 14.1M9.5 18h5M8 22l4-11 4 11"
            }
            Icon::Refresh => {
                "M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8M21 3v5h-5M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16M8 16H3v5"
            }
            Icon::Send => {
                "M14.536 21.686a.5.5 0 0 0 .937-.024l6.5-19a.496.496 0 0 0-.635-.635l-19 6.5a.5.5 0 0 0-.024.937l7.93 3.18a2 2 0 0 1 1.112 1.11zM21.854 2.147l-10.94 10.939"
            }
            Icon::Bluetooth => "M7 7l10 10-5 5V2l5 5L7 17",
            Icon::Usb => {
                "M9 7a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M3 20a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M4.7 19.3 19 5M21 3l-3 1 2 2ZM9.26 7.68 5 12l2 5M10 14l5 2 3.5-3.5M18 12l1-1 1 1-1 1Z"
            }
            Icon::Link => {
                "M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 7.07 7.07l1.71-1.71"
            }
            Icon::Eye => {
                "M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
            }
            Icon::Archive => {
                "M3 3h18a1 1 0 0 1 1 1v3a1 1 0 0 1 -1 1h-18a1 1 0 0 1 -1 -1v-3a1 1 0 0 1 1 -1zM4 8v11a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8M10 12h4"
            }
            Icon::Scan => {
                "M17 12v4a1 1 0 0 1-1 1h-4M17 3h2a2 2 0 0 1 2 2v2M17 8V7M21 17v2a2 2 0 0 1-2 2h-2M3 7V5a2 2 0 0 1 2-2h2M7 17h.01M7 21H5a2 2 0 0 1-2-2v-2M8 7h3a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1"
            }
        }
    }

    /// Whether the icon points along the line of text, and so turns round where the text runs from right to left.
    fn follows_text(self) -> bool {
        matches!(self, Icon::ChevronRight | Icon::ChevronLeft | Icon::ArrowLeft | Icon::Undo | Icon::Send)
    }
}

/// Draws an icon as large as its text asks (`--icon-size`, 20 px unless a component says otherwise), hidden from
/// assistive technology: the control it stands in carries the name.
#[component]
pub fn Glyph(
    /// Which icon.
    icon: Icon,
) -> impl IntoView {
    let class = if icon.follows_text() { "glyph glyph-directional" } else { "glyph" };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.outline() />
        </svg>
    }
}
