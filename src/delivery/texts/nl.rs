//! Dutch: u.

texts! {
    greeting: "Goedendag[[ {visitor}]],",
    farewell: "Met vriendelijke groet,\n{organization}",
    key: "Sleutel: {key}",
    code: "Reserveringscode: {code}",
    start: "Vanaf: {start}",
    end: "Tot: {end}",
    location: "Locatie: {location}",
    directions: "Zo vindt u het: {directions}",
    hours: "Openingstijden: {hours}",
    url: "Uw reservering: {url}",
    pick_up: "Om de sleutel op te halen, toetst u uw reserveringscode in op het toetsenpaneel van de SmartBox. Er gaat een vak \
        open: neem de sleutel eruit en sluit het vak.",
    give_back: "Om de sleutel terug te brengen, houdt u het label van de sleutel tegen de lezer van een van onze SmartBoxen; een \
        code is niet nodig. Leg de sleutel in het vak dat opengaat en sluit het vak. U kunt de sleutel altijd terugbrengen, ook \
        na het einde van uw reservering.",
    instructions: (
        "Zo haalt u uw sleutel op: {key}",
        "Hier vindt u alles wat u nodig hebt om uw sleutel op te halen.",
        "{organization}: {key}, code {code}[[, {start} - {end}]][[, {location}]]. Toets hem in op de SmartBox. Terugbrengen: \
            houd het label tegen de lezer."
    ),
    update: (
        "Uw reservering is gewijzigd: {key}",
        "Uw reservering is gewijzigd. Vanaf nu gelden deze gegevens.",
        "{organization}: uw reservering is gewijzigd. {key}[[, {start} - {end}]][[, {location}]][[, code {code}]]."
    ),
    reminder: (
        "Denkt u aan het terugbrengen van uw sleutel? {key}",
        "Uw reservering loopt bijna af. Wilt u eraan denken de sleutel terug te brengen?",
        "{organization}: wilt u de sleutel {key}[[ voor {end}]] terugbrengen? Houd het label tegen de lezer van een SmartBox en \
            leg de sleutel in het open vak."
    ),
    revocation: (
        "Uw toegang is ingetrokken: {key}",
        "Uw toegang tot deze sleutel is ingetrokken en uw reserveringscode is niet meer geldig. Hebt u de sleutel nog, dan \
            verzoeken wij u hem terug te brengen.",
        "{organization}: uw toegang tot {key} is ingetrokken. Hebt u de sleutel nog? Breng hem dan terug: houd het label tegen \
            de lezer van een SmartBox."
    ),
    alias_instructions: (
        "Uw reserveringscode voor de SmartBox",
        "Hier is uw reserveringscode. De code werkt zodra wij u een sleutel hebben toegewezen; tot dan meldt de SmartBox dat de \
            code nog niet gekoppeld is.",
        "{organization}: uw reserveringscode is {code}[[, {location}]]. Toets hem in op de SmartBox zodra wij u een sleutel \
            hebben toegewezen."
    ),
    overdue: (
        "Wilt u de sleutel nu terugbrengen? {key}",
        "Uw reservering is afgelopen, maar de sleutel is nog niet terug. Wilt u hem nu terugbrengen? Hebt u dat zojuist gedaan, \
            dan kunt u dit bericht als niet verzonden beschouwen.",
        "{organization}: uw reservering is afgelopen. Wilt u de sleutel {key} nu terugbrengen? Houd het label tegen de lezer van \
            een SmartBox. Een code is niet nodig."
    ),
}
