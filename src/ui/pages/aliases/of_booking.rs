//! Alias codes where bookings are: offered in the form, shown in About Booking.

use crate::ui::prelude::*;

use super::link::{LinkAliasCode, UnlinkDialog};
use super::{unlinked, unlinked_of};
use crate::domain::{AliasId, BookingId, VisitorDetails};
use crate::journal::fact::Subject;
use crate::journal::queries::Filter;
use crate::ui::kit::*;
use crate::ui::route::Route;
use crate::ui::router::Link;
use crate::ui::state::{App, View};
use crate::ui::words::aliases;

/// The visitors of alias codes without a booking whose names fit.
pub fn awaited(view: &View, fits: impl Fn(&str) -> bool) -> Vec<(crate::domain::VisitorId, VisitorDetails)> {
    let visitors = unlinked(view).filter_map(|(_, alias, visitor)| Some((alias.visitor()?, visitor?.clone())));
    visitors.filter(|(_, details)| fits(details.name.as_str())).collect()
}

/// Whether the visitor of an alias code was sent it, or soon is.
fn is_sent(view: &View, id: AliasId) -> bool {
    view.ledger.messages_about(Subject::Alias(id)).any(|(_, message)| message.went_out() || message.waits())
}

/// The alias codes of the visitor of a new booking, each to be used as its code.
#[component]
pub fn AliasOffers(
    /// The visitor, as far as they are typed.
    #[prop(into)]
    visitor: Signal<Option<VisitorDetails>>,
    /// The one to be used.
    chosen: RwSignal<Option<AliasId>>,
    /// Whether the visitor is sent instructions: not a second time, unless that is wanted.
    notify: RwSignal<bool>,
) -> impl IntoView {
    let app = App::here();
    let offers = Derived::new(move || {
        let visitor = visitor.get();
        app.view(|v| visitor.map(|visitor| unlinked_of(&v, &visitor)).unwrap_or_default())
    });
    // For another visitor it is no offer any more.
    Effect::new(move |_| {
        let offers = offers.get();
        if chosen.get_untracked().is_some_and(|id| !offers.contains(&id)) {
            chosen.set(None);
        }
    });
    Effect::new(move |before: Option<Option<AliasId>>| {
        let now = chosen.get();
        let sent = |id: Option<AliasId>| id.is_some_and(|id| app.peek(|v| is_sent(&v, id)));
        match before {
            Some(before) if before == now => {}
            _ if sent(now) => notify.set(false),
            Some(before) if sent(before) => notify.set(true),
            _ => {}
        }
        now
    });
    let offer = move |id: AliasId| {
        let checked = RwSignal::new(chosen.get_untracked() == Some(id));
        Effect::new(move |_| {
            let is_chosen = chosen.get() == Some(id);
            if checked.get_untracked() != is_chosen {
                checked.set(is_chosen);
            }
        });
        Effect::new(move |before: Option<bool>| {
            let now = checked.get();
            let was = chosen.get_untracked() == Some(id);
            if before.is_some_and(|before| before != now) && was != now {
                chosen.set(now.then_some(id));
            }
            now
        });
        let label = app.peek(|v| format!("Use alias code {} as this booking’s code", aliases::code(&v, id)));
        let hint = app.peek(|v| {
            let sent = if is_sent(&v, id) { "Sent to the visitor already" } else { "Not sent to the visitor yet" };
            match v.ledger.alias(id).and_then(|alias| alias.stay()) {
                Some(stay) => format!("{sent}. Expected {}.", aliases::expected(&v, stay)),
                None => format!("{sent}."),
            }
        });
        view! { <CheckField label checked hint /> }
    };
    view! {
        <ShowWhen when=move || !offers.read().is_empty()>
            <fieldset class="form-part alias-offers" aria-label="Alias codes of this visitor">
                {each(move || offers.get(), |id| id.0.to_bits().into(), offer)}
            </fieldset>
        </ShowWhen>
    }
}

/// The alias code of a booking: a line of About Booking, with the way to link and unlink.
#[component]
pub fn BookingAlias(
    /// Which booking.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let (linking, unlinking) = (RwSignal::new(false), RwSignal::new(false));
    let alias = Derived::new(move || app.view(|v| v.ledger.booking(id).and_then(|booking| booking.alias())));
    let over = move || {
        app.view(|v| v.status(id).is_none_or(|status| matches!(status.filter(), Filter::Ended | Filter::Revoked)))
    };
    let can_link = Derived::new(move || {
        let free = |v: &View| {
            let person = v.ledger.booking(id).and_then(|booking| v.ledger.visitor(booking.visitor()));
            person.is_some_and(|person| !unlinked_of(v, person).is_empty())
        };
        alias.get().is_none() && !over() && app.view(|v| free(&v))
    });
    let can_unlink = Derived::new(move || alias.get().is_some() && !over());
    let action = move || {
        view! {
            <ShowWhen when=move || can_unlink.get()>
                <Button label="Unlink" kind=ButtonKind::Quiet on_press=move || unlinking.set(true) />
            </ShowWhen>
            <ShowWhen when=move || can_link.get()>
                <Button label="Link Alias Code" kind=ButtonKind::Quiet icon=Icon::Link on_press=move || linking.set(true) />
            </ShowWhen>
        }
    };
    view! {
        <ShowWhen when=move || alias.get().is_some() || can_link.get()>
            <DetailRow label="Alias code" action>
                {move || match alias.get() {
                    Some(alias) => {
                        let code = app.view(|v| aliases::code(&v, alias));
                        view! { <Link href=Route::Alias(alias)>{code}</Link> }
                    }
                    None => "None linked; the visitor has one.".into_view(),
                }}
            </DetailRow>
        </ShowWhen>
        <LinkAliasCode booking=id open=linking />
        <UnlinkDialog booking=Signal::stored(Some(id)) open=unlinking />
    }
}
