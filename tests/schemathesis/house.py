"""A service to be tried: the demonstration, so that the day is the same every year, with something of everything in it."""

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

ROLES = ["pharmacist", "car-t-unit", "prescriber", "coordinator", "admin", "reader"]
# The centre of the demonstration, a pharmacy of its network, and one of the other.
CENTRE, NEAR, FAR = "750100125", "750100216", "380100055"
VIAL = "3400957464318"
CRS, CLOZAPINE = "roactemra-2021-10-14", "clozapine-2025-09"
# One account may ask for so much in a minute. A run asks for more than any hospital does, so that it comes as
# several of the same role.
ACCOUNTS = 24


class House:
    """A demonstration that runs in `folder`, on a port of its own choice."""

    def __init__(self, binary, folder):
        folder.mkdir(parents=True)
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [binary, "demo", "--listen", "127.0.0.1:0"],
            cwd=folder,
            env={"DOTATION_DATABASE_URL": "sqlite:dotation.db", "DOTATION_MAIL_URL": "memory:"},
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
        )
        self.url, self.tokens, self.password = None, {}, None
        for line in self.process.stdout:
            if found := re.match(r"  API\s+(http://[^/]+)/", line):
                self.url = found[1]
            elif found := re.match(r"  (\S+)\s+(dot_\w+)$", line):
                self.tokens[found[1]] = found[2]
            elif found := re.search(r"with the password (\S+)", line):
                self.password = found[1]
            elif line.startswith("Stop with"):
                break
        if set(self.tokens) != set(ROLES) or self.url is None or self.password is None:
            self.stop()
            raise SystemExit(f"the demonstration did not start as expected: {self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        self.process.communicate()

    def complaints(self):
        """What the service logged that it should not have had to."""
        bad = re.compile(r"\b(ERROR|panicked)\b")
        return [f"logged: {line}\n" for line in self.log.read_text().splitlines() if bad.search(line)]

    def ask(self, method, path, token=None, body=None, **headers):
        """Status, headers and text of one answer. A header is named as Python names things: Idempotency_Key."""
        sent = {"Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, body, sent, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def must(self, role, method, path, body=None, **headers):
        """The JSON of an answer that must be well."""
        if method != "GET":
            headers.setdefault("Idempotency_Key", f"house-{role}-{method}-{path}-{len(json.dumps(body))}")
        status, _, text = self.ask(method, f"/api/v1{path}", self.tokens[role], body, **headers)
        if not 200 <= status < 300:
            raise SystemExit(f"{method} {path} as {role}: {status} {text}")
        return json.loads(text) if text else None

    def accounts(self, role, sites=None, number=1):
        """Tokens of that role: for those sites, else for all."""
        where = {"all_sites": True} if sites is None else {"sites": sites}
        return [
            self.must("admin", "POST", "/tokens", {"name": f"tried {role} {n}", "role": role, **where})["token"]
            for n in range(number)
        ]

    def sign_in(self):
        """The cookies and headers of a pharmacist who signed in."""
        body = {"email": "pharmacist@demo.example.org", "password": self.password}
        status, headers, text = self.ask("POST", "/api/v1/sign-in", body=body)
        if status != 200:
            raise SystemExit(f"signing in: {status} {text}")
        cookies = [c.split(";")[0] for c in headers.get_all("Set-Cookie") if "Max-Age=0" not in c]
        session = next(c for c in cookies if re.match(r"(__Host-)?dotation=", c))
        name, _, value = session.partition("=")
        return {"name": name, "value": value, "csrf": json.loads(text)["csrf_token"]}
