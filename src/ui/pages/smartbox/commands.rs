//! What a box can be had do at once.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::domain::{BinNumber, BoxId};
use crate::journal::ledger::KeyPlace;
use crate::smartbox::protocol::contents::Command;
use crate::ui::edge::clock;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::visits::Visits;
use crate::ui::words;

/// The menu of a box's commands. Each says what will happen, and asks, before a visit carries it out.
#[component]
pub(super) fn Commands(id: BoxId) -> impl IntoView {
    let app = App::here();
    let visits = Visits::here();
    let asked = RwSignal::new(None::<Command>);
    let bin = RwSignal::new(String::new());
    let entries = Signal::derive(move || {
        let restarted = visits.log_restarted(id);
        let now = clock::now();
        let first = BinNumber::new(1).into_iter();
        let of_bins = first.flat_map(|bin| {
            let set = |enabled| Command::SetBin { bin, enabled };
            [Command::OpenBin { bin }, set(true), set(false)]
        });
        let log = app.peek(|v| v.ledger.smartbox(id).map_or(0, |b| b.read_through())) + 1;
        let log = restarted.then_some(Command::BeginLog { from: log });
        let commands = of_bins.chain([Command::SetClock { to: now }]).chain(log).chain([Command::Reset]);
        let entry = |command: Command| {
            let name = words::boxes::command(&command).0;
            let entry = MenuEntry::new(name, move || {
                bin.set("1".to_owned());
                asked.set(Some(command));
            });
            if command == Command::Reset { entry.danger() } else { entry }
        };
        commands.map(entry).collect::<Vec<_>>()
    });
    let bins = Signal::derive(move || {
        app.view(|v| {
            let most = v.ledger.smartbox(id).map_or(0, |b| b.details().bins.get());
            let name = |number: u8| {
                let mut keys = v.ledger.keys();
                let held = keys.find(|(_, key)| {
                    matches!(key.place(), KeyPlace::InBin { smartbox, bin, .. } if smartbox == id && bin.get() == number)
                });
                let key = held.map(|(_, key)| [": ", key.details().name.as_str()].concat());
                Choice::new(number.to_string(), format!("Bin {number}{}", key.unwrap_or_default()))
            };
            (1..=most).map(name).collect()
        })
    });
    let words = move || asked.read().as_ref().map(words::boxes::command).unwrap_or_default();
    let close = move || asked.set(None);
    let carry_out = move || {
        let bin = bin.get_untracked().parse().ok().and_then(BinNumber::new);
        let order = match (asked.get_untracked(), bin) {
            (Some(Command::OpenBin { .. }), Some(bin)) => Some(Command::OpenBin { bin }),
            (Some(Command::SetBin { enabled, .. }), Some(bin)) => Some(Command::SetBin { bin, enabled }),
            (order, _) => order,
        };
        close();
        spawn_local(visits.order(id, order));
    };
    let footer = move || {
        let drastic = matches!(*asked.read(), Some(Command::Reset | Command::BeginLog { .. }));
        view! {
            <Button label="Cancel" on_press=close />
            <Button
                label=words().0
                kind=if drastic { ButtonKind::Danger } else { ButtonKind::Primary }
                on_press=carry_out
            />
        }
    };
    view! {
        <MenuButton label="Commands" entries icon=Icon::More />
        <Dialog
            open=move || asked.read().is_some()
            on_close=close
            title=Signal::derive(move || words().0.to_owned())
            footer
        >
            <p>{move || words().1}</p>
            <ShowWhen when=move || matches!(*asked.read(), Some(Command::OpenBin { .. } | Command::SetBin { .. }))>
                <SelectField label="Bin" value=bin choices=bins hint="With its key, as the box last told." />
            </ShowWhen>
        </Dialog>
    }
}
