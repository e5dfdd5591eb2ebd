//! The whole API, tried against its own description by schemathesis.

use std::process::Command;

/// Tries each operation as each role with what fits the description and what does not, for twenty minutes.
#[test]
#[ignore = "a soak: tests/soak described"]
fn soak_described() {
    let house = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis/run.sh");
    let tried = Command::new(house)
        .args(["--full", env!("CARGO_BIN_EXE_dotation")])
        .status()
        .unwrap();
    assert!(tried.success(), "{tried}");
}
