#!/usr/bin/env python3
"""A mail server for tests, in a process of its own: what it received, it says on standard output.

One JSON object a line: {"event": "ready", "port": N} first, then one for each connection, login,
message and end of a connection. It ends when its standard input does, and after --lifetime seconds.
Messages are read by Python's own e-mail parser, so that it is a second opinion on what was sent.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import sys
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

FAULTS = (
    "none", "refuse-recipient", "4xx-recipient", "refuse-sender", "4xx-data", "5xx-data",
    "drop-after-data", "close-after-message", "never-greet", "slow", "starttls-injection", "5xx-size",
    "by-recipient",
)

# With --fault by-recipient the local part says what happens, for instance busy-17@example.org. What is
# in the second list happens at the first try only.
ALWAYS = ("ok", "nobody", "size")
ONCE = ("busy", "full", "421", "drop-rcpt", "drop-data", "vanish", "hang")


def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


class Handler:
    def __init__(self, fault, key):
        self.fault = fault
        self.key = key
        self.met = set()

    def fault_of(self, address):
        """What is to happen to this recipient now, where recipients decide."""
        if self.fault != "by-recipient":
            return None
        fault = address.rpartition("-")[0]
        assert fault in ALWAYS + ONCE, address
        if fault in ONCE and address in self.met:
            return "ok"
        self.met.add(address)
        return fault

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.fault == "refuse-sender":
            return "550 5.7.1 this sender may not"
        envelope.mail_from = address
        return "250 2.1.0 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.fault == "refuse-recipient":
            return "550 5.1.1 no such mailbox here"
        if self.fault == "4xx-recipient":
            return "451 4.2.1 mailbox busy"
        session.fault = self.fault_of(address)
        if session.fault == "nobody":
            return "550 5.1.1 no such mailbox here"
        if session.fault == "busy":
            return "451 4.2.1 mailbox busy"
        if session.fault == "421":
            return "421 4.3.2 going down"
        if session.fault == "drop-rcpt":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        if self.fault == "4xx-data":
            return "452 4.3.1 no room " + "x" * 600
        if self.fault == "5xx-data":
            return "554 5.6.0 not this message"
        fault = getattr(session, "fault", None)
        if self.fault == "5xx-size" or fault == "size":
            return "552 5.3.4 message too big"
        if fault == "full":
            return "452 4.3.1 no room"
        if fault == "drop-data":
            server.transport.abort()
            return "250 never heard"
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        say("message", **received(session, envelope, encrypted), **self.signed(envelope))
        if fault == "vanish":
            server.transport.abort()
        if fault == "hang":
            await asyncio.sleep(600)
        if self.fault == "slow":
            await asyncio.sleep(60)
        if self.fault == "drop-after-data":
            server.transport.abort()
        if self.fault == "close-after-message":
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
        return "250 2.0.0 queued as 1"


    def signed(self, envelope):
        """Whether the signature is right, by another program's reading of the standard."""
        if not self.key:
            return {}
        import dkim

        name, _, record = self.key.partition(" ")

        def dns(asked, timeout=5):
            found = asked.decode() if isinstance(asked, bytes) else asked
            return record.encode() if found.rstrip(".") == name else None

        changed = envelope.original_content.replace(b"dose", b"d0se", 1)
        return {
            "signed": dkim.verify(envelope.original_content, dnsfunc=dns),
            "signed_when_changed": dkim.verify(changed, dnsfunc=dns),
            "signed_when_added_to": dkim.verify(
                b"Subject: another\r\n" + envelope.original_content, dnsfunc=dns
            ),
            "signed_when_folded_anew": dkim.verify(
                envelope.original_content.replace(b"Subject: ", b"Subject:\r\n  ", 1), dnsfunc=dns
            ),
        }


def received(session, envelope, encrypted):
    raw = envelope.original_content
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "tls": encrypted,
        "user": session.auth_data,
        "longest_line": max(len(line) for line in raw.split(b"\r\n")),
        "ascii": raw.isascii(),
        "bare_line_ends": b"\r" in raw.replace(b"\r\n", b"") or b"\n" in raw.replace(b"\r\n", b""),
        "headers": [[name, str(value)] for name, value in message.items()],
        "names": {
            name: [[a.display_name, a.addr_spec] for a in message[name].addresses]
            for name in ("From", "To")
        },
        "defects": [str(d) for part in message.walk() for d in part.defects],
        "content_type": message.get_content_type(),
        "parts": [
            {
                "content_type": part.get_content_type(),
                "charset": part.get_content_charset(),
                "text": part.get_content().replace("\r\n", "\n"),  # as a reader sees it
            }
            for part in message.iter_parts()
        ],
    }


class Server(SMTP):
    def connection_made(self, transport):
        if self._original_transport is None:  # else it is the same connection, now under STARTTLS
            say("connected")
        super().connection_made(transport)

    def connection_lost(self, error):
        say("closed")
        super().connection_lost(error)


def authenticator(expected):
    def check(server, session, envelope, mechanism, data):
        given = f"{data.login.decode()}:{data.password.decode()}"
        say("login", mechanism=mechanism, right=given == expected)
        if given == expected:
            return AuthResult(success=True, auth_data=data.login.decode())
        # A server that repeats what it was told, to see that the client does not pass it on.
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 not you: {given}")

    return check


async def never_greet(reader, writer):
    say("connected")
    await reader.read()
    writer.close()


def injection(context):
    """Replies in clear behind the one to STARTTLS, as somebody on the line would add them."""

    async def talk(reader, writer):
        writer.write(b"220 here\r\n")
        await reader.readline()
        writer.write(b"250-here\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\n250 injected\r\n")
        try:
            await writer.start_tls(context)
            say("encrypted")
            say("said", line=(await reader.readline()).decode())
            say("said", line=(await reader.readline()).decode())
        except (OSError, ssl.SSLError, ConnectionError):
            pass
        say("closed")

    return talk


async def serve(options):
    loop = asyncio.get_running_loop()
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)

    handler = Handler(options.fault, options.dkim)

    def protocol():
        return Server(
            handler,
            loop=loop,
            hostname="mail.test",
            tls_context=context if options.starttls else None,
            require_starttls=options.starttls,
            authenticator=authenticator(options.auth) if options.auth else None,
            auth_required=bool(options.auth),
            auth_require_tls=options.starttls or not options.auth,  # else AUTH is offered
            auth_exclude_mechanism=options.without or None,
        )

    if options.fault == "never-greet":
        server = await asyncio.start_server(never_greet, "127.0.0.1", 0)
    elif options.fault == "starttls-injection":
        server = await asyncio.start_server(injection(context), "127.0.0.1", 0)
    else:
        implicit = context if options.tls else None
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=implicit)
    say("ready", port=server.sockets[0].getsockname()[1])
    try:
        await asyncio.wait_for(loop.run_in_executor(None, sys.stdin.read), options.lifetime)
    except asyncio.TimeoutError:
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--cert", help="certificate (PEM) for --starttls or --tls")
    parser.add_argument("--key", help="its key (PEM)")
    parser.add_argument("--starttls", action="store_true", help="offer and require STARTTLS")
    parser.add_argument("--tls", action="store_true", help="encrypt from the first octet")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="require this login")
    parser.add_argument("--dkim", metavar="NAME RECORD", help="check signatures by this TXT record")
    parser.add_argument("--lifetime", type=int, default=120, help="seconds after which it ends")
    parser.add_argument("--without", action="append", help="a login mechanism not to offer")
    options = parser.parse_args()
    # asyncio waits for the thread that reads standard input; this clock does not.
    clock = threading.Timer(options.lifetime + 5, os._exit, [0])
    clock.daemon = True
    clock.start()
    asyncio.run(serve(options))


if __name__ == "__main__":
    # Refused handshakes and logins are what many tests are about.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    main()
    os._exit(0)
