use super::answer::{Answer, columns};
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::edit_sites;
use crate::app::records::Network;
use crate::app::see::commons;
use crate::domain::code::Finess;
use crate::domain::quantity::Mg;
use crate::domain::rule::Slug;
use crate::domain::site;
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Networks and their sites: the pharmacies that keep stock
#[derive(Debug, Subcommand)]
pub(super) enum Site {
    List(ListSites),
    Add(AddSite),
    NetworkAdd(AddNetwork),
    NetworkList(ListNetworks),
}

const LIST: &str = "\
Examples:
  dotation site list
  dotation site list --network chu-lyon --format json";

/// List the sites, of one network or of all
#[derive(Debug, Args)]
#[command(after_help = LIST)]
pub(super) struct ListSites {
    /// The short name of a network
    #[arg(long, value_name = "NETWORK", value_parser = given::slug)]
    network: Option<Slug>,
}

const ADD: &str = "\
Examples:
  dotation site add --finess 690000001 --network chu-lyon --name 'PUI Édouard-Herriot'
  dotation site add --finess 2A0000001 --network corse --name 'PUI Ajaccio' --car-t \\
      --reference-dose 480mg --time-zone Europe/Paris";

/// Add the pharmacy of a hospital to a network
///
/// A CAR-T centre keeps a reserve from the moment it is added, and its alert opens until there is
/// stock: say next who receives its letters (dotation recipient add).
#[derive(Debug, Args)]
#[command(after_help = ADD)]
pub(super) struct AddSite {
    /// Its FINESS number: nine characters, as 690000001 or 2A0000001
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    finess: Finess,
    /// The short name of the network that shares with it
    #[arg(long, value_name = "NETWORK", value_parser = given::slug)]
    network: Slug,
    /// What its people call it
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: String,
    /// It is qualified for CAR-T therapies, and so keeps a reserve
    #[arg(long)]
    car_t: bool,
    /// The size of a dose it keeps for nobody in particular, in place of the rulebook's
    #[arg(long, value_name = "MG", value_parser = given::mg, allow_negative_numbers = true)]
    reference_dose: Option<Mg>,
    /// Where its days begin and end [default: the time zone that is set, else Europe/Paris]
    #[arg(long, value_name = "ZONE", value_parser = given::zone)]
    time_zone: Option<Tz>,
}

const NETWORK_ADD: &str = "\
Examples:
  dotation site network-add chu-lyon --name 'Hospices civils de Lyon'";

/// Add a network: a group of hospitals that share
#[derive(Debug, Args)]
#[command(after_help = NETWORK_ADD)]
pub(super) struct AddNetwork {
    /// Its short name: lower-case letters, digits and hyphens
    #[arg(value_name = "NETWORK", value_parser = given::slug)]
    id: Slug,
    /// What its people call it
    #[arg(long, value_name = "NAME", value_parser = given::name)]
    name: String,
}

const NETWORK_LIST: &str = "\
Examples:
  dotation site network-list";

/// List the networks
#[derive(Debug, Args)]
#[command(after_help = NETWORK_LIST)]
pub(super) struct ListNetworks {}

impl Site {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::List(command) => command.run(place),
            Self::Add(command) => command.run(place),
            Self::NetworkAdd(command) => command.run(place),
            Self::NetworkList(ListNetworks {}) => list_networks(place),
        }
    }
}

impl ListSites {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let sites = place
            .open()?
            .read(move |act| commons::sites(act, self.network.as_ref()))?;
        if sites.is_empty() {
            let none = Answer::new(String::new(), json!([]));
            return Ok(none.note("There is no site yet. To add one: dotation site add --help"));
        }
        let rows: Vec<[String; 6]> = sites.iter().map(row).collect();
        let names = [
            "FINESS",
            "NETWORK",
            "NAME",
            "CAR-T",
            "REFERENCE DOSE",
            "TIME ZONE",
        ];
        Ok(Answer::new(
            columns(names, &rows),
            sites.iter().map(shape).collect(),
        ))
    }
}

impl AddSite {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let site = site::Site {
            finess: self.finess,
            network: self.network,
            name: self.name,
            zone: self.time_zone.unwrap_or(opened.settings.time_zone),
            car_t: self.car_t,
            reference_dose: self.reference_dose,
            by_hand: None,
            ahead: site::Ahead::default(),
            version: 1,
        };
        let added = opened.write(vec![site.finess], move |act| {
            edit_sites::add_site(act, &site)
        })?;
        let text = format!(
            "Site {} ({}) was added to {}.\n",
            added.finess, added.name, added.network
        );
        let answer = Answer::new(text, shape(&added));
        if !added.car_t {
            return Ok(answer);
        }
        let finess = added.finess;
        Ok(answer.note(format!(
            "It keeps a reserve from now on, and nobody receives its letters yet. To add somebody: \
             dotation recipient add --site {finess} --help"
        )))
    }
}

impl AddNetwork {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let network = Network {
            id: self.id,
            name: self.name,
        };
        let text = format!("Network {} ({}) was added.\n", network.id, network.name);
        let json = json!({ "id": network.id.as_str(), "name": network.name });
        place.open()?.write(Vec::new(), move |act| {
            edit_sites::add_network(act, &network)
        })?;
        Ok(Answer::new(text, json))
    }
}

fn list_networks(place: &Place) -> Result<Answer, Failure> {
    let networks = place.open()?.read(commons::networks)?;
    let json = networks
        .iter()
        .map(|n| json!({ "id": n.id.as_str(), "name": n.name }))
        .collect();
    let rows: Vec<[String; 2]> = networks
        .into_iter()
        .map(|n| [n.id.to_string(), n.name])
        .collect();
    if rows.is_empty() {
        let none = Answer::new(String::new(), json);
        return Ok(
            none.note("There is no network yet. To add one: dotation site network-add --help")
        );
    }
    Ok(Answer::new(columns(["NETWORK", "NAME"], &rows), json))
}

fn row(site: &site::Site) -> [String; 6] {
    [
        site.finess.to_string(),
        site.network.to_string(),
        site.name.clone(),
        if site.car_t { "yes" } else { "no" }.to_owned(),
        site.reference_dose
            .map_or_else(|| "-".to_owned(), |mg| mg.to_string()),
        site.zone.name().to_owned(),
    ]
}

fn shape(site: &site::Site) -> Value {
    json!({
        "finess": site.finess.as_str(),
        "network": site.network.as_str(),
        "name": site.name,
        "car_t": site.car_t,
        "reference_dose_ug": site.reference_dose.map(Mg::ug),
        "time_zone": site.zone.name(),
        "version": site.version,
    })
}
