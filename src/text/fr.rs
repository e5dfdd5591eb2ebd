//! The sentences in French.

use crate::domain::alert::AlertKind;
use crate::domain::calendar::Day;
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reason::Refusal;
use crate::domain::rule::Resupply;
use chrono::Datelike as _;

/// Returns the sentence for a refusal.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ReserveWouldBreak { rulebook, lost, possible, required } => format!(
            "La réserve CAR-T ({rulebook}) perdrait {} : il en resterait {possible} sur {required}. \
             Un traitement du SRC n'est jamais refusé ; pour un patient, un pharmacien peut passer outre en motivant par écrit.",
            doses(*lost)
        ),
        Refusal::NotEnough { cip13, lot, wanted, free, held } => {
            let of = lot.as_ref().map_or_else(|| cip13.to_string(), |lot| format!("{cip13}, lot {lot}"));
            let held = if *held > Units::ZERO { format!(" ; {held} de plus sont réservées à des patients") } else { String::new() };
            format!("{} de {of} demandées, {free} disponibles{held}.", units(*wanted))
        }
        Refusal::UnknownLot { cip13, lot } => {
            format!("Le lot {lot} de {cip13} n'est pas et n'a jamais été dans cette pharmacie. Comparez avec la boîte, ou enregistrez sa réception.")
        }
        Refusal::WhichExpiry { lot, expiries } => {
            let days: Vec<String> = expiries.iter().map(|d| day(*d)).collect();
            format!("Le lot {lot} est présent avec plusieurs péremptions ({}) : précisez laquelle dans `expiry`.", days.join(", "))
        }
        Refusal::ExpiredOnReceipt { expiry, today } => {
            format!("La péremption ({}) est antérieure à aujourd'hui ({}) : pas de mise en stock. Comparez avec la boîte.", day(*expiry), day(*today))
        }
        Refusal::NotOnePack { units, per_box, .. } => {
            format!("Un numéro de série est celui d'une boîte entière : {per_box} unités, et non {units}.")
        }
        Refusal::TooManyBoxes { boxes, per_box, most } => {
            format!("{boxes} boîtes de {per_box} unités dépassent ce qu'un mouvement peut compter : {most} boîtes au plus.")
        }
        Refusal::SerialKnown { serial, .. } => format!("La boîte de numéro de série {serial} est déjà en stock et n'en est pas sortie. A-t-elle été scannée deux fois ?"),
        Refusal::PackOnItsWay { serial, transfer } => format!("La boîte de numéro de série {serial} est en route avec le transfert {transfer} : recevez-la avec ce transfert, elle serait sinon comptée deux fois."),
        Refusal::OtherLot { serial, found, expected, .. } => {
            format!("La boîte de numéro de série {serial} est du lot {expected} et non du lot {found}. Comparez les deux avec la boîte.")
        }
        Refusal::OtherPresentation { found, expected } => {
            format!("Cette livraison est de {expected} et non de {found}. Comparez le code avec la boîte, ou nommez une autre livraison.")
        }
        Refusal::TransferDiffers { cip13, lot, told, expected } => format!("{} du lot {lot} de {cip13} annoncées, {expected} en chemin avec ce transfert : recomptez, et comparez le lot avec le bordereau.", units(*told)),
        Refusal::NotOnCatalogue { cip13, known_as: Some(name) } => {
            format!("{cip13} n'est pas au livret. La base publique des médicaments le connaît : « {name} ». Ajoutez-le d'abord au livret.")
        }
        Refusal::NotOnCatalogue { cip13, known_as: None } => format!("{cip13} n'est pas au livret : ajoutez-le d'abord."),
        Refusal::NotReversible { why } => not_reversible(why).to_owned(),
        Refusal::NothingToAdjust => "Le comptage est égal au stock théorique : rien à corriger.".to_owned(),
        Refusal::NotCarT { site } => format!("Le site {site} n'est pas qualifié pour les CAR-T."),
        // the day itself is the patient's: sentences are kept, so it is not in this one
        Refusal::InfusionOutsideWindow { first, last, .. } => format!(
            "Le jour de l'injection est hors de la période du {} au {} pour laquelle un feu vert est donné.",
            day(*first),
            day(*last)
        ),
        Refusal::InTheFuture { .. } => "Cela ne peut pas s'être passé dans le futur.".to_owned(),
        Refusal::InThePast { .. } => "Ce jour ou cette heure est déjà passé.".to_owned(),
        Refusal::ReasonMissing => "D'autres comptent dessus : dites pourquoi, dans `reason`.".to_owned(),
        Refusal::SeenOtherwise => "Ce qui a été vu ne tient plus : le fichier est un autre, ou des unités ont bougé depuis. Comparez de nouveau, et confirmez ce qui s'affiche alors.".to_owned(),
        Refusal::TooManyDifferences { found, most } => format!("{found} lots diffèrent, et {most} au plus s'enregistrent à la fois : le fichier est-il celui de ce site, et en unités plutôt qu'en boîtes ?"),
        Refusal::WindowOpen { days } => format!("La fenêtre après l'injection n'est pas encore terminée ({days} jours) : les doses restent réservées. Pour les rendre quand même, dites pourquoi avec vos mots."),
        Refusal::AlreadyCleared => "Ce patient a déjà un feu vert en cours : déplacez-le, ou libérez-le d'abord.".to_owned(),
        Refusal::WrongState { state } => wrong_state(state),
        Refusal::Unsafe { request, findings } => format!("Le référentiel de sécurité s'oppose à ce traitement ({findings} : voyez la sécurité de la demande {request}). Un pharmacien peut passer outre en écrivant pourquoi."),
        Refusal::ToConfirm { request, findings } => format!("Le référentiel de sécurité avertit ({findings} : voyez la sécurité de la demande {request}) : confirmez que c'est connu, par les codes."),
        Refusal::PseudonymTaken => "Un patient CAR-T de ce site porte déjà ce pseudonyme.".to_owned(),
        Refusal::AlreadyThere { what } => format!("Existe déjà : {}.", thing(what)),
        Refusal::AlreadyAsked { request } => format!("Une demande de ce patient pour cette indication est en cours ({request}) : modifiez-la, ou retirez-la d'abord."),
        Refusal::UnfitRequest { fields } => format!("Ces champs ne vont pas ensemble : {}. Relisez la demande et corrigez-les.", fields.join(", ")),
        Refusal::Unknown { what, name } => format!("Introuvable ici : {} « {name} ».", thing(what)),
        Refusal::UnknownPatient => "Aucun patient de vos sites n'a ce pseudonyme : une demande ou une inscription CAR-T le fait connaître.".to_owned(),
        Refusal::WhichSite { sites } => {
            let sites: Vec<String> = sites.iter().map(ToString::to_string).collect();
            format!("Plusieurs de vos sites ont un patient de ce pseudonyme, chacun le sien ({}) : précisez `site`.", sites.join(", "))
        }
        Refusal::NoReserveRule { asked, known } => which_rulebook(asked.as_deref(), known, "demande de réserve"),
        Refusal::NoRanking { asked, known } => which_rulebook(asked.as_deref(), known, "classe les demandes"),
        Refusal::Stale { version } => format!("Modifié entre-temps (version {version}) : relisez avant de modifier."),
        Refusal::ReferenceDose { found, least, most } => {
            format!("Une dose de référence de {} n'est pas comprise entre {} et {}.", mg(*found), mg(*least), mg(*most))
        }
        Refusal::MustBeSaid { cip13, what } => {
            format!("`{what}` de {cip13} ne se déduit pas avec certitude de la base publique des médicaments : précisez-le.")
        }
        Refusal::BeforeItsUnits { there, wanted, .. } => format!(
            "Il y avait alors {} unités du lot, et {} sont parties : dites quand cela s'est passé.",
            there.get(),
            wanted.get()
        ),
        Refusal::NotForCrs { .. } => {
            "Cette présentation ne traite pas un syndrome de relargage des cytokines : dispensez-la sans l'indication."
                .to_owned()
        }
        Refusal::WhichRulebook { known } => format!("Plusieurs référentiels ont des présentations de cette voie : précisez lequel, suivi de « : » et de la voie ({}).", known.join(", ")),
        Refusal::SeveralNetworks => "Des sites de plusieurs groupements ne se planifient ensemble que si tous partagent leur stock (`transfers` : `all`) : chaque groupement a son tirage.".to_owned(),
        Refusal::HeldBack { cip13, lot, by, free, .. } => super::shelf::held_back_fr(*cip13, lot, by, *free),
        Refusal::CannotClose { lines } => super::shelf::cannot_close_fr(lines),
        Refusal::Access(of) => super::access::refusal(super::Language::Fr, *of),
        Refusal::Forbidden => "Votre rôle ne le permet pas ici.".to_owned(),
        Refusal::BeyondReach { site: Some(site) } => {
            format!("Votre propre accès ne vaut pas à {site} : vous ne pouvez pas en donner là.")
        }
        Refusal::BeyondReach { site: None } => {
            "Votre propre accès ne vaut pas pour tous les sites : vous ne pouvez pas en donner un qui y vaut."
                .to_owned()
        }
    }
}

fn not_reversible(why: &str) -> &'static str {
    match why {
        "reversed" => "Ce mouvement a déjà été annulé.",
        "transferred" => "Un transfert ne s'annule pas d'un seul côté : renvoyez les unités.",
        "is-reversal" => "Une annulation ne s'annule pas : enregistrez de nouveau le mouvement.",
        "held-back" => {
            "Ces unités sont en quarantaine pour un rappel ou une rupture de la chaîne du froid : levez le rappel, ou décidez de la rupture."
        }
        _ => {
            "Les unités ne sont plus là, ou sont réservées à un patient : des unités disparues sont une perte, pas une erreur de saisie."
        }
    }
}

fn which_rulebook(asked: Option<&str>, known: &[String], what: &str) -> String {
    let known = if known.is_empty() {
        "aucun n'est chargé".to_owned()
    } else {
        format!("il y a : {}", known.join(", "))
    };
    match asked {
        Some(asked) => format!("Aucun référentiel « {asked} » ne {what} ; {known}."),
        None => format!("Précisez le référentiel ; {known}."),
    }
}

fn wrong_state(state: &str) -> String {
    match state {
        "infused" => "Le jour de l'injection est passé : elle a eu lieu, et les doses restent réservées jusqu'à la fin de la fenêtre. Pour les rendre quand même, dites pourquoi avec vos mots.".to_owned(),
        "nothing-held" => "Ce feu vert ne réserve plus aucune dose.".to_owned(),
        "clearances-in-force" => {
            "Des feux verts sont en cours ici : libérez-les d'abord.".to_owned()
        }
        "approved" => "Un plan approuvé lui réserve des unités : retirez-la, ce qui les rend, et déposez-la de nouveau ; ou attendez qu'elles soient dispensées.".to_owned(),
        "not-approved" => "Aucun plan approuvé ne lui réserve d'unités : attendez le plan, ou passez outre en écrivant pourquoi.".to_owned(),
        "on-its-way" => "Des unités qui lui sont destinées ne sont pas encore arrivées d'une autre pharmacie : recevez le transfert d'abord, ou dites ce qui sort.".to_owned(),
        "rulebook-changed" => "Le référentiel a changé depuis ce plan : refaites le plan.".to_owned(),
        "no-such-finding" => "Ce qui est confirmé n'a pas été constaté chez ce patient : relisez la sécurité de la demande.".to_owned(),
        "nothing-to-decide" => "Il ne reste rien à décider : le référentiel de sécurité n'a ni avertissement ouvert ni refus.".to_owned(),
        "derived-otherwise" => "Recalculé aujourd'hui, ce plan donnerait un autre résultat : refaites le plan.".to_owned(),
        "erased" => "Les données de ce plan ont été effacées.".to_owned(),
        "approved-and-left-out" => "Une ligne est approuvée ou écartée, pas les deux : choisissez.".to_owned(),
        "held-units-expired" => "Des unités réservées sont périmées : perdez-les, et la demande attendra le prochain plan.".to_owned(),
        "nothing-refused" => "Rien de ce transfert n'est sur le chemin du retour : seul ce qui a été refusé à l'arrivée revient.".to_owned(),
        "no-legal-basis" => "Dites à quel titre : l'autorisation de l'ARS et sa référence, ou le besoin impératif et l'heure à laquelle l'ARS a été informée (CSP, art. L5126-8).".to_owned(),
        "other-network" => "Ce site est d'un autre groupement : un coordinateur dont l'accès y vaut peut le lui demander.".to_owned(),
        "transfer-expired" => "Des unités de ce transfert sont périmées : déclarez la perte, le transfert s'en réduit.".to_owned(),
        "too-old" => "Ce plan a plus de sept jours : refaites le plan.".to_owned(),
        "notice-retired" => "Ce référentiel est échu et un coordinateur l'a retiré : il ne garde plus de réserve, ne classe plus de demandes et ne gèle plus d'initiations.".to_owned(),
        "notice-in-force" => "Ce référentiel n'est pas échu : il se retire une fois échu ou remplacé, pas avant.".to_owned(),
        "notice-not-retired" => "Ce référentiel n'est pas retiré : il n'y a rien à rétablir.".to_owned(),
        "not-granted" => "Cette ligne n'est pas accordée : il n'y a rien à approuver.".to_owned(),
        "corrected" => "Cette numération a déjà été corrigée : corrigez celle qui la remplace.".to_owned(),
        "entered-by-mistake" => "Cette numération a été retirée comme saisie par erreur : saisissez-la de nouveau.".to_owned(),
        "nothing-changed" => "Rien ne changerait : une correction dit une autre valeur, une autre unité ou un autre jour.".to_owned(),
        "lifted" => "Ce rappel a été levé.".to_owned(),
        "dealt-with" => "Ce rappel est déjà dit traité ici.".to_owned(),
        "decided" => "C'est déjà décidé : ce qui reste en quarantaine se libère ou se détruit par un mouvement.".to_owned(),
        "nothing-there" => "Il n'y a ici aucune unité de ce lot, ou rien du tout : il n'y a rien à mettre en quarantaine.".to_owned(),
        "inventory-open" => "Un inventaire est en cours ici : terminez-le, ou annulez-le d'abord.".to_owned(),
        "needed-expected" => "Ce patient est attendu pour une injection de CAR-T : annulez-la, ou attendez la fin de la fenêtre.".to_owned(),
        "needed-request" => "Une demande est ouverte pour ce patient : retirez-la d'abord.".to_owned(),
        "needed-treatment" => "Un traitement de ce patient est en cours : déclarez-le arrêté d'abord.".to_owned(),
        "needed-hold" => "Des unités sont réservées pour ce patient : rendez-les d'abord.".to_owned(),
        "needed-transfer" => "Un transfert est en chemin pour ce patient : terminez-le d'abord.".to_owned(),
        "inventory-over" => "Cet inventaire est terminé ou annulé : ouvrez-en un autre.".to_owned(),
        other => format!("L'état actuel ({other}) ne le permet pas."),
    }
}

fn thing(what: &str) -> &str {
    match what {
        "site" => "le site",
        "request" => "la demande",
        "plan" => "le plan",
        "line" => "la ligne",
        "transfer" => "le transfert",
        "network" => "le groupement",
        "movement" => "le mouvement",
        "patient" => "le patient",
        "count" => "la numération",
        "clearance" => "le feu vert",
        "delivery" => "la livraison",
        "pack" => "la boîte",
        "alert" => "l'alerte",
        "recipient" => "le destinataire",
        "presentation" => "la présentation",
        "token" => "le jeton",
        "person" => "la personne",
        "role" => "le rôle",
        "session" => "la session",
        "rulebook" => "le référentiel",
        "treatment" => "le traitement",
        "recall" => "le rappel",
        "excursion" => "la rupture de la chaîne du froid",
        "inventory" => "l'inventaire",
        "threshold" => "le seuil",
        other => other,
    }
}

/// `1 dose`, `2 doses`.
pub fn doses(n: Doses) -> String {
    if n.get() <= 1 {
        format!("{n} dose")
    } else {
        format!("{n} doses")
    }
}

/// `1 unité`, `2 unités`.
pub fn units(n: Units) -> String {
    if n.get() <= 1 {
        format!("{n} unité")
    } else {
        format!("{n} unités")
    }
}

/// `31/12/2021`.
pub fn day(day: Day) -> String {
    let date = day.date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    format!("{day:02}/{month:02}/{year:04}")
}

/// `358,8 mg`.
pub fn mg(mass: Mg) -> String {
    mass.to_string().replace('.', ",")
}

/// Returns the sentence for a clearance.
pub fn clearance(wanted: Doses, missing: Doses, resupply: Resupply, go: bool) -> String {
    let why = match resupply {
        Resupply::Assured => "réapprovisionnement assuré",
        Resupply::Compromised => "réapprovisionnement compromis",
    };
    if go {
        format!("GO : {} réservées pour ce patient ({why}).", doses(wanted))
    } else {
        format!(
            "NO-GO : il manque {} pour débuter ({} exigées pour ce patient, {why}).",
            doses(missing),
            doses(wanted)
        )
    }
}

/// Returns what an alert of a kind is called.
pub const fn alert_name(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::ReserveBelowMinimum => "Réserve CAR-T sous le minimum",
        AlertKind::ClearanceBroken => "Feu vert CAR-T rompu : NO-GO",
        AlertKind::Override => "Refus outrepassé",
        AlertKind::NoticeExpired => "Référentiel échu ou bientôt échu",
        AlertKind::CountOverdue => "Numérations en retard",
        AlertKind::ResupplyCompromised => "Réapprovisionnement compromis",
        AlertKind::Recall => "Rappel de lot",
        AlertKind::StockBelowMinimum => "Stock sous le seuil du site",
        AlertKind::LotExpiring => "Lot proche de la péremption",
        AlertKind::ClearanceRefused => "Feu vert CAR-T refusé : NO-GO",
        AlertKind::ReserveForecast => "Rupture prévue de la réserve CAR-T",
        AlertKind::SiteUnreachable => "Site sans destinataire joignable",
        AlertKind::EvaluationLate => "Alertes du site non recalculées",
        AlertKind::BreakGlass => "Accès d'urgence au site (bris de glace)",
    }
}
