//! French: vous.

texts! {
    greeting: "Bonjour[[ {visitor}]],",
    farewell: "Cordialement,\n{organization}",
    key: "Clé : {key}",
    code: "Code de réservation : {code}",
    start: "Début : {start}",
    end: "Fin : {end}",
    location: "Lieu : {location}",
    directions: "Comment s’y rendre : {directions}",
    hours: "Horaires d’ouverture : {hours}",
    url: "Votre réservation : {url}",
    pick_up: "Pour retirer la clé, saisissez votre code de réservation sur le clavier de la SmartBox. Un casier s’ouvre : \
        prenez la clé et refermez le casier.",
    give_back: "Pour rendre la clé, présentez son badge devant le lecteur de n’importe laquelle de nos SmartBox ; aucun code \
        n’est nécessaire. Déposez la clé dans le casier qui s’ouvre et refermez-le. Vous pouvez rendre la clé à tout moment, \
        même après la fin de votre réservation.",
    instructions: (
        "Comment retirer votre clé : {key}",
        "Voici tout ce qu’il vous faut pour retirer votre clé.",
        "{organization} : {key}, code {code}[[, {start} - {end}]][[, {location}]]. Tapez-le sur le clavier de la SmartBox. \
            Retour : badge devant le lecteur."
    ),
    update: (
        "Votre réservation a changé : {key}",
        "Votre réservation a été modifiée. Voici les informations désormais valables.",
        "{organization} : votre réservation a changé. {key}[[, {start} - {end}]][[, {location}]][[, code {code}]]."
    ),
    reminder: (
        "Merci de penser à rendre votre clé : {key}",
        "Votre réservation touche à sa fin. Merci de penser à rendre la clé.",
        "{organization} : merci de rendre la clé {key}[[ avant le {end}]]. Présentez son badge au lecteur d'une SmartBox et \
            déposez-la dans le casier ouvert."
    ),
    revocation: (
        "Votre accès a été révoqué : {key}",
        "Votre accès à cette clé a été révoqué et votre code de réservation n’est plus valable. Si vous avez encore la clé, \
            merci de la rendre.",
        "{organization} : votre accès à {key} a été révoqué. Si vous avez encore la clé, présentez son badge au lecteur d'une \
            SmartBox pour la rendre."
    ),
    alias_instructions: (
        "Votre code de réservation pour la SmartBox",
        "Voici votre code de réservation. Il fonctionnera dès que nous vous aurons attribué une clé ; d’ici là, la SmartBox \
            vous indique que le code n’est pas encore associé.",
        "{organization} : votre code de réservation est {code}[[, {location}]]. Tapez-le sur le clavier de la SmartBox dès \
            qu'une clé vous sera attribuée."
    ),
    overdue: (
        "Merci de rapporter la clé dès maintenant : {key}",
        "Votre réservation est terminée, mais la clé n’a pas encore été rendue. Merci de la rapporter dès maintenant. Si vous \
            venez de la rendre, veuillez ne pas tenir compte de ce message.",
        "{organization} : votre réservation est terminée. Merci de rapporter la clé {key} dès maintenant : badge devant le \
            lecteur d'une SmartBox, sans code."
    ),
}
