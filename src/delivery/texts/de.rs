//! German: Sie.

texts! {
    greeting: "Guten Tag[[ {visitor}]],",
    farewell: "Mit freundlichen Grüßen\n{organization}",
    key: "Schlüssel: {key}",
    code: "Buchungscode: {code}",
    start: "Von: {start}",
    end: "Bis: {end}",
    location: "Standort: {location}",
    directions: "So finden Sie hin: {directions}",
    hours: "Öffnungszeiten: {hours}",
    url: "Ihre Buchung: {url}",
    pick_up: "Um den Schlüssel abzuholen, geben Sie Ihren Buchungscode am Tastenfeld der SmartBox ein. Ein Fach öffnet sich: \
        Nehmen Sie den Schlüssel heraus und schließen Sie das Fach.",
    give_back: "Um den Schlüssel zurückzugeben, halten Sie seinen Anhänger an das Lesegerät einer beliebigen unserer SmartBoxen; \
        ein Code ist nicht nötig. Legen Sie den Schlüssel in das Fach, das sich öffnet, und schließen Sie es. Sie können den \
        Schlüssel jederzeit zurückgeben, auch nach dem Ende Ihrer Buchung.",
    instructions: (
        "So holen Sie Ihren Schlüssel ab: {key}",
        "hier finden Sie alles, was Sie zum Abholen Ihres Schlüssels brauchen.",
        "{organization}: {key}, Code {code}[[, {start} - {end}]][[, {location}]]. Am Tastenfeld der SmartBox eingeben. \
            Rückgabe: Anhänger ans Lesegerät halten."
    ),
    update: (
        "Ihre Buchung wurde geändert: {key}",
        "Ihre Buchung wurde geändert. Ab sofort gelten diese Angaben.",
        "{organization}: Ihre Buchung wurde geändert. {key}[[, {start} - {end}]][[, {location}]][[, Code {code}]]."
    ),
    reminder: (
        "Bitte denken Sie an die Rückgabe Ihres Schlüssels: {key}",
        "Ihre Buchung endet bald. Bitte denken Sie daran, den Schlüssel zurückzugeben.",
        "{organization}: Bitte geben Sie den Schlüssel {key}[[ bis {end}]] zurück: Anhänger ans Lesegerät einer SmartBox \
            halten, Schlüssel ins offene Fach legen."
    ),
    revocation: (
        "Ihr Zugang wurde widerrufen: {key}",
        "Ihr Zugang zu diesem Schlüssel wurde widerrufen, und Ihr Buchungscode ist nicht mehr gültig. Falls Sie den Schlüssel \
            noch haben, geben Sie ihn bitte zurück.",
        "{organization}: Ihr Zugang zu {key} wurde widerrufen. Falls Sie den Schlüssel noch haben, geben Sie ihn bitte an einer \
            SmartBox zurück (Anhänger ans Lesegerät)."
    ),
    alias_instructions: (
        "Ihr Buchungscode für die SmartBox",
        "hier ist Ihr Buchungscode. Er gilt, sobald wir Ihnen einen Schlüssel zugeteilt haben; bis dahin meldet die SmartBox, \
            dass der Code noch nicht verknüpft ist.",
        "{organization}: Ihr Buchungscode ist {code}[[, {location}]]. Bitte am Tastenfeld der SmartBox eingeben, sobald wir \
            Ihnen einen Schlüssel zugeteilt haben."
    ),
    overdue: (
        "Bitte bringen Sie den Schlüssel jetzt zurück: {key}",
        "Ihre Buchung ist beendet, aber der Schlüssel ist noch nicht zurück. Bitte bringen Sie ihn jetzt zurück. Falls Sie ihn \
            gerade zurückgegeben haben, betrachten Sie diese Nachricht bitte als gegenstandslos.",
        "{organization}: Ihre Buchung ist beendet. Bitte bringen Sie den Schlüssel {key} jetzt zurück: Anhänger ans Lesegerät \
            einer SmartBox halten, ohne Code."
    ),
}
