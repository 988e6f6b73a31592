"""Holds a running server to its description: makes up requests of every operation (schemathesis) and looks whether each
answer is one that docs/openapi.json allows, and never a server error.

    .venv/bin/python scripts/api_description.py PROGRAM [--cases 10] [--only REGEX]

`make test` makes up 10 for each operation; API_CASES=10000 is the whole, and takes hours. --only '^/(call|update)-' asks the inbound
webhooks only.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

READY_SECONDS_MAX = 30
TRIES = 4
# A cookie or a key that is not there is refused, streams do not end, and the demo can be made once.
NOT_ASKED = r"/stream|/v1/sign-|/v1/setup"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
WEBHOOKS = ("call_data", "update_revenue", "update_tags", "update_fields")
# Operations of one thing are asked of one that is there: the list that has it, and the name of its id.
NOUNS = {"calls": "call_log_id", "webhooks": "id", "custom-tags": "id", "campaigns": "id", "publishers": "id", "numbers": "id",
         "targets": "id", "routing-plans": "id", "flows": "id", "requests": "id", "views": "id", "rtb-endpoints": "id",
         "outgoing-webhooks": "id", "deliveries": "id"}


class Server:
    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        env = {**os.environ, "HOOKLINE_DATABASE_URL": f"sqlite://{folder}/api.db", "HOOKLINE_LISTEN": f"127.0.0.1:{self.port}",
               "HOOKLINE_LOG": "error"}
        subprocess.run([program, "seed", "--keys-file", folder / "keys.json"], env=env, check=True, stdout=subprocess.DEVNULL)
        keys = json.loads((folder / "keys.json").read_text())
        self.api_key, self.keys = keys["api_key"], keys["keys"]
        self.process = subprocess.Popen([program, "serve"], env=env, stdout=subprocess.DEVNULL)
        end = time.monotonic() + READY_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit("the server did not start")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/readyz").status == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: object = None) -> dict:
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def prepare(server: Server) -> None:
    """Something of every noun, and webhooks that take what comes."""
    for webhook in server.ask("GET", "/v1/webhooks")["webhooks"]:
        server.ask("PATCH", f"/v1/webhooks/{webhook['id']}", {"settings": {"rate_limit": {"count": 1_000_000, "per": "minute"}}})
    campaign = server.ask("GET", "/v1/campaigns")["campaigns"][0]["id"]
    server.ask("POST", "/v1/rtb-endpoints", {"name": "Bids", "campaign_id": campaign})
    server.ask("POST", "/v1/outgoing-webhooks", {"name": "CRM", "events": ["call.completed"], "url": "https://crm.example/lead"})


def configuration(server: Server) -> str:
    """What schemathesis sends beside what it makes up, as TOML."""
    lines = []
    for kind in WEBHOOKS:
        lines += ["[[operations]]", f'include-path = "/{kind.replace("_", "-")}"',
                  f'parameters = {{ "query.moja_auth_key" = "{server.keys[kind]}" }}']
    for noun, name in NOUNS.items():
        things = next(value for value in server.ask("GET", f"/v1/{noun}").values() if isinstance(value, list))
        if things:
            lines += ["[[operations]]", f'include-path-regex = "^/v1/{noun}/[{{](id|request_id)[}}]"', 'exclude-method = "DELETE"',
                      f'parameters = {{ "path.id" = "{things[0][name]}" }}']
    return "\n".join([*lines, ""])


def run(command: list[str], folder: str) -> int:
    """Python 3.11 now and then fails within schemathesis ("AST constructor recursion depth mismatch"), which says nothing of the
    server: such a run, in which no answer was found wrong, is made again."""
    for _ in range(TRIES):
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        stumbled = "AST constructor recursion depth mismatch" in done.stdout and "\nFailures:" not in done.stdout
        if done.returncode == 0 or not stumbled:
            break
    print(done.stdout)
    return done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the hookline binary")
    cases = int(os.environ.get("API_CASES", "10"))
    parser.add_argument("--cases", type=int, default=cases, help="made up for each operation (default $API_CASES, or 10)")
    parser.add_argument("--only", help="operations whose path this regular expression finds")
    parser.add_argument("--seed", type=int, help="to repeat a run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hookline-api-") as folder:
        server = Server(str(Path(options.program).resolve()), Path(folder))
        try:
            prepare(server)
            (Path(folder) / "schemathesis.toml").write_text(configuration(server))
            command = [str(Path(sys.executable).with_name("st")), "run", f"{server.url}/openapi.json", "--header",
                       f"Authorization: Bearer {server.api_key}", "--phases", "coverage,fuzzing", "--max-examples",
                       str(options.cases), "--checks", CHECKS, "--exclude-path-regex", NOT_ASKED, "--continue-on-failure",
                       "--warnings", "off", "--workers", "1"]
            if options.only is not None:
                command += ["--include-path-regex", options.only]
            if options.seed is not None:
                command += ["--seed", str(options.seed)]
            return run(command, folder)
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    sys.exit(main())
