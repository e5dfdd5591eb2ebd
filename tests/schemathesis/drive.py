"""Tries the whole API, as its description says it is, as each role. `run.sh` is how to call it."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import something
import walk
import words
from house import ACCOUNTS, ROLES, House

HERE = pathlib.Path(__file__).parent
# The day of the letter: any number does, as long as it stays.
SEED = 20211014
# Who tries: each role with its tokens, and a pharmacist who signed in, for what no token may.
SIGNED_IN = "signed-in"
WHO = [*ROLES, SIGNED_IN]
# These end the session, or change the password, of the one who tries them: tests/api tries them.
ENDINGS = {"post_sign_out", "delete_sessions", "delete_sessions_id", "put_password"}
# Nobody revokes the token by which they ask.
REVOKING = {"delete_tokens_id", "post_tokens_id_rotate"}


def shares(description):
    """Every operation once, by somebody who may call it, as evenly as it goes: who, and the operations' names."""
    found = {who: [] for who in WHO}
    for _, _, operation in walk.operations(description):
        for_tokens = "token" in walk.takes(description, operation)
        may = operation["x-roles"] if for_tokens else [SIGNED_IN]
        found[min(may, key=lambda who: len(found[who]))].append(operation["operationId"])
    return found


def left_out(who):
    """The operations that somebody does not try."""
    return ENDINGS if who == SIGNED_IN else REVOKING if who == "admin" else set()


def command(who, house, how, folder):
    """How schemathesis is called as somebody."""
    ids = something.ids(house, how.description["paths"])
    copy = words.narrowed(how.description, something.named(house), ids)
    chosen = [] if how.full else [name for name in how.shares[who] if name not in left_out(who)]
    if who == SIGNED_IN:
        asked = {"session": house.sign_in()}
        copy["components"]["securitySchemes"]["session"]["name"] = asked["session"]["name"]
    else:
        asked = {"tokens": house.accounts(who, number=ACCOUNTS)}
    described = folder / "openapi.json"
    described.write_text(json.dumps(copy))
    called = [
        pathlib.Path(sys.executable).parent / "schemathesis",
        "--config-file", HERE / "checks.toml", "--no-color", "run", described, "--url", house.url,
        "--seed", str(how.seed),
    ]  # fmt: skip
    called += [f"--include-operation-id={name}" for name in chosen]
    if how.full:
        called += [f"--exclude-operation-id={name}" for name in sorted(left_out(who))]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
        "DOTATION_TRIED_AS": json.dumps(asked),
        "PYTHONHASHSEED": "0",
    }
    return called, environment


def tried(who, how):
    """Tries the API as somebody, on a service of their own. Returns who, what is amiss, and the seconds it took."""
    start, folder = time.monotonic(), how.folder / who
    house = House(how.binary, folder / "house")
    try:
        something.lay_out(house)
        called, environment = command(who, house, how, folder)
        amiss = []
        for phases in how.rounds:
            said = folder / phases[0]
            report = ["--report", "ndjson", "--report-ndjson-path", f"{said}.events"] if how.events else []
            with said.open("w") as out:
                limits = ["--phases", phases[0], "--max-examples", str(phases[1]), *report]
                run = subprocess.run([*called, *limits], cwd=folder, env=environment, stdout=out, stderr=out)
            amiss += [] if run.returncode == 0 else [said.read_text()]
        amiss += house.complaints()
    finally:
        house.stop()
    return who, amiss, time.monotonic() - start


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--as", dest="who", action="append", choices=WHO)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--events", action="store_true")
    parser.add_argument("--examples", type=int)
    how = parser.parse_args()
    how.binary, how.folder = os.path.abspath(how.binary), how.folder.absolute()
    how.rounds = [("examples,coverage,fuzzing", how.examples or (25 if how.full else 3))]
    if how.full:
        # one after the other: what was deleted is gone, what was made is there. So many chains in all
        how.rounds.append(("stateful", 600))
    return how


def main():
    how = arguments()
    shutil.rmtree(how.folder, ignore_errors=True)
    how.description, well = walk.walked(how)
    how.shares = shares(how.description)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for who, amiss, seconds in pool.map(lambda who: tried(who, how), how.who or WHO):
            print(f"{who}: {'FAULTS' if amiss else 'nothing found'}, {seconds:.0f} s", flush=True)
            print(*amiss, sep="\n", end="")
            well = well and not amiss
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
