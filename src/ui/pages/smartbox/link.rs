//! What goes wrong on the way to a virtual box, for whoever wants to see what becomes of a visit then.

use crate::ui::prelude::*;

use crate::domain::BoxId;
use crate::smartbox::{Cut, LinkPlan, Trouble};
use crate::ui::kit::*;
use crate::ui::virtual_box::VirtualBoxes;

const LOSES: &str = "loses";
const CUT: &str = "cut";
const SLOW: &str = "slow";
/// How many milliseconds a message takes on a slow link, each way.
const SLOW_MS: u32 = 1_000;
/// How many of the messages that are lost are planned: a visit has fewer.
const LOST: u32 = 1_000;

/// The link to a virtual box, in this tab.
#[component]
pub(super) fn LinkFold(id: BoxId) -> impl IntoView {
    let boxes = VirtualBoxes::here();
    let LinkPlan { troubles, delay_ms, .. } = boxes.plan(id);
    let (kind, n) = match troubles.first() {
        Some((n, Trouble::Cut(_))) => (CUT, n - 1),
        Some((n, _)) => (LOSES, *n),
        None if delay_ms > 0 => (SLOW, 3),
        None => ("", 3),
    };
    let kind = RwSignal::new(kind.to_owned());
    let n = RwSignal::new(n.to_string());
    let error = RwSignal::new(None);
    Effect::new(move |_| {
        let number = n.get().trim().parse::<u32>().ok().filter(|n| (1..=LOST).contains(n));
        let counted = matches!(kind.read().as_str(), LOSES | CUT);
        error.set((counted && number.is_none()).then(|| "Expected a number from 1 to 1000.".to_owned()));
        let Some(n) = number.or((!counted).then_some(1)) else { return };
        let troubles = match kind.read().as_str() {
            LOSES => (1..=LOST).map(|times| (times * n, Trouble::LoseResponse)).collect(),
            CUT => vec![(n + 1, Trouble::Cut(Cut::Response))],
            _ => Vec::new(),
        };
        let delay_ms = if *kind.read() == SLOW { SLOW_MS } else { 0 };
        boxes.set_plan(id, LinkPlan { troubles, delay_ms, ..LinkPlan::default() });
    });
    let counted = Derived::new(move || matches!(kind.read().as_str(), LOSES | CUT));
    view! {
        <details class="fold">
            <summary>"Link"</summary>
            <div class="fold-body">
                <SelectField
                    label="How it behaves"
                    value=kind
                    choices=vec![
                        Choice::new("", "Works"),
                        Choice::new(LOSES, "Loses every n-th message"),
                        Choice::new(SLOW, "Slow: a second each way"),
                        Choice::new(CUT, "Is cut after n messages"),
                    ]
                    hint="From the next visit on, in this tab alone. What is lost is sent again after two seconds."
                />
                <ShowWhen when=move || counted.get()>
                    <TextField label="Messages (n)" value=n kind=TextKind::Digits error />
                </ShowWhen>
            </div>
        </details>
    }
}
