//! European Portuguese: the third person, with no word for “you”.

texts! {
    greeting: "Olá[[ {visitor}]],",
    farewell: "Com os melhores cumprimentos,\n{organization}",
    key: "Chave: {key}",
    code: "Código de reserva: {code}",
    start: "Início: {start}",
    end: "Fim: {end}",
    location: "Local: {location}",
    directions: "Como chegar: {directions}",
    hours: "Horário: {hours}",
    url: "A sua reserva: {url}",
    pick_up: "Para levantar a chave, introduza o código de reserva no teclado da SmartBox. Abre-se um compartimento: retire a \
        chave e feche-o.",
    give_back: "Para devolver a chave, aproxime a etiqueta da chave do leitor de qualquer uma das nossas SmartBoxes; não é preciso \
        código. Coloque a chave no compartimento que se abrir e feche-o. Pode devolver a chave a qualquer momento, mesmo depois \
        do fim da reserva.",
    instructions: (
        "Como levantar a sua chave: {key}",
        "Aqui está tudo o que precisa para levantar a sua chave.",
        "{organization}: {key}, código {code}[[, {start} - {end}]][[, {location}]]. Introduza-o na SmartBox. Devolução: \
            etiqueta junto ao leitor."
    ),
    update: (
        "A sua reserva foi alterada: {key}",
        "A sua reserva foi alterada. Estes são os dados válidos a partir de agora.",
        "{organization}: a sua reserva foi alterada. {key}[[, {start} - {end}]][[, {location}]][[, código {code}]]."
    ),
    reminder: (
        "Lembrete: devolução da chave {key}",
        "A sua reserva está a terminar. Pedimos que não se esqueça de devolver a chave.",
        "{organization}: por favor, devolva a chave {key}[[ até {end}]]. Aproxime a etiqueta do leitor de uma SmartBox e coloque-a \
            no compartimento aberto."
    ),
    revocation: (
        "O seu acesso foi revogado: {key}",
        "O seu acesso a esta chave foi revogado e o código de reserva deixou de ser válido. Se ainda tem a chave, pedimos que a \
            devolva.",
        "{organization}: o seu acesso a {key} foi revogado. Se ainda tem a chave, devolva-a, por favor: aproxime a etiqueta do \
            leitor de uma SmartBox."
    ),
    alias_instructions: (
        "O seu código de reserva para a SmartBox",
        "Aqui está o seu código de reserva. Funcionará assim que lhe atribuirmos uma chave; até lá, a SmartBox indica que o código \
            ainda não está associado.",
        "{organization}: o seu código de reserva é {code}[[, {location}]]. Introduza-o na SmartBox assim que lhe atribuirmos uma \
            chave."
    ),
    overdue: (
        "Por favor, devolva já a chave: {key}",
        "A sua reserva terminou, mas a chave ainda não foi devolvida. Pedimos que a devolva agora. Se acabou de o fazer, não tenha \
            em conta esta mensagem.",
        "{organization}: a sua reserva terminou. Por favor, devolva já a chave {key}: aproxime a etiqueta do leitor de uma \
            SmartBox, sem código."
    ),
}
