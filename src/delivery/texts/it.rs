//! Italian: Lei.

texts! {
    greeting: "Buongiorno[[ {visitor}]],",
    farewell: "Cordiali saluti\n{organization}",
    key: "Chiave: {key}",
    code: "Codice di prenotazione: {code}",
    start: "Inizio: {start}",
    end: "Fine: {end}",
    location: "Luogo: {location}",
    directions: "Come arrivare: {directions}",
    hours: "Orari di apertura: {hours}",
    url: "La Sua prenotazione: {url}",
    pick_up: "Per ritirare la chiave, digiti il Suo codice di prenotazione sul tastierino della SmartBox. Si aprirà uno \
        scomparto: prenda la chiave e lo richiuda.",
    give_back: "Per restituire la chiave, avvicini la targhetta della chiave al lettore di una qualsiasi delle nostre SmartBox; non serve \
        alcun codice. Riponga la chiave nello scomparto che si apre e lo richiuda. Può restituire la chiave in qualsiasi momento, \
        anche dopo la fine della prenotazione.",
    instructions: (
        "Come ritirare la Sua chiave: {key}",
        "ecco tutto ciò che Le serve per ritirare la chiave.",
        "{organization}: {key}, codice {code}[[, {start} - {end}]][[, {location}]]. Lo digiti sulla SmartBox. Restituzione: \
            avvicini la targhetta al lettore."
    ),
    update: (
        "La Sua prenotazione è cambiata: {key}",
        "la Sua prenotazione è stata modificata. Da ora valgono questi dati.",
        "{organization}: la Sua prenotazione è cambiata. {key}[[, {start} - {end}]][[, {location}]][[, codice \
            {code}]]."
    ),
    reminder: (
        "Si ricordi di restituire la chiave: {key}",
        "la Sua prenotazione sta per terminare. La preghiamo di ricordarsi di restituire la chiave.",
        "{organization}: La preghiamo di restituire la chiave {key}[[ (fine: {end})]]. Avvicini la targhetta al lettore di una \
            SmartBox e la riponga nello scomparto."
    ),
    revocation: (
        "Il Suo accesso è stato revocato: {key}",
        "il Suo accesso a questa chiave è stato revocato e il Suo codice di prenotazione non è più valido. Se ha ancora la chiave, \
            La preghiamo di restituirla.",
        "{organization}: il Suo accesso a {key} è stato revocato. Se ha ancora la chiave, La preghiamo di restituirla: avvicini \
            la targhetta al lettore di una SmartBox."
    ),
    alias_instructions: (
        "Il Suo codice di prenotazione per la SmartBox",
        "ecco il Suo codice di prenotazione. Funzionerà non appena Le avremo assegnato una chiave; fino ad allora la SmartBox \
            segnala che il codice non è ancora collegato.",
        "{organization}: il Suo codice di prenotazione è {code}[[, {location}]]. Lo digiti sulla SmartBox quando Le avremo \
            assegnato una chiave."
    ),
    overdue: (
        "La preghiamo di riportare subito la chiave: {key}",
        "la Sua prenotazione è terminata, ma la chiave non è ancora stata restituita. La preghiamo di riportarla subito. Se l’ha \
            appena restituita, ignori questo messaggio.",
        "{organization}: la Sua prenotazione è terminata. La preghiamo di riportare subito la chiave {key}: avvicini la targhetta \
            al lettore di una SmartBox."
    ),
}
