use super::answer::Answer;
use super::failure::Failure;
use super::given;
use super::place::Place;
use crate::app::see::commons;
use crate::app::see::situation::situation;
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::server::write_sheets;
use crate::text::situation::file_name;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Write down what the service knows, for people and for other programs
#[derive(Debug, Subcommand)]
pub(super) enum Export {
    Situation(Situation),
}

const EXAMPLES: &str = "\
Examples:
  dotation export situation --to /srv/situation
  dotation export situation --site 750100125 --to . --lang en";

/// Write a sheet of each site, to work a day from paper when the service is down
///
/// One page of HTML a site (situation-FINESS.html), which prints on A4: stock by lot, what is held and for
/// whom, reserves, clearances, who is due, deliveries, telephone numbers, open alerts, and empty lines for
/// movements made by hand, to be entered afterwards with the time at which they happened. index.html leads
/// to them. Sheets that are there are replaced, each in one step.
///
/// They name patients by their pseudonyms, and are for the pharmacy alone: writing them is on the audit
/// trail as reading is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Situation {
    /// A site; may be given more than once [default: every site]
    #[arg(long = "site", value_name = "FINESS", value_parser = given::finess)]
    sites: Vec<Finess>,
    /// The folder to write into [default: that of the setting situation_folder]
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// In which language: fr or en [default: the language that is set, else fr]
    #[arg(long, value_name = "LANGUAGE", value_parser = given::language)]
    lang: Option<Language>,
}

impl Export {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Situation(command) => command.run(place),
        }
    }
}

impl Situation {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let settings = &opened.settings;
        let folder = self.to.or_else(|| settings.situation_folder.clone());
        let folder = folder.ok_or_else(|| {
            Failure::input("where to? Name a folder with --to, or set situation_folder")
        })?;
        let language = self.lang.unwrap_or(settings.default_language);
        let zone = settings.time_zone;
        let sites = if self.sites.is_empty() {
            let all = opened.read(|act| commons::sites(act, None))?;
            all.into_iter().map(|site| site.finess).collect()
        } else {
            self.sites
        };
        let mut sheets = Vec::new();
        for site in sites {
            sheets.push(opened.write(vec![site], move |act| situation(act, site))?);
        }
        write_sheets(&folder, language, zone, &sheets).map_err(Failure::Cannot)?;
        let files: Vec<String> = sheets
            .iter()
            .map(|sheet| {
                folder
                    .join(file_name(sheet.site.finess))
                    .display()
                    .to_string()
            })
            .collect();
        let text = format!("{}\n", files.join("\n"));
        let json = json!({ "folder": folder.display().to_string(), "files": files });
        Ok(Answer::new(text, json))
    }
}
