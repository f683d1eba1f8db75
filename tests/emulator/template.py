"""Reads a CloudFormation template and resolves its functions, for the
deployment into the emulator."""

import graphlib
import re

import yaml


class Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms."""


def _short(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


Loader.add_multi_constructor("!", _short)
# A date is text in a template.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Template:
    def __init__(self, text, account, region):
        self.document = yaml.load(text, Loader)
        self.resources = self.document["Resources"]
        self.values = {
            "AWS::AccountId": account,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackName": "orders",
            "AWS::URLSuffix": "amazonaws.com",
        }
        for name, parameter in self.document.get("Parameters", {}).items():
            self.values[name] = parameter["Default"]
        # Attributes of what is deployed, by logical id: `Ref` and those of GetAtt.
        self.deployed = {}

    def order(self):
        """Logical ids, each after those that it needs."""
        graph = {
            name: [
                need
                for need in [*self._needs(body.get("Properties", {})), *_listed(body.get("DependsOn"))]
                if need in self.resources
            ]
            for name, body in self.resources.items()
        }
        return list(graphlib.TopologicalSorter(graph).static_order())

    def _needs(self, value):
        if isinstance(value, list):
            for item in value:
                yield from self._needs(item)
        elif isinstance(value, dict):
            if "Ref" in value:
                yield value["Ref"]
            if "Fn::GetAtt" in value:
                yield value["Fn::GetAtt"][0]
            if "Fn::Sub" in value:
                for name in re.findall(r"\$\{([^!}]+)\}", value["Fn::Sub"]):
                    yield name.split(".")[0]
            for item in value.values():
                yield from self._needs(item)

    def properties(self, name):
        return self.resolve(self.resources[name].get("Properties", {}))

    def resolve(self, value):
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return self._ref(value["Ref"])
        if set(value) == {"Fn::GetAtt"}:
            return self._attribute(*value["Fn::GetAtt"])
        if set(value) == {"Fn::Sub"}:
            return re.sub(r"\$\{([^}]+)\}", lambda m: str(self._name(m[1])), value["Fn::Sub"])
        unknown = [key for key in value if key.startswith("Fn::")]
        if unknown:
            raise NotImplementedError(f"{unknown[0]} in the template")
        return {key: self.resolve(item) for key, item in value.items()}

    def _name(self, name):
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

    def _ref(self, name):
        return self.values[name] if name in self.values else self.deployed[name]["Ref"]

    def _attribute(self, name, attribute):
        return self.deployed[name][attribute]


def _listed(value):
    return [value] if isinstance(value, str) else value or []
