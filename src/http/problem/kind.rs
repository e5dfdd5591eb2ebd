//! Every kind of problem there is, in one table.
//!
//! A kind's address, `/problems/{slug}`, is a promise to programs: it never changes and is never
//! used again for something else. Its titles may be improved.

use actix_web::http::StatusCode;

use crate::http::language::Language;

/// What a row of the table says.
struct Row {
    slug: &'static str,
    status: StatusCode,
    en: &'static str,
    fr: &'static str,
    advice: &'static str,
}

macro_rules! kinds {
    ($($name:ident $slug:literal $status:ident $en:literal $fr:literal $advice:literal;)*) => {
        /// A kind of problem: its stable address, its status, its title in each language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = concat!($en, ". ", $advice)] $name,)*
        }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        slug: $slug, status: StatusCode::$status, en: $en, fr: $fr, advice: $advice,
                    },)*
                }
            }
        }
    };
}

kinds! {
    BadRequest "bad-request" BAD_REQUEST "The request cannot be read" "La requête est illisible"
        "Mend what the detail names and send it again.";
    MalformedJson "malformed-json" BAD_REQUEST "The body is not JSON" "Le corps n'est pas du JSON"
        "The detail names the line and the column, or the byte that is not UTF-8.";
    BadQuery "bad-query" BAD_REQUEST "The query string has faults" "La chaîne de requête comporte des erreurs"
        "Each fault names its parameter; unknown parameters are refused.";
    BadAddress "bad-address" BAD_REQUEST "The address has faults" "L'adresse comporte des erreurs"
        "A code within the path is not written as such codes are.";
    BadHeader "bad-header" BAD_REQUEST "A header has faults" "Un en-tête comporte des erreurs"
        "Each fault names its header.";
    IdempotencyKeyMissing "idempotency-key-missing" BAD_REQUEST "An Idempotency-Key is required" "Un en-tête Idempotency-Key est exigé"
        "Send a fresh key with each new intent, and the same key when you repeat one.";
    Unauthenticated "unauthenticated" UNAUTHORIZED "Who is asking is not known" "L'appelant n'est pas identifié"
        "Send `Authorization: Bearer` with a token that is in force.";
    Forbidden "forbidden" FORBIDDEN "That is not yours to do" "Cette action ne vous est pas permise"
        "Your role, or your sites, do not include it; an administrator can change that.";
    ForgedRequest "forged-request" FORBIDDEN "Another site may have sent this" "Un autre site a pu envoyer cette requête"
        "With the cookie of a session, send its csrf_token as `X-CSRF-Token`, from a page of this service.";
    SignInAgain "sign-in-again" FORBIDDEN "Sign in again for that" "Reconnectez-vous pour cela"
        "What opens or shuts accounts asks for somebody who signed in within the last quarter of an hour.";
    NotFound "not-found" NOT_FOUND "There is nothing at this address" "Il n'y a rien à cette adresse"
        "The addresses there are stand in /api/openapi.json.";
    UnknownSite "unknown-site" NOT_FOUND "No such site" "Site inconnu"
        "No site has this FINESS number here.";
    UnknownPresentation "unknown-presentation" NOT_FOUND "No such presentation" "Présentation inconnue"
        "No presentation has this CIP13 on the catalogue.";
    UnknownLot "unknown-lot" NOT_FOUND "No such lot" "Lot inconnu"
        "The site has never held this lot of this presentation.";
    UnknownRecord "unknown-record" NOT_FOUND "No such record" "Enregistrement inconnu"
        "Nothing has this identifier, or it belongs to a site that is not yours.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "This address does not do that" "Cette adresse ne fait pas cela"
        "The `Allow` header names the methods it has.";
    NotAcceptable "not-acceptable" NOT_ACCEPTABLE "That format is not offered" "Ce format n'est pas proposé"
        "Ask for application/json.";
    RequestTooSlow "request-too-slow" REQUEST_TIMEOUT "The body did not arrive in time" "Le corps n'est pas arrivé à temps"
        "Nothing was done; send it again.";
    Conflict "conflict" CONFLICT "That does not fit what is there" "Cela ne s'accorde pas avec l'existant"
        "Read the present state and ask again.";
    NotEnoughUnits "not-enough-units" CONFLICT "There are not enough units" "Il n'y a pas assez d'unités"
        "The answer says how many there are.";
    ReserveProtected "reserve-protected" CONFLICT "A protected reserve would be touched" "Une réserve protégée serait entamée"
        "The answer says which reserve and how many doses would be missing.";
    InProgress "in-progress" CONFLICT "The same request is still under way" "La même requête est encore en cours"
        "Repeat it with the same Idempotency-Key after `Retry-After` seconds.";
    ChangedMeanwhile "changed-meanwhile" PRECONDITION_FAILED "It was changed meanwhile" "Modifié entre-temps"
        "Read it again, look at what changed, and send its new ETag in `If-Match`.";
    BodyTooLarge "body-too-large" PAYLOAD_TOO_LARGE "The body is too large" "Le corps est trop grand"
        "The answer says how many bytes are allowed.";
    AddressTooLong "address-too-long" URI_TOO_LONG "The address is too long" "L'adresse est trop longue"
        "Ask for less at a time.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "That kind of body is not read here" "Ce type de corps n'est pas lu ici"
        "Send application/json, uncompressed, in UTF-8.";
    InvalidBody "invalid-body" UNPROCESSABLE_ENTITY "The body has faults" "Le corps comporte des erreurs"
        "Each fault has the JSON pointer of its place.";
    KeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "This Idempotency-Key was used for another request" "Cet Idempotency-Key a servi à une autre requête"
        "A new intent needs a new key.";
    PreconditionRequired "precondition-required" PRECONDITION_REQUIRED "If-Match is required" "L'en-tête If-Match est exigé"
        "Read it first and send its ETag, so that nobody's change is lost.";
    TooManyRequests "too-many-requests" TOO_MANY_REQUESTS "Too many requests" "Trop de requêtes"
        "Wait for `Retry-After` seconds.";
    HeadersTooLarge "headers-too-large" REQUEST_HEADER_FIELDS_TOO_LARGE "The headers are too large" "Les en-têtes sont trop grands"
        "Send fewer or shorter headers.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something broke here" "Une erreur interne s'est produite"
        "It is our fault; give the reference number to whoever runs the service.";
    Busy "busy" SERVICE_UNAVAILABLE "The service is too busy" "Le service est trop occupé"
        "Nothing was done; repeat after `Retry-After` seconds.";
    TookTooLong "took-too-long" SERVICE_UNAVAILABLE "It took too long" "Le traitement a été trop long"
        "A change may still have been made: repeat it with the same Idempotency-Key.";
    Stopping "stopping" SERVICE_UNAVAILABLE "The service is stopping" "Le service s'arrête"
        "Nothing was done; repeat after `Retry-After` seconds.";
    DatabaseUnavailable "database-unavailable" SERVICE_UNAVAILABLE "The database cannot be reached" "La base de données est injoignable"
        "Repeat after `Retry-After` seconds, with the same Idempotency-Key.";
    StorageFull "storage-full" INSUFFICIENT_STORAGE "The disk is full" "Le disque est plein"
        "Nothing was done; whoever runs the service must make room.";
}

impl Kind {
    /// Returns its stable address, relative to the service: `/problems/unknown-site`.
    pub fn address(self) -> String {
        format!("/problems/{}", self.row().slug)
    }

    /// Returns the last part of its address.
    pub fn slug(self) -> &'static str {
        self.row().slug
    }

    /// Returns the status it is answered with.
    pub fn status(self) -> StatusCode {
        self.row().status
    }

    /// Returns its title: always the same for the same kind (RFC 9457, 3.1.3).
    pub fn title(self, language: Language) -> &'static str {
        match language {
            Language::En => self.row().en,
            Language::Fr => self.row().fr,
        }
    }

    /// Returns what to do about it, for the documentation.
    pub fn advice(self) -> &'static str {
        self.row().advice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_an_address_of_its_own() {
        let slugs: BTreeSet<_> = Kind::ALL.iter().map(|k| k.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for slug in slugs {
            assert!(
                slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{slug}"
            );
        }
    }

    #[test]
    fn every_kind_is_an_error_with_two_titles_and_advice() {
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert_ne!(kind.title(Language::En), kind.title(Language::Fr));
            assert!(kind.advice().ends_with('.'), "{kind:?}");
        }
    }
}
