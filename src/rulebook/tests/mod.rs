//! What a rulebook's file may say, and what is said about a wrong one.

mod explained;
mod faults;
mod folder;
mod letter;
mod many_faults;
mod page;
mod ranking;
mod wrong_ranking;
mod wrong_safety;

/// An invented medicine, to see that nothing is about one.
const INVENTED: &str = r#"name = "exemplium-2030-01-01"
medicine = "Exemplium"
jurisdiction = "BE"
valid_from = 2030-01-01
title = { fr = "Un exemple", en = "An example" }

[[sources]]
key = "notice"
document = "An invented notice"
date = 2030-01-01
url = "https://example.org/notice"

[[presentations]]
cip13 = "3400900000020"
label = "Exemplium 50 mg"
strength_mg = 50
route = "oral"
units_per_box = 30
source = "notice"
section = "p. 1"

[[doses]]
indication = "fever"
below_g = 10_000
rate_mg_per_kg = 5
at_most_mg = 45
source = "notice"
section = "p. 2"

[[doses]]
indication = "fever"
from_g = 10_000
rate_mg_per_kg = 7
at_most_mg = 500
source = "notice"
section = "p. 2"

[reserve]
indication = "fever"
route = "oral"
doses_assured = 1
doses_compromised = 1
doses_most = 1
reference_dose_mg = 50
reference_least_mg = 50
reference_most_mg = 50
window_days = 0
ahead_days = 1
resupply_within_days = 0
section = "Choice: it is invented"
"#;
