"""The wrk scripts send what they say: every request is parsed by a small server that remembers it."""

import http.server
import json
import os
import subprocess
import threading
import unittest
from pathlib import Path

from harness.callid import call_id

LOAD = Path(__file__).resolve().parent.parent / "load"
CALLS = 2000


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, json.loads(body)))
        # One refusal, to see that the summary counts it.
        self.send_response(503 if len(self.seen) == 1 else 200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Scripts(unittest.TestCase):
    def play(self, script: str) -> tuple[dict, list[tuple[str, dict]]]:
        Recorder.seen = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            env = {**os.environ, "BENCH_KEY": "k", "BENCH_CALLS": str(CALLS), "BENCH_NONCE": "4294967295"}
            out = subprocess.run(["wrk", "-t2", "-c4", "-d1s", "-s", str(LOAD / f"{script}.lua"),
                                  f"http://127.0.0.1:{server.server_port}"],
                                 env=env, capture_output=True, text=True, timeout=30, check=True).stdout
        finally:
            server.shutdown()
            server.server_close()
        line = next(line for line in out.splitlines() if line.startswith("BENCH "))
        return json.loads(line.removeprefix("BENCH ")), Recorder.seen

    def check(self, script: str, path: str) -> list[dict]:
        summary, seen = self.play(script)
        self.assertEqual({p for p, _ in seen}, {f"{path}?moja_auth_key=k"})
        self.assertEqual(summary["non_2xx"], 1)
        self.assertTrue(summary["requests"] <= len(seen) <= summary["requests"] + 4, (summary, len(seen)))
        bodies = [body for _, body in seen]
        ids = [body["transaction_id"] for body in bodies]
        self.assertEqual(len(set(ids)), len(ids))
        return bodies

    def test_singles(self) -> None:
        known = {str(call_id(i)) for i in range(CALLS)}
        bodies = self.check("update_revenue", "/update-revenue")
        self.assertLessEqual({body["call_log_id"] for body in bodies}, known)
        self.assertTrue(all(100 <= body["revenue_paid_out"] < 1000 for body in bodies))

    def test_batches(self) -> None:
        known = {str(call_id(i)) for i in range(CALLS)}
        for body in self.check("update_revenue_batch", "/update-revenue"):
            ids = body["call_log_id"]
            self.assertEqual((len(ids), len(set(ids))), (50, 50))
            self.assertLessEqual(set(ids), known)

    def test_call_data(self) -> None:
        for body in self.check("call_data", "/call-data"):
            self.assertRegex(body["caller_id"], r"^\+1310[2-9]\d{6}$")

    def test_call_ids_are_uuids_of_version_7_in_order(self) -> None:
        self.assertEqual(str(call_id(0)), "01977420-dc00-7000-8000-000000000000")
        big = call_id(12_345_678)
        self.assertEqual((big.version, big.variant), (7, "specified in RFC 4122"))
        self.assertEqual(str(big), "019774dd-3d4e-714e-8bc6-00746c870bc2")
        self.assertLess(call_id(4095), call_id(4096))


if __name__ == "__main__":
    unittest.main()
