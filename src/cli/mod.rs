//! The command line: a door for those who run the service, one file a command.
//!
//! A command reads what it was given into domain types, calls one verb of [`crate::app`], and
//! returns an answer that is written once, for people or for machines. Standard output carries
//! answers and nothing else; progress, notes and errors go to standard error. Start reading at
//! [`run`], then any command: the comment on its type is its help.

#![expect(
    clippy::doc_markdown,
    reason = "the comments on commands are the help that people read, without backticks"
)]

mod answer;
mod assess;
mod audit;
mod backup;
mod catalogue;
mod check;
mod count;
mod delivery;
mod demo;
mod dispense;
mod doses;
mod excursion;
mod export;
mod failure;
mod forecast;
mod given;
mod import;
mod inventory;
mod mail;
mod migrate;
mod monitoring;
mod patient;
mod person;
mod place;
mod plan;
mod recall;
mod recipient;
mod request;
mod restore;
mod retention;
mod rulebook;
mod serve;
mod shelf;
mod site;
mod threshold;
mod token;
mod transfer;
mod treatment;

use answer::{Answer, Format, complain};
use clap::{Parser, Subcommand};
use failure::Failure;
use place::Place;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const STATUS: &str = "\
Exit codes:
  0  done
  1  it could not be done: the database, the network, the disk
  2  what was given or configured is wrong; each line names a place, the value, what was expected
  3  refused by a rule; the sentence says why (in French where LANG is French)

Answers go to standard output; progress, notes and errors to standard error.

Examples:
  dotation demo                        try it, on a network made up for it
  dotation check                       look over the configuration and every rulebook
  dotation migrate                     make the database, or bring it up to date
  dotation serve                       run the service
  dotation doses --vials 400x1 --vials 80x1 --dose 240mg
  dotation plan case.json              say who is served with what there is, and why
  dotation assess case.json            say whether a patient may start or go on
  dotation rulebook list               the rules that are loaded, and which are in force";

/// Keeps the right doses of a scarce medicine in the right hospital pharmacy.
#[derive(Debug, Parser)]
#[command(name = "dotation", version, after_help = STATUS, max_term_width = 100)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
struct CommandLine {
    /// The file of settings [default: DOTATION_CONFIG, else dotation.toml here if it is there].
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "For every command"
    )]
    config: Option<PathBuf>,
    /// The database, in place of the one that is set: sqlite:FILE or postgres://USER@HOST/NAME.
    ///
    /// Other users of this machine can read a command line: set a password in the configuration.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "For every command"
    )]
    database: Option<String>,
    /// How the answer is written [default: text; of plan and assess, json where no terminal reads it].
    #[arg(long, global = true, value_enum, help_heading = "For every command")]
    format: Option<Format>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Migrate(migrate::Migrate),
    Check(check::Check),
    Doses(doses::DosesCommand),
    Plan(plan::PlanCommand),
    Assess(assess::Assess),
    #[command(subcommand)]
    Rulebook(rulebook::RulebookCommand),
    Dispense(dispense::Dispense),
    #[command(subcommand)]
    Transfer(transfer::Transfer),
    #[command(subcommand)]
    Delivery(delivery::Delivery),
    #[command(subcommand)]
    Recall(recall::Recall),
    #[command(subcommand)]
    Excursion(excursion::Excursion),
    #[command(subcommand)]
    Inventory(inventory::Inventory),
    #[command(subcommand)]
    Site(site::Site),
    #[command(subcommand)]
    Threshold(threshold::Threshold),
    #[command(subcommand)]
    Token(token::Token),
    #[command(subcommand)]
    Person(person::Person),
    #[command(subcommand)]
    Catalogue(catalogue::Catalogue),
    #[command(subcommand)]
    Recipient(recipient::Recipient),
    #[command(subcommand)]
    Request(request::Request),
    #[command(subcommand)]
    Count(count::CountCommand),
    #[command(subcommand)]
    Treatment(treatment::Treatment),
    Forecast(forecast::Forecast),
    Monitoring(monitoring::Monitoring),
    #[command(subcommand)]
    Import(import::Import),
    #[command(subcommand)]
    Mail(mail::Mail),
    Backup(backup::Backup),
    Restore(restore::Restore),
    #[command(subcommand)]
    Export(export::Export),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Patient(patient::Patient),
    #[command(subcommand)]
    Retention(retention::Retention),
}

impl Command {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Serve(command) => command.run(place),
            Self::Demo(command) => command.run(place),
            Self::Migrate(command) => command.run(place),
            Self::Check(command) => command.run(place),
            Self::Doses(command) => command.run(place),
            Self::Plan(command) => command.run(place),
            Self::Assess(command) => command.run(place),
            Self::Rulebook(command) => command.run(place),
            Self::Dispense(command) => command.run(place),
            Self::Transfer(command) => command.run(place),
            Self::Delivery(command) => command.run(place),
            Self::Recall(command) => command.run(place),
            Self::Excursion(command) => command.run(place),
            Self::Inventory(command) => command.run(place),
            Self::Site(command) => command.run(place),
            Self::Threshold(command) => command.run(place),
            Self::Token(command) => command.run(place),
            Self::Person(command) => command.run(place),
            Self::Catalogue(command) => command.run(place),
            Self::Recipient(command) => command.run(place),
            Self::Request(command) => command.run(place),
            Self::Count(command) => command.run(place),
            Self::Treatment(command) => command.run(place),
            Self::Forecast(command) => command.run(place),
            Self::Monitoring(command) => command.run(place),
            Self::Import(command) => command.run(place),
            Self::Mail(command) => command.run(place),
            Self::Backup(command) => command.run(place),
            Self::Restore(command) => command.run(place),
            Self::Export(command) => command.run(place),
            Self::Audit(command) => command.run(place),
            Self::Patient(command) => command.run(place),
            Self::Retention(command) => command.run(place),
        }
    }
}

/// Runs the command that `arguments` name, the first of them being the program's own name, and
/// returns the exit code: 0 done, 1 it could not be done, 2 wrong input or configuration, 3 refused
/// by a rule.
///
/// Of `environment`, only the variables that begin with `DOTATION_` count, and those that say the
/// language.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let line = match CommandLine::try_parse_from(arguments) {
        Ok(line) => line,
        Err(error) => {
            // a reader that has gone cannot be told
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let format = line.format.unwrap_or_default();
    let place = Place::new(
        line.format,
        line.config,
        line.database,
        environment.into_iter().collect(),
    );
    let done = line.command.run(&place).and_then(|answer| {
        answer.write(format).map_err(|error| {
            Failure::cannot(format!(
                "it is done, but the answer cannot be written: {error}"
            ))
        })?;
        Ok(answer.status)
    });
    match done {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            complain(&failure.told(format, place.language()));
            ExitCode::from(failure.status())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_grammar_of_the_command_line_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_shows_an_example() {
        fn look(command: &clap::Command, path: &str) {
            let name = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{name}: says nothing");
            let leaf = command.get_subcommands().next().is_none();
            let after = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(!leaf || after.contains("dotation"), "{name}: no example");
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{name} {}",
                    argument.get_id()
                );
            }
            for below in command.get_subcommands() {
                look(below, &name);
            }
        }
        look(&CommandLine::command(), "");
    }
}
