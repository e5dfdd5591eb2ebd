//! The command line in, an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    dotation::cli::run(std::env::args_os(), std::env::vars_os())
}
