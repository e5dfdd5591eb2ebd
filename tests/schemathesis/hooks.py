"""What schemathesis is told by code: who asks, and one check of our own."""

import itertools
import json
import os

import schemathesis

WHO = json.loads(os.environ["DOTATION_TRIED_AS"])


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Each request comes from the next account of the role, or from one who signed in."""

    def __init__(self):
        self.tokens = itertools.cycle(WHO.get("tokens", []))

    def get(self, case, context):
        return WHO.get("session") or next(self.tokens)

    def set(self, case, data, context):
        if isinstance(data, str):
            case.headers["Authorization"] = f"Bearer {data}"
        else:
            case.cookies[data["name"]] = data["value"]
            case.headers["X-CSRF-Token"] = data["csrf"]


@schemathesis.check
def can_be_read(ctx, response, case):
    """What is as described is never told 400, "it cannot be read": what is wrong with it otherwise is another status.

    A cursor is nobody's to make up, and which parameters go together no schema tells; nor that an import that is to
    book something needs an Idempotency-Key.
    """
    mode = case.meta.generation.mode if case.meta is not None else None
    if mode is None or not mode.is_positive or response.status_code != 400:
        return
    try:
        problem = response.json()
        faults = problem.get("errors", [])
    except ValueError:
        problem, faults = {}, []
    if problem.get("type") == "/problems/idempotency-key-missing":
        return
    ours = [fault for fault in faults if fault.get("query") is None and fault.get("path") is None]
    if ours or not faults:
        raise AssertionError(f"as described, and told that it cannot be read: {response.text[:500]}")
