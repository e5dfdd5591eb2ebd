"""Who may: what the description says of each operation, and what the service says to each role.

An operation names the roles that may call it (`x-roles`); one that is for people says that it takes a session
only, and one that is open says that it takes nothing. The service is asked for each of them as each role.
"""

import itertools
import json
import re

from house import CENTRE, FAR, ROLES, VIAL, House

METHODS = ("get", "put", "post", "delete", "patch")
PART = re.compile(r"\{(\w+)\}")


def operations(description):
    """Each operation: method, address, what is said of it."""
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def takes(description, operation):
    """The names of the ways to say who one is that an operation takes: none where it is open."""
    ways = operation.get("security", description["security"])
    return {name for way in ways for name in way}


def address(path, finess):
    """An address where nothing is found, but whoever may look is let in."""
    known = {"finess": finess, "cip13": VIAL}
    return PART.sub(lambda part: known.get(part[1], "nothing"), path)


def expected(description, operation, who, where):
    """The statuses that somebody may be answered by what the description says: 403, or anything but that."""
    ways = takes(description, operation)
    if not ways:
        return "anything but 403"
    if who not in ROLES:
        return "401"
    let_in = "token" in ways and who in operation["x-roles"] and where == "here"
    return "anything but 401 and 403" if let_in else "403"


def fits(status, wanted):
    if wanted.startswith("anything"):
        return str(status) not in re.findall(r"\d+", wanted) and status < 500
    return str(status) == wanted


def faults(house, description):
    """What the service says otherwise than its description, a line each."""
    callers = [(role, "here", house.accounts(role)[0], CENTRE) for role in ROLES]
    callers += [(role, "elsewhere", house.accounts(role, [FAR])[0], CENTRE) for role in ROLES]
    revoked = house.must("admin", "POST", "/tokens", {"name": "gone", "role": "admin", "all_sites": True})
    house.must("admin", "DELETE", f"/tokens/{revoked['id']}")
    callers += [("nobody", "here", None, CENTRE), ("revoked", "here", revoked["token"], CENTRE)]
    for (method, path, operation), caller in itertools.product(operations(description), callers):
        who, where, token, finess = caller
        if where == "elsewhere" and "{finess}" not in path:
            continue
        body = None if method in ("GET", "DELETE") else {}
        status, _, text = house.ask(method, address(path, finess), token, body, Idempotency_Key="walk")
        wanted = expected(description, operation, who, where)
        if not fits(status, wanted):
            yield f"{method} {path} as {who} {where}: {status}, not {wanted}: {text[:300]}"


def walked(how):
    """Walks every operation as every role, and says what differs. Returns the description and whether nothing did."""
    house = House(how.binary, how.folder / "walk")
    try:
        description = json.loads(house.ask("GET", "/api/openapi.json")[2])
        found = list(faults(house, description))
    finally:
        house.stop()
    number = sum(1 for _ in operations(description))
    print(f"who may: {number} operations as {len(ROLES)} roles, here and elsewhere: {len(found)} differ", flush=True)
    print(*found, sep="\n")
    return description, not found
