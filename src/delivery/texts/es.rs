//! Spanish: usted.

texts! {
    greeting: "Hola[[, {visitor}]]:",
    farewell: "Un cordial saludo,\n{organization}",
    key: "Llave: {key}",
    code: "Código de reserva: {code}",
    start: "Desde: {start}",
    end: "Hasta: {end}",
    location: "Ubicación: {location}",
    directions: "Cómo llegar: {directions}",
    hours: "Horario: {hours}",
    url: "Su reserva: {url}",
    pick_up: "Para recoger la llave, introduzca su código de reserva en el teclado de la SmartBox. Se abrirá un compartimento: \
        saque la llave y ciérrelo.",
    give_back: "Para devolver la llave, acerque su etiqueta al lector de cualquiera de nuestras SmartBox; no hace falta ningún \
        código. Deje la llave en el compartimento que se abra y ciérrelo. Puede devolver la llave en cualquier momento, incluso \
        después del final de su reserva.",
    instructions: (
        "Cómo recoger su llave: {key}",
        "Aquí tiene todo lo que necesita para recoger su llave.",
        "{organization}: {key}, código {code}[[, {start} - {end}]][[, {location}]]. Tecléelo en la SmartBox. Devolución: \
            acerque la etiqueta al lector."
    ),
    update: (
        "Su reserva ha cambiado: {key}",
        "Su reserva ha cambiado. Estos son los datos válidos a partir de ahora.",
        "{organization}: su reserva ha cambiado. {key}[[, {start} - {end}]][[, {location}]][[, código {code}]]."
    ),
    reminder: (
        "Recuerde devolver su llave: {key}",
        "Su reserva está a punto de terminar. Le rogamos que recuerde devolver la llave.",
        "{organization}: por favor, devuelva la llave {key}[[ antes del {end}]]. Acerque su etiqueta al lector de una SmartBox \
            y déjela en el compartimento abierto."
    ),
    revocation: (
        "Su acceso ha sido revocado: {key}",
        "Su acceso a esta llave ha sido revocado y su código de reserva ya no es válido. Si todavía tiene la llave, le rogamos \
            que la devuelva.",
        "{organization}: su acceso a {key} ha sido revocado. Si todavía tiene la llave, devuélvala: acerque su etiqueta al \
            lector de una SmartBox."
    ),
    alias_instructions: (
        "Su código de reserva para la SmartBox",
        "Este es su código de reserva. Funcionará en cuanto le hayamos asignado una llave; hasta entonces, la SmartBox le \
            indicará que el código aún no está vinculado.",
        "{organization}: su código de reserva es {code}[[, {location}]]. Tecléelo en la SmartBox cuando le hayamos asignado \
            una llave."
    ),
    overdue: (
        "Por favor, devuelva la llave ahora: {key}",
        "Su reserva ha terminado, pero la llave todavía no ha sido devuelta. Le rogamos que la devuelva ahora. Si acaba de \
            hacerlo, no tenga en cuenta este mensaje.",
        "{organization}: su reserva ha terminado. Por favor, devuelva la llave {key} ahora: acerque su etiqueta al lector de \
            una SmartBox, sin código."
    ),
}
