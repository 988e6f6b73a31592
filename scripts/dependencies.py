"""Holds every crate that the program is built of to deny.toml: its licence, its source, and that it is not one we ban.

Reads what cargo has already fetched, so it needs no network. For what `cargo deny` does beyond that, run `cargo deny`.
"""

import re
import subprocess
import sys
import tomllib

DEFAULT_REGISTRY = "/crates.io-index"  # git sources end in a commit


def is_allowed(licence, allowed):
    """Whether an SPDX expression can be met with the licences of the list: AND binds closer than OR."""
    tokens = re.findall(r"\(|\)|[^\s()/]+|/", licence)
    if not tokens:
        return False

    def either():
        result = both()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            result = both() or result
        return result

    def both():
        result = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            result = one() and result
        return result

    def one():
        name = tokens.pop(0)
        if name == "(":
            result = either()
            tokens.pop(0)
            return result
        if tokens and tokens[0] == "WITH":
            name = f"{name} WITH {tokens[1]}"
            del tokens[:2]
        return name in allowed

    return either()


def problems(name, licence, rules):
    if not is_allowed(licence, rules["licenses"]["allow"]):
        yield f"{name} has the licence {licence or 'that it does not name'}, which deny.toml does not allow"
    for ban in rules["bans"]["deny"]:
        if ban["crate"] == name.split()[0]:
            yield f"{name} is banned: {ban['reason']}"


def check_itself():
    allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
    for licence, expected in [
        ("MIT", True),
        ("GPL-3.0", False),
        ("GPL-3.0 OR MIT", True),
        ("GPL-3.0/MIT", True),
        ("MIT AND GPL-3.0", False),
        ("MIT AND (GPL-3.0 OR ISC)", True),
        ("(MIT OR GPL-3.0) AND AGPL-3.0", False),
        ("GPL-3.0 OR MIT AND AGPL-3.0", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("Apache-2.0", False),
    ]:
        assert is_allowed(licence, allowed) == expected, licence


def main():
    check_itself()
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    with open("Cargo.lock", "rb") as file:
        locked = tomllib.load(file)["package"]
    found = [
        f"{package['name']} comes from {package['source']}; only the default registry is allowed"
        for package in locked
        if not package.get("source", DEFAULT_REGISTRY).endswith(DEFAULT_REGISTRY)
    ]
    # Cargo.lock and `cargo metadata` also have crates that are optional and not built; this has those that are.
    command = ["cargo", "tree", "--locked", "--workspace", "--all-features", "--edges", "normal,build,dev"]
    built = subprocess.check_output([*command, "--prefix", "none", "--format", "{p}|{l}"], text=True)
    crates = sorted({tuple(line.split("|")) for line in built.splitlines() if line and "(/" not in line})
    # A crate that was told of above is marked.
    crates = sorted({(name.removesuffix(" (proc-macro)"), licence.removesuffix(" (*)")) for name, licence in crates})
    assert len(crates) > 100, f"only {len(crates)} crates"
    found += [problem for name, licence in crates for problem in problems(name, licence, rules)]
    print(f"{len(crates)} crates, {len(found)} problems")
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
