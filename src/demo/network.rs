//! The network of the demonstration: twelve pharmacies in two hospital groups, two of them CAR-T
//! centres, with stock, patients, deliveries and requests. Everything in it is made up but the codes.

use super::requests;
use crate::app::edit_deliveries::NewDelivery;
use crate::app::edit_patients::{Correction, NewPatient};
use crate::app::edit_recipients::{Hearing, NewRecipient};
use crate::app::give_access::NewToken;
use crate::app::receive_units::{Count, Received};
use crate::app::record::Particulars;
use crate::app::records::{Network, Reach};
use crate::app::{self, Act, Caller, Service};
use crate::app::{
    ask_clearance, edit_deliveries, edit_patients, edit_recipients, edit_sites, give_access,
    receive_units, see,
};
use crate::domain::alert::Capacity;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::language::Language;
use crate::domain::ledger::UnitState;
use crate::domain::quantity::{Doses, Grams, Units};
use crate::domain::role::Role;
use crate::domain::rule::Slug;
use crate::domain::site::{Ahead, Site};
use anyhow::Context as _;

/// The CAR-T centre that the words speak of: its stock is exactly its reserve.
pub(super) const CENTRE: &str = "750100125";
/// 80 mg for infusion, and its lot at the centre of which a vial may break.
pub(super) const MG80: &str = "3400957464318";
pub(super) const LOT80: &str = "B2104";
/// 200 and 400 mg for infusion; pen and syringe.
const MG200: &str = "3400957464486";
pub(super) const MG400: &str = "3400957464547";
const PEN: &str = "3400930145524";
const SYRINGE: &str = "3400927824845";

/// The group of that centre.
pub(super) const GROUP: &str = "ght-seine";
const NETWORKS: [(&str, &str); 2] = [(GROUP, "GHT Seine"), ("ght-rhone", "GHT Rhône")];

/// Number, network, name, whether a CAR-T centre.
const SITES: [(&str, &str, &str, bool); 12] = [
    (CENTRE, GROUP, "CHU de la Seine", true),
    ("750100216", GROUP, "Hôpital du Canal", false),
    ("920100013", GROUP, "CH des Hauts-de-Seine", false),
    ("930100037", GROUP, "CH de la Plaine", false),
    ("940100043", GROUP, "CH du Val-de-Marne", false),
    ("770100054", GROUP, "CH de Seine-et-Marne", false),
    ("690100015", "ght-rhone", "CHU du Rhône", true),
    ("690100031", "ght-rhone", "CH des Monts d'Or", false),
    ("420100049", "ght-rhone", "CH du Forez", false),
    ("380100055", "ght-rhone", "CH de l'Isère", false),
    ("010100061", "ght-rhone", "CH de la Dombes", false),
    ("2A0000014", "ght-rhone", "CH d'Ajaccio", false),
];

/// Site, presentation, lot, expiry, units.
const STOCK: [(&str, &str, &str, &str, u32); 24] = [
    (CENTRE, MG400, "B1234", "2022-06-30", 3),
    (CENTRE, MG200, "B1871", "2022-04-30", 2),
    (CENTRE, MG80, LOT80, "2022-08-31", 4),
    (CENTRE, SYRINGE, "S3310", "2022-03-31", 8),
    ("750100216", MG400, "B1234", "2022-06-30", 2),
    ("750100216", MG80, "B2090", "2021-11-15", 3),
    ("920100013", MG200, "B1902", "2022-05-31", 4),
    ("920100013", PEN, "S7702", "2022-02-28", 4),
    ("930100037", MG80, LOT80, "2022-08-31", 6),
    ("930100037", SYRINGE, "S3310", "2022-03-31", 4),
    ("940100043", MG400, "B1260", "2022-07-31", 1),
    ("770100054", MG200, "B1902", "2022-05-31", 1),
    ("770100054", SYRINGE, "S3299", "2021-12-31", 12),
    ("690100015", MG400, "B1260", "2022-07-31", 9),
    ("690100015", MG80, "B2117", "2022-09-30", 5),
    ("690100015", PEN, "S7702", "2022-02-28", 8),
    ("690100031", MG200, "B1871", "2022-04-30", 2),
    ("420100049", MG400, "B1234", "2022-06-30", 1),
    ("420100049", MG80, "B2090", "2021-11-15", 2),
    ("380100055", MG200, "B1902", "2022-05-31", 3),
    ("380100055", SYRINGE, "S3310", "2022-03-31", 4),
    ("010100061", MG80, "B2117", "2022-09-30", 2),
    ("2A0000014", MG400, "B1260", "2022-07-31", 1),
    ("2A0000014", SYRINGE, "S3299", "2021-12-31", 4),
];

/// Site, presentation, units, day, whether confirmed: those of the centres make resupply assured.
const DELIVERIES: [(&str, &str, u32, &str, bool); 4] = [
    (CENTRE, MG400, 4, "2021-10-26", true),
    (CENTRE, MG80, 4, "2021-11-08", false),
    ("690100015", MG400, 4, "2021-10-25", true),
    ("920100013", SYRINGE, 8, "2021-10-28", true),
];

/// Refuses a database that has sites and is not a demonstration's: a simulated clock and made-up acts
/// have no place beside real ones.
///
/// # Errors
/// When `sites` are some, and not those of the demonstration among them.
pub(super) fn is_ours(sites: &[Finess]) -> anyhow::Result<()> {
    let ours = |number: &str| sites.iter().any(|site| site.as_str() == number);
    if sites.is_empty() || SITES.iter().all(|(number, ..)| ours(number)) {
        return Ok(());
    }
    let named: Vec<&str> = sites.iter().take(3).map(Finess::as_str).collect();
    anyhow::bail!(
        "this database has sites that no demonstration made ({}{}), and a demonstration writes made-up acts \
         by a simulated clock: nothing was changed; name another database, such as --database sqlite:demo.db",
        named.join(", "),
        if sites.len() > named.len() {
            ", …"
        } else {
            ""
        }
    )
}

/// Lays the network out, unless it is there already.
pub(super) async fn lay_out(service: &Service, now: Instant) -> anyhow::Result<()> {
    let machine = || Caller::at_the_machine("command-line", Role::Admin);
    let there = service
        .read(machine(), now, |act| see::commons::sites(act, None))
        .await?;
    if !there.is_empty() {
        // an older database was only now brought up to date, and not looked at before
        let there: Vec<Finess> = there.into_iter().map(|site| site.finess).collect();
        return is_ours(&there);
    }
    let sites = SITES
        .iter()
        .map(|(number, ..)| finess(number))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let plan = Plan::read()?;
    service
        .write(machine(), now, sites, move |act| plan.carry_out(act))
        .await?;
    Ok(())
}

/// The tables above, as values.
struct Plan {
    networks: Vec<Network>,
    sites: Vec<Site>,
    stock: Vec<(Finess, Received)>,
    deliveries: Vec<(Finess, NewDelivery)>,
    recipients: Vec<(Finess, NewRecipient)>,
    infused: NewPatient,
    scheduled: Vec<(Finess, NewPatient)>,
}

impl Plan {
    fn read() -> anyhow::Result<Self> {
        let networks = NETWORKS.iter().map(|(id, name)| {
            Ok(Network {
                id: Slug::parse(id)?,
                name: (*name).to_owned(),
            })
        });
        let sites = SITES.iter().map(|(number, network, name, _)| {
            let (finess, network, name) =
                (finess(number)?, Slug::parse(network)?, (*name).to_owned());
            let zone = chrono_tz::Europe::Paris;
            Ok(Site {
                finess,
                network,
                name,
                zone,
                car_t: false,
                reference_dose: None,
                by_hand: None,
                ahead: Ahead::default(),
                version: 1,
            })
        });
        let stock = STOCK.iter().map(|(site, cip13, lot, expiry, units)| {
            let (cip13, lot, expiry) = (
                Cip13::parse(cip13)?,
                LotNumber::parse(lot)?,
                Day::parse(expiry)?,
            );
            let (count, state) = (Count::Units(Units::new(*units)), UnitState::Usable);
            let told = Particulars {
                note: Some("stock d'ouverture".to_owned()),
                ..Particulars::default()
            };
            Ok((
                finess(site)?,
                Received {
                    cip13,
                    lot,
                    expiry,
                    count,
                    serial: None,
                    state,
                    told,
                },
            ))
        });
        let deliveries = DELIVERIES
            .iter()
            .map(|(site, cip13, units, day, confirmed)| {
                let (cip13, expected_on) = (Cip13::parse(cip13)?, Day::parse(day)?);
                let (units, confirmed) = (Units::new(*units), *confirmed);
                Ok((
                    finess(site)?,
                    NewDelivery {
                        cip13,
                        units,
                        expected_on,
                        confirmed,
                        reference: None,
                    },
                ))
            });
        Ok(Self {
            networks: networks.collect::<anyhow::Result<_>>()?,
            sites: sites.collect::<anyhow::Result<_>>()?,
            stock: stock.collect::<anyhow::Result<_>>()?,
            deliveries: deliveries.collect::<anyhow::Result<_>>()?,
            recipients: recipients()?,
            infused: patient("CART-014", 62_000, "2021-10-12")?,
            scheduled: vec![
                (finess(CENTRE)?, patient("CART-015", 81_500, "2021-10-27")?),
                (
                    finess("690100015")?,
                    patient("CART-103", 70_000, "2021-11-03")?,
                ),
            ],
        })
    }

    fn carry_out(&self, act: &mut Act<'_>) -> Result<(), app::Error> {
        for network in &self.networks {
            edit_sites::add_network(act, network)?;
        }
        for site in &self.sites {
            edit_sites::add_site(act, site)?;
        }
        for (site, received) in &self.stock {
            receive_units::receive(act, *site, received)?;
        }
        for (site, delivery) in &self.deliveries {
            edit_deliveries::announce(act, *site, delivery)?;
        }
        // centres from now on: what was on its way to the shelf is there, and nobody is alarmed
        for ((.., car_t), site) in SITES.iter().zip(&self.sites) {
            if *car_t {
                edit_sites::edit_site(act, site.finess, 1, |site| site.car_t = true)?;
            }
        }
        self.patients(act)?;
        for (site, recipient) in &self.recipients {
            edit_recipients::add(act, *site, recipient)?;
        }
        requests::file(act)
    }

    /// One who was infused and had a first dose elsewhere in the story; two who are cleared.
    fn patients(&self, act: &mut Act<'_>) -> Result<(), app::Error> {
        let Some((centre, _)) = self.scheduled.first() else {
            return Ok(());
        };
        let record = edit_patients::register(act, *centre, &self.infused)?;
        let given = Correction {
            doses_given: Some(Doses::new(1)),
            ..Correction::default()
        };
        edit_patients::correct(act, *centre, &record.patient.id, record.version, given)?;
        for (site, patient) in &self.scheduled {
            let who = ask_clearance::Who::Told(patient.clone());
            ask_clearance::ask(
                act,
                *site,
                &ask_clearance::Question {
                    who,
                    rulebook: None,
                    hold: true,
                },
            )?;
        }
        Ok(())
    }
}

fn finess(text: &str) -> anyhow::Result<Finess> {
    Finess::parse(text).with_context(|| format!("the demonstration's site {text}"))
}

fn patient(pseudonym: &str, grams: i64, day: &str) -> anyhow::Result<NewPatient> {
    Ok(NewPatient {
        pseudonym: pseudonym.to_owned(),
        weight: Grams::new(grams)?,
        infusion_on: Day::parse(day)?,
    })
}

fn recipients() -> anyhow::Result<Vec<(Finess, NewRecipient)>> {
    let at_each = [
        (
            Capacity::Pharmacist,
            "Pharmacie à usage intérieur",
            "pui",
            Language::Fr,
        ),
        (Capacity::CarTUnit, "CAR-T unit", "unite-cart", Language::En),
        (
            Capacity::Coordinator,
            "Coordination du groupement",
            "coordination",
            Language::Fr,
        ),
    ];
    let mut all = Vec::new();
    for (number, .., car_t) in SITES {
        for (capacity, name, desk, language) in at_each {
            if car_t || capacity != Capacity::CarTUnit {
                let (name, email) = (
                    name.to_owned(),
                    format!("{desk}.{}@example.org", number.to_lowercase()),
                );
                all.push((
                    finess(number)?,
                    NewRecipient {
                        capacity,
                        name,
                        email,
                        language,
                        hearing: Hearing::default(),
                    },
                ));
            }
        }
    }
    Ok(all)
}

/// The sites of the centre's group.
pub(super) fn group() -> anyhow::Result<Vec<Finess>> {
    SITES
        .iter()
        .filter(|(_, network, ..)| *network == GROUP)
        .map(|(number, ..)| finess(number))
        .collect()
}

/// Gives one token a role: those of a site hold at the centre and its group, the others everywhere.
pub(super) async fn give_tokens(
    service: &Service,
    now: Instant,
) -> anyhow::Result<Vec<(Role, String)>> {
    let group = group()?;
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let given = service.write(caller, now, Vec::new(), move |act| {
        let mut tokens = Vec::new();
        for role in Role::ALL {
            let reach = match role {
                Role::Coordinator | Role::Admin => Reach::Everywhere,
                Role::Pharmacist | Role::CarTUnit | Role::Prescriber | Role::Reader => {
                    Reach::Sites(group.clone())
                }
            };
            let new = NewToken {
                name: format!("demo {}", role.code()),
                role,
                reach,
                expires_at: None,
            };
            tokens.push((role, give_access::give(act, &new)?.1));
        }
        Ok(tokens)
    });
    Ok(given.await?)
}
