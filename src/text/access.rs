//! What is said of access that was refused.

use crate::domain::language::Language;
use crate::domain::password::{LEAST, MOST, Weakness};
use crate::domain::reason::OfAccess;
use crate::domain::role::Role;

/// Returns the sentence for a refusal about access.
pub fn refusal(language: Language, refusal: OfAccess) -> String {
    match language {
        Language::Fr => fr(refusal),
        Language::En => en(refusal),
    }
}

/// Returns what a role is called.
pub const fn role_name(language: Language, role: Role) -> &'static str {
    match (language, role) {
        (Language::Fr, Role::Pharmacist) => "pharmacien",
        (Language::Fr, Role::CarTUnit) => "unité CAR-T",
        (Language::Fr, Role::Prescriber) => "prescripteur",
        (Language::Fr, Role::Coordinator) => "coordinateur",
        (Language::Fr, Role::Admin) => "administrateur",
        (Language::Fr, Role::Reader) => "lecteur",
        (Language::En, Role::Pharmacist) => "pharmacist",
        (Language::En, Role::CarTUnit) => "CAR-T unit",
        (Language::En, Role::Prescriber) => "prescriber",
        (Language::En, Role::Coordinator) => "coordinator",
        (Language::En, Role::Admin) => "administrator",
        (Language::En, Role::Reader) => "reader",
    }
}

/// Returns what speaks against a password, and what to do.
pub fn weakness(language: Language, weakness: Weakness) -> String {
    match (language, weakness) {
        (Language::Fr, Weakness::TooShort { found }) => {
            format!("Ce mot de passe a {found} caractères ; il en faut {LEAST}. Une phrase convient.")
        }
        (Language::En, Weakness::TooShort { found }) => {
            format!("This password has {found} characters; {LEAST} are needed. A sentence will do.")
        }
        (Language::Fr, Weakness::TooLong) => {
            format!("Ce mot de passe a plus de {MOST} caractères.")
        }
        (Language::En, Weakness::TooLong) => {
            format!("This password has more than {MOST} characters.")
        }
        (Language::Fr, Weakness::Common) => {
            "Beaucoup de gens ont ce mot de passe, ou presque : on l'essaie en premier. Prenez plusieurs mots sans rapport.".to_owned()
        }
        (Language::En, Weakness::Common) => {
            "Many people have this password, or nearly: it is tried first. Take several words that have nothing to do with each other.".to_owned()
        }
        (Language::Fr, Weakness::Own) => {
            "Ce mot de passe est fait de votre nom, de votre adresse ou du nom du service : on l'essaie en premier.".to_owned()
        }
        (Language::En, Weakness::Own) => {
            "This password is made of your name, your address or the name of the service: it is tried first.".to_owned()
        }
    }
}

fn fr(refusal: OfAccess) -> String {
    match refusal {
        OfAccess::TooLate { most_days, .. } => {
            format!("C'est trop long : {most_days} jours au plus à partir de maintenant.")
        }
        OfAccess::LastAdministrator => {
            "Plus personne ne pourrait donner accès : nommez d'abord un autre administrateur de tous les sites, sans terme.".to_owned()
        }
        OfAccess::NotAPerson => {
            "C'est réservé aux personnes connectées : un jeton n'a ni session ni mot de passe.".to_owned()
        }
        OfAccess::BeyondScope => {
            "Votre jeton est plus étroit que ce que vous donneriez : donnez-en au plus autant.".to_owned()
        }
        OfAccess::HeldAlready => {
            "Vous avez déjà cet accès à ce site : rien n'est à ouvrir.".to_owned()
        }
        OfAccess::WhichRole => {
            "Dites dans lequel de vos rôles : pharmacien, unité CAR-T ou prescripteur.".to_owned()
        }
        OfAccess::WeakPassword(why) => weakness(Language::Fr, why),
        OfAccess::WrongCode => {
            "Ce code n'est pas le bon, ou a déjà servi. Attendez le suivant, et vérifiez l'heure de l'appareil.".to_owned()
        }
        OfAccess::SecondFactorFirst => {
            "Pour relier votre propre compte, il faut un code de votre second facteur : mettez-en d'abord un en place, ou demandez à un administrateur.".to_owned()
        }
        OfAccess::WaitUntil { .. } => {
            "Trop d'essais ont échoué. Attendez avant le prochain.".to_owned()
        }
    }
}

fn en(refusal: OfAccess) -> String {
    match refusal {
        OfAccess::TooLate { most_days, .. } => {
            format!("That is too long: {most_days} days from now at most.")
        }
        OfAccess::LastAdministrator => {
            "Nobody would be left who can give access: first name another administrator of every site, without an end.".to_owned()
        }
        OfAccess::NotAPerson => {
            "That is for people who signed in: a token has no session and no password.".to_owned()
        }
        OfAccess::BeyondScope => {
            "Your token is narrower than what you would give: give as much at most.".to_owned()
        }
        OfAccess::HeldAlready => {
            "You have this access to this site already: there is nothing to open.".to_owned()
        }
        OfAccess::WhichRole => {
            "Say in which of your roles: pharmacist, CAR-T unit or prescriber.".to_owned()
        }
        OfAccess::WeakPassword(why) => weakness(Language::En, why),
        OfAccess::WrongCode => {
            "This code is not right, or was used. Wait for the next, and look at the clock of the device.".to_owned()
        }
        OfAccess::SecondFactorFirst => {
            "To link your own account, a code of your second factor is needed: set one up first, or ask an administrator.".to_owned()
        }
        OfAccess::WaitUntil { .. } => "Too many attempts failed. Wait before the next.".to_owned(),
    }
}
