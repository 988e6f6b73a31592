"""Each peer keeps the contract it is measured under. Run: python3 -m unittest discover -s bench -t bench"""

import contextlib
import http.client
import json
import shutil
import tempfile
import threading
import unittest
from pathlib import Path

from harness import postgres, setup, subjects
from harness.callid import call_id

CALLS = 100
PEERS = subjects.PEER_NAMES


def send(port: int, body: object, key: str = subjects.PEER_KEY) -> tuple[int, dict, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    text = body if isinstance(body, str) else json.dumps(body)
    connection.request("POST", f"/update-revenue?moja_auth_key={key}&src=test", text, {"content-type": "application/json"})
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read().decode()
    connection.close()
    return answer


def update(index: int, transaction: str, revenue: str = "150.00") -> str:
    return f'{{"call_log_id":"{call_id(index)}","revenue_paid_out":{revenue},"transaction_id":"{transaction}"}}'


class PeerContract(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        setup.install(set(PEERS))
        cls.folder = Path(tempfile.mkdtemp(prefix="hookline-bench-test-"))
        cls.folder.chmod(0o755)

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.folder)

    @contextlib.contextmanager
    def running(self, name: str, workers: int, rate_limit: int = 10_000):
        subject = subjects.build(name, self.settings(), Path(tempfile.mkdtemp(dir=self.folder)) / name)
        subject.folder.parent.chmod(0o755)
        usual, subjects.RATE_LIMIT = subjects.RATE_LIMIT, rate_limit
        try:
            subject.prepare()
            subject.workers = workers
            subject.start()
            yield subject
        finally:
            subjects.RATE_LIMIT = usual
            subject.stop()

    @staticmethod
    def settings() -> subjects.Settings:
        return subjects.Settings(None, CALLS, postgres.find_bin(None), "postgres", (), ())

    def each(self):
        for name in PEERS:
            for workers in (1, 2):
                yield name, workers

    def test_answers_and_effects(self) -> None:
        for name, workers in self.each():
            with self.subTest(name, workers=workers), self.running(name, workers) as subject:
                port = subject.port
                status, headers, first = send(port, update(7, "t-1"))
                self.assertEqual((status, first), (200, f'{{"success":true,"call_log_ids":["{call_id(7)}"],'
                                                        '"revenue_paid_out":150.00}'))
                self.assertNotIn("idempotent-replayed", headers)
                self.assertEqual(headers["cache-control"], "no-store")
                # A replay answers the first response byte for byte and applies nothing, whatever its payload says.
                status, headers, again = send(port, update(8, "t-1", "9.5"))
                self.assertEqual((status, again, headers["idempotent-replayed"]), (200, first, "true"))
                self.assertEqual(subject.counts(), {"idempotency": 1, "requests": 2, "timeline": 1})
                self.assertEqual(send(port, update(9, "t-2", "0.123456"))[2][-9:-1], "0.123456")
                self.assertEqual(send(port, update(7, "t-3"), key="nobody")[0], 401)
                self.assertEqual(send(port, update(CALLS, "t-4"))[0], 404)
                self.assertEqual(send(port, update(7, "t-5", "-1"))[0], 400)
                self.assertEqual(send(port, "{")[0], 400)
                # A refusal does not burn its id.
                self.assertEqual(send(port, update(7, "t-4"))[0], 200)
                self.assertEqual(subject.counts()["idempotency"], 3)

    def test_same_id_at_once_applies_once(self) -> None:
        for name, workers in self.each():
            with self.subTest(name, workers=workers), self.running(name, workers) as subject:
                answers = self.parallel(lambda i: send(subject.port, update(3, "same"))[0], 24)
                self.assertLessEqual(set(answers), {200, 409})
                self.assertIn(200, answers)
                self.assertEqual(subject.counts()["idempotency"], 1)
                self.assertEqual(subject.counts()["timeline"], 1)

    def test_rate_limit_is_exact_over_processes_and_restarts(self) -> None:
        for name, workers in self.each():
            with self.subTest(name, workers=workers), self.running(name, workers, rate_limit=10) as subject:
                answers = self.parallel(lambda i: send(subject.port, update(i, f"r-{i}")), 16)
                statuses = [status for status, _, _ in answers]
                self.assertEqual((statuses.count(200), statuses.count(429)), (10, 6))
                waits = [int(headers["retry-after"]) for status, headers, _ in answers if status == 429]
                self.assertTrue(all(1 <= wait <= 60 for wait in waits), waits)
                subject.stop()
                subject.start()
                self.assertEqual(send(subject.port, update(1, "later"))[0], 429)

    @staticmethod
    def parallel(task, count: int) -> list:
        answers = [None] * count

        def run(i: int) -> None:
            answers[i] = task(i)

        threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


if __name__ == "__main__":
    unittest.main()
