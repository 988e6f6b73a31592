"""What routing costs: a call by a plan of 200 targets and by a flow of 30 nodes, beside one that nothing routes; a bid
among 1,000 targets; and how soon every node routes by a change."""

import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path

from . import paced, process, subjects
from .experiments import Plan, say
from .paced import Request, percentile
from .process import Failed
from .subjects import Settings, Subject

PARAMETERS, PLAN_TARGETS, RTB_TARGETS, NODES = 50, 200, 1_000, 30
CALLS_PER_S, BIDS_PER_S = 100, 500
RELOADS = 20
SOURCES = 10
NUMBER, FLOW_NUMBER, OTHER_NUMBER = "+18885550100", "+18885550101", "+18885559999"
RELOAD_SECONDS_MAX = 10
DISK_BYTES = 12 * 1024


class Api:
    def __init__(self, port: int, key: str) -> None:
        self.port, self.head = port, (("Authorization", f"Bearer {key}"),)

    def ask(self, method: str, path: str, body: object = None, expect: int = 200) -> dict:
        request = Request(method, path, "" if body is None else json.dumps(body), self.head)
        _, answers = paced.play(self.port, [request], 1, expect)
        return json.loads(answers[0])

    def make(self, path: str, bodies: list[object]) -> list[dict]:
        requests = [Request("POST", path, json.dumps(body), self.head) for body in bodies]
        # Changes are made one after the other: faster would only wait longer.
        return [json.loads(paced.play(self.port, [request], 1, 201)[1][0]) for request in requests]


def tag(index: int) -> str:
    return f"parameter_{index}"


def filtered(index: int) -> dict:
    """A tenth of the targets take a caller of one source, by several tags."""
    return {"all": [
        {"tag": "lead_source", "op": "equals", "value": f"source_{index % SOURCES}"},
        {"any": [{"tag": tag(index % PARAMETERS), "op": "contains", "value": "value"},
                 {"tag": "age", "op": "greater_than", "value": 30}]},
        {"not": {"tag": "state", "op": "is_one_of", "values": ["AK", "HI"]}},
    ]}


def create(api: Api) -> str:
    """Tags, targets, plans, a flow and an RTB endpoint; answers the endpoint's id."""
    api.make("/v1/custom-tags", [{"key": tag(i), "label": tag(i), "kind": {"type": "text"}} for i in range(PARAMETERS)])
    targets = [made["id"] for made in api.make("/v1/targets", [
        {"name": f"Buyer {i}", "destination": f"+1310555{i:04}", "caps": {"day": 1_000_000, "hour": 100_000},
         "concurrency": 10_000, "conversion": {"connected_seconds": 60, "revenue": 30 + i % 50, "payout": 10 + i % 50}}
        for i in range(RTB_TARGETS)])]

    def plan(name: str, count: int) -> str:
        routes = [{"target": targets[i], "weight": 1 + i % 10, "filter": filtered(i)} for i in range(count)]
        return api.make("/v1/routing-plans", [{"name": name, "routes": routes}])[0]["id"]

    of_calls, of_bids = plan("200 targets", PLAN_TARGETS), plan("1,000 targets", RTB_TARGETS)
    flow = api.make("/v1/flows", [{"name": "30 nodes", "draft": graph(targets[0])}])[0]["id"]
    api.ask("POST", f"/v1/flows/{flow}/publish", {})
    by_plan = api.ask("GET", "/v1/campaigns")["campaigns"][0]["id"]
    by_flow, bidding = (made["id"] for made in api.make("/v1/campaigns", [{"name": "By flow"}, {"name": "Bidding"}]))
    for campaign, routing in ((by_plan, {"plan": of_calls}), (by_flow, {"flow": flow}), (bidding, {"plan": of_bids})):
        api.ask("PATCH", f"/v1/campaigns/{campaign}", {"routing": routing})
    api.make("/v1/numbers", [{"phone_number": FLOW_NUMBER, "campaign_id": by_flow},
                             {"phone_number": "+18885550102", "campaign_id": bidding}])
    return api.make("/v1/rtb-endpoints", [{"name": "Bench", "campaign_id": bidding}])[0]["id"]


def graph(target: str) -> dict:
    """Conditions that read tags and nodes that set them, by turns, and a target at the end."""
    nodes: dict[str, dict] = {"n0": {"type": "start", "next": "n1"}}
    for i in range(1, NODES - 1):
        after = f"n{i + 1}"
        match i % 3:
            case 0:
                node = {"type": "condition", "condition": filtered(i), "then": after, "else": after}
            case 1:
                node = {"type": "set_tag", "name": f"flow_{i}", "value": f"[{tag(i)}] of [lead_source]", "next": after}
            case _:
                node = {"type": "switch", "value": f"[{tag(i)}]", "default": after,
                        "cases": [{"op": "equals", "value": f"value {i}", "next": after}]}
        nodes[f"n{i}"] = node
    nodes[f"n{NODES - 1}"] = {"type": "dial", "target": target}
    return {"version": 1, "start": "n0", "nodes": nodes}


def caller(index: int) -> str:
    return f"+1212{2_000_000 + index:07}"


def call_data(subject: Subject, first: int, count: int) -> None:
    """Tells of each caller what the calls are routed by."""
    fields = {tag(i): f"value {i}" for i in range(PARAMETERS)}
    bodies = [{"caller_id": caller(first + i), "lead_source": f"source_{i % SOURCES}", "age": 20 + i % 60, **fields}
              for i in range(count)]
    path = f"/call-data?moja_auth_key={subject.keys['call_data']}"
    paced.play(subject.port, [Request("POST", path, json.dumps(body)) for body in bodies], 1_000, 200)


def calls(subject: Subject, api: Api, number: str, first: int, count: int) -> list[int]:
    call_data(subject, first, count)
    requests = [Request("POST", "/v1/calls", json.dumps({"caller": caller(first + i), "dialed": number}), api.head)
                for i in range(count)]
    micros, answers = paced.play(subject.port, requests, CALLS_PER_S, 201)
    if number != OTHER_NUMBER and not all(json.loads(answer)["routing"]["action"] == "dial" for answer in answers):
        raise Failed("a call was not sent to a target: the figure would be of another question")
    return micros


def bids(subject: Subject, endpoint: str, first: int, count: int) -> list[int]:
    requests = [Request("GET", f"/inbound_rtb/{endpoint}?CALLER_ID={caller(first + i)[1:]}"
                        f"&lead_source=source_{i % SOURCES}&age={20 + i % 60}&{tag(i % PARAMETERS)}=value")
                for i in range(count)]
    micros, answers = paced.play(subject.port, requests, BIDS_PER_S, 200)
    if not all(json.loads(answer)["success"] for answer in answers):
        raise Failed("a bid found no route: the figure would be of another question")
    return micros


def decision_times(subject: Subject) -> dict[float, int]:
    """How many decisions the server has made within so many seconds, by its own count."""
    _, answers = paced.play(subject.port, [Request("GET", "/metrics")], 1, 200)
    counts: dict[float, int] = {}
    for line in answers[0].decode().splitlines():
        if found := re.match(r'hookline_decision_seconds_bucket\{of="(?:start|bid)",le="([^"]+)"\} (\d+)', line):
            counts[float(found[1])] = counts.get(float(found[1]), 0) + int(found[2])
    return counts


def decided_within(before: dict[float, int], after: dict[float, int]) -> float:
    """The bound below which 99 of 100 decisions were made meanwhile, in milliseconds."""
    made = {bound: count - before.get(bound, 0) for bound, count in after.items()}
    every = made[float("inf")]
    return min(bound for bound, count in made.items() if count >= every * 0.99) * 1000


def of_runs(runs: list[list[int]], per_second: int) -> dict:
    each = [{"p50_us": percentile(run, 50), "p99_us": percentile(run, 99), "max_us": run[-1], "requests": len(run),
             "per_s": per_second} for run in runs]
    ordered = sorted(each, key=lambda run: run["p99_us"])
    return {"median": ordered[len(ordered) // 2], "low": ordered[0]["p99_us"], "high": ordered[-1]["p99_us"], "runs": each}


def measure(name: str, settings: Settings, plan: Plan, folder: Path) -> dict[str, dict]:
    subject = subjects.build(name, replace(settings, calls=10_000), folder)
    subject.prepare()
    results: dict[str, list[list[int]]] = {}
    try:
        subject.start()
        api = Api(subject.port, subject.keys["api"])
        say(f"{name}: making {RTB_TARGETS:,} targets …")
        endpoint = create(api)
        questions = {
            f"{name}, call that nothing routes": lambda at, s: calls(
                subject, api, OTHER_NUMBER, at, s * CALLS_PER_S),
            f"{name}, call by a plan of {PLAN_TARGETS} targets": lambda at, s: calls(
                subject, api, NUMBER, at, s * CALLS_PER_S),
            f"{name}, call by a flow of {NODES} nodes": lambda at, s: calls(
                subject, api, FLOW_NUMBER, at, s * CALLS_PER_S),
            f"{name}, bid among {RTB_TARGETS:,} targets": lambda at, s: bids(
                subject, endpoint, at, s * BIDS_PER_S),
        }
        at, decided = 0, {}
        for number in range(-1, plan.rounds):
            for label, question in questions.items():
                seconds = plan.seconds if number >= 0 else plan.warm_up_seconds
                before = decision_times(subject)
                run = question(at, seconds)
                decided[label] = max(decided.get(label, 0), decided_within(before, decision_times(subject)))
                at += seconds * BIDS_PER_S
                if number >= 0:
                    results.setdefault(label, []).append(run)
                    say(f"round {number + 1}/{plan.rounds} {label}: p99 {percentile(run, 99) / 1000:.2f} ms")
        per_second = [CALLS_PER_S, CALLS_PER_S, CALLS_PER_S, BIDS_PER_S]
        measured = {label: of_runs(runs, rate) for (label, runs), rate in zip(results.items(), per_second, strict=True)}
        for label, within_ms in decided.items():
            measured[label]["decided_within_ms"] = within_ms
        if subject.cluster:
            measured[f"{name}, seconds until the other node routes by a change"] = reload(subject, api)
        return measured
    finally:
        subject.stop()


def reload(subject: Subject, api: Api) -> dict:
    """A plan is changed on one node; the other is asked until it routes by it."""
    port = process.free_port()
    other = process.start(subject.command(subject), {**subject.env(subject), "HOOKLINE_LISTEN": f"127.0.0.1:{port}"},
                          subject.log)
    try:
        process.await_ready(other, port, subject.log)
        away = Api(port, subject.keys["api"])
        targets = api.ask("GET", "/v1/targets?limit=2")["targets"][:2]
        plan = api.make("/v1/routing-plans", [{"name": "Changed", "routes": [{"target": targets[0]["id"]}]}])[0]["id"]
        campaign = api.make("/v1/campaigns", [{"name": "Changed", "routing": {"plan": plan}}])[0]["id"]
        number = api.make("/v1/numbers", [{"phone_number": "+18885550103", "campaign_id": campaign}])[0]["phone_number"]
        seconds = [_until_seen(api, away, plan, targets[(i + 1) % 2], number, i) for i in range(RELOADS)]
    finally:
        process.stop(other)
    return {"seconds": sorted(seconds)}


def _until_seen(api: Api, away: Api, plan: str, target: dict, number: str, turn: int) -> float:
    api.ask("PATCH", f"/v1/routing-plans/{plan}", {"routes": [{"target": target["id"]}]})
    begin, index = time.monotonic(), 0
    while time.monotonic() - begin < RELOAD_SECONDS_MAX:
        call = {"caller": f"+1415{2_000_000 + turn * 10_000 + index}", "dialed": number}
        told = away.ask("POST", "/v1/calls", call, 201).get("routing")
        if told and told["action"] == "dial" and told["targets"][0]["id"] == target["id"]:
            return time.monotonic() - begin
        index += 1
    raise Failed(f"the other node did not route by a change within {RELOAD_SECONDS_MAX} s")


def disk(folder: Path, plan: Plan, per_second: int) -> dict:
    """What the disk alone takes at this pace, for what such a commit writes at least."""
    runs = []
    with (folder / "paced.bin").open("wb", buffering=0) as file:
        for _ in range(plan.rounds):
            micros = []
            for _ in range(plan.seconds * per_second):
                time.sleep(1 / per_second)
                begin = time.perf_counter()
                file.write(bytes(DISK_BYTES))
                os.fdatasync(file.fileno())
                micros.append(int((time.perf_counter() - begin) * 1e6))
            runs.append(sorted(micros))
    return of_runs(runs, per_second)


def routing(names: list[str], settings: Settings, plan: Plan, folder: Path) -> dict:
    results = {f"the disk alone, {DISK_BYTES // 1024} KiB and a sync": disk(folder, plan, CALLS_PER_S)}
    for name in names:
        results |= measure(name, settings, plan, folder / name)
    return results
