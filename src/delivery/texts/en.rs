//! English.

texts! {
    greeting: "Hello[[ {visitor}]],",
    farewell: "Kind regards\n{organization}",
    key: "Key: {key}",
    code: "Booking code: {code}",
    start: "From: {start}",
    end: "Until: {end}",
    location: "Location: {location}",
    directions: "How to find it: {directions}",
    hours: "Opening hours: {hours}",
    url: "Your booking: {url}",
    pick_up: "To pick up the key, type your booking code on the keypad of the SmartBox. A bin opens: take the key out and \
        close the bin.",
    give_back: "To return the key, hold its tag to the reader of any of our SmartBoxes; no code is needed. Put the key into \
        the bin that opens and close the bin. You can return the key at any time, even after your booking has ended.",
    instructions: (
        "How to pick up your key: {key}",
        "Here is everything you need to pick up your key.",
        "{organization}: {key}, code {code}[[, {start} - {end}]][[, {location}]]. Type it on the SmartBox keypad. To \
            return: hold tag to the reader, any box."
    ),
    update: (
        "Your booking has changed: {key}",
        "Your booking has changed. These are the details that apply from now on.",
        "{organization}: your booking has changed. {key}[[, {start} - {end}]][[, {location}]][[, code {code}]]."
    ),
    reminder: (
        "Please remember to return your key: {key}",
        "Your booking is coming to an end. Please remember to return the key.",
        "{organization}: please return the key {key}[[ by {end}]]. Hold its tag to the reader of any SmartBox and put it \
            into the bin that opens."
    ),
    revocation: (
        "Your access has been revoked: {key}",
        "Your access to this key has been revoked, and your booking code is no longer valid. If you still have the key, \
            please return it.",
        "{organization}: your access to {key} has been revoked. If you still have the key, please hold its tag to the \
            reader of any SmartBox to return it."
    ),
    alias_instructions: (
        "Your booking code for the SmartBox",
        "Here is your booking code. It will work as soon as we have assigned a key to you; until then, the SmartBox tells \
            you that the code is not linked yet.",
        "{organization}: your booking code is {code}[[, {location}]]. Type it on the SmartBox keypad once we have assigned \
            you a key."
    ),
    overdue: (
        "Please bring the key back now: {key}",
        "Your booking has ended, but the key has not been returned yet. Please bring it back now. If you have just returned \
            it, please disregard this message.",
        "{organization}: your booking has ended. Please bring the key {key} back now: hold its tag to the reader of any \
            SmartBox. No code needed."
    ),
}
