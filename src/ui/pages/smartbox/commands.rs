//! What a box can be had do at once.

use crate::ui::prelude::*;

use crate::domain::{BinNumber, BoxId, Role};
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
    // The name of a command; none while nothing is asked.
    let asked = RwSignal::new(String::new());
    let bin = RwSignal::new(String::new());
    let close = move || asked.set(String::new());
    let command = move || {
        let bin = bin.read().parse().ok().and_then(BinNumber::new);
        all(bin).into_iter().flatten().find(|command| words::boxes::command(command).0 == *asked.read())
    };
    let entries = Signal::derive(move || {
        let mut entries = Vec::new();
        for command in all(BinNumber::new(1)).into_iter().flatten() {
            let name = words::boxes::command(&command).0;
            let entry = MenuEntry::new(name, move || {
                bin.set("1".to_owned());
                asked.set(name.to_owned());
            });
            match command {
                Command::BeginLog { .. } if !visits.log_restarted(id) => {}
                // A box would refuse it to anybody else.
                Command::BeginLog { .. } | Command::Reset if app.role() != Role::Manager => {}
                Command::Reset => entries.push(entry.danger()),
                _ => entries.push(entry),
            }
        }
        entries
    });
    let bins = Signal::derive(move || {
        app.view(|v| {
            let most = v.ledger.smartbox(id).map_or(0, |b| b.details().bins.get());
            let mut names: Vec<String> = (1..=most).map(|number| format!("Bin {number}")).collect();
            for (_, key) in v.ledger.keys() {
                if let KeyPlace::InBin { smartbox, bin, .. } = key.place()
                    && smartbox == id
                    && let Some(name) = names.get_mut(usize::from(bin.get()) - 1)
                {
                    name.push_str(": ");
                    name.push_str(key.details().name.as_str());
                }
            }
            names.into_iter().zip(1..).map(|(name, number)| Choice::new(u8::to_string(&number), name)).collect()
        })
    });
    let carry_out = move || {
        let mut order = command();
        if let Some(Command::BeginLog { from }) = &mut order {
            *from = app.peek(|v| v.ledger.smartbox(id).map_or(0, |b| b.read_through())) + 1;
        }
        close();
        spawn_local(visits.order(id, order));
    };
    let footer = move || {
        let drastic = matches!(command(), Some(Command::Reset | Command::BeginLog { .. }));
        let kind = if drastic { ButtonKind::Danger } else { ButtonKind::Primary };
        view! {
            <Button label="Cancel" on_press=close />
            <Button label=asked kind on_press=carry_out />
        }
    };
    view! {
        <MenuButton label="Commands" entries icon=Icon::More />
        <Dialog open=move || !asked.read().is_empty() on_close=close title=asked footer>
            <p>{move || command().map(|command| words::boxes::command(&command).1)}</p>
            <ShowWhen when=move || matches!(command(), Some(Command::OpenBin { .. } | Command::SetBin { .. }))>
                <SelectField label="Bin" value=bin choices=bins hint="With its key, as the box last told." />
            </ShowWhen>
        </Dialog>
    }
}

/// Every command that is offered, for a bin where it is one's.
fn all(bin: Option<BinNumber>) -> [Option<Command>; 6] {
    [
        bin.map(|bin| Command::OpenBin { bin }),
        bin.map(|bin| Command::SetBin { bin, enabled: true }),
        bin.map(|bin| Command::SetBin { bin, enabled: false }),
        Some(Command::SetClock { to: clock::now() }),
        Some(Command::BeginLog { from: 1 }),
        Some(Command::Reset),
    ]
}
