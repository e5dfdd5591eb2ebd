//! Parameters described: what each of a name looks like, wherever it stands.

use crate::domain::quantity::Units;
use crate::domain::site::Ahead;
use crate::http::idempotency::IdempotencyKey;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};

/// Nine digits, the second of which may be A or B after a 2.
const FINESS: &str = "^([0-9]{2}|2[AB])[0-9]{7}$";

/// Thirteen digits; the last is a check digit, which no pattern tells.
const CIP13: &str = "^3400[0-9]{9}$";

/// The short names of networks, rulebooks and indications.
const SLUG: &str = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

/// What can be seen of ASCII.
const KEY: &str = "^[!-~]+$";

/// Tags with commas between them, or any: RFC 9110, 8.8.3 and 13.1.1.
const TAGS: &str = "^(\\*|\"[!#-~]*\"(, \"[!#-~]*\")*)$";

/// Describes a parameter.
pub(super) fn parameter(
    name: &str,
    place: ParameterIn,
    words: &str,
    required: bool,
) -> ParameterBuilder {
    let schema = Schema::Object(looks(name, &place));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .description(Some(words))
        .required(if required {
            Required::True
        } else {
            Required::False
        })
        .schema(Some(schema))
}

/// What is said of a parameter in an address.
pub(super) fn path_words(name: &str) -> &'static str {
    match name {
        "finess" => "FINESS number of a site, nine characters.",
        "pseudonym" => "A site's word for a patient, percent-encoded where it is no plain word.",
        "cip13" => "CIP13 of a presentation, thirteen digits.",
        _ => "Identifier.",
    }
}

/// What a parameter of that name looks like. In an address, one that looks otherwise is nobody's: 404, or 400.
fn looks(name: &str, place: &ParameterIn) -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let whole = |most: u32| {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(most))
    };
    let in_query = matches!(place, ParameterIn::Query);
    let schema = match name {
        "finess" | "site" => text().pattern(Some(FINESS)),
        "cip13" => text().pattern(Some(CIP13)),
        "Idempotency-Key" => text()
            .pattern(Some(KEY))
            .min_length(Some(1))
            .max_length(Some(IdempotencyKey::MOST)),
        "If-Match" => text().pattern(Some(TAGS)),
        "network" | "indication" if in_query => text().pattern(Some(SLUG)),
        // how many at most is a setting
        "limit" => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1)),
        "days" => whole(Ahead::MOST_FORECAST),
        "units" => whole(Units::MOST),
        "open" | "empty" | "history" | "standing" | "dry_run" | "apply" | "skip_unknown" => {
            ObjectBuilder::new().schema_type(Type::Boolean)
        }
        _ => text(),
    };
    schema.build()
}
