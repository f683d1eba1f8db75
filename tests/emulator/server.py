"""The AWS emulator of the tests: moto over HTTP, with faults on demand.

Prints its port, serves on loopback, and ends when standard input closes, so
that it never outlives the tests. Beside the AWS API:

  /-/<operation>/<fault>/…  the API with one operation at fault: `denied`,
                            `throttled`, `broken` (500), `expired`, `hangs`,
                            `flaky` (throttled once, then answered)
  /-control/freeze          from here on answers are kept and given again
  /-control/log             the calls so far, and forgets them
"""

import collections
import io
import json
import os
import re
import sys
import threading
import time
import urllib.parse
from xml.etree import ElementTree

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

ACCOUNT = "123456789012"

S3_GETS = {
    "acl": "GetBucketAcl",
    "encryption": "GetBucketEncryption",
    "location": "GetBucketLocation",
    "logging": "GetBucketLogging",
    "ownershipControls": "GetBucketOwnershipControls",
    "policy": "GetBucketPolicy",
    "publicAccessBlock": "GetPublicAccessBlock",
    "versioning": "GetBucketVersioning",
}

# Operations of services that tell them by path, by service.
REST_GETS = {
    "eks": [
        (r"/fargate-profiles/[^/]+$", "DescribeFargateProfile"),
        (r"/fargate-profiles/?$", "ListFargateProfiles"),
        (r"/node-groups/[^/]+$", "DescribeNodegroup"),
        (r"/node-groups/?$", "ListNodegroups"),
        (r"^/clusters/[^/]+$", "DescribeCluster"),
        (r"^/clusters/?$", "ListClusters"),
    ],
    "lambda": [
        (r"/urls$", "ListFunctionUrlConfigs"),
        (r"/policy$", "GetPolicy"),
        (r"/tags/", "ListTags"),
        (r"/functions/?$", "ListFunctions"),
        (r"", "GetFunction"),
    ],
}

# Operations that moto does not know, with what a fresh account answers; and
# regions, of which moto has all.
EC2_ANSWERS = {
    "DescribeVpcBlockPublicAccessOptions": (
        "<vpcBlockPublicAccessOptions><internetGatewayBlockMode>off</internetGatewayBlockMode>"
        "<state>default-state</state></vpcBlockPublicAccessOptions>"
    ),
    "DescribeVpcBlockPublicAccessExclusions": "<vpcBlockPublicAccessExclusionSet/>",
    # An account with three regions enabled.
    "DescribeRegions": "<regionInfo>"
    + "".join(
        f"<item><regionName>{region}</regionName><optInStatus>opt-in-not-required</optInStatus></item>"
        for region in ("eu-central-1", "eu-west-1", "us-east-1")
    )
    + "</regionInfo>",
}

# Codes by kind of protocol: (status, code).
FAULTS = {
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "query": (403, "AccessDenied"),
        "json": (400, "AccessDeniedException"),
        "rest": (403, "AccessDeniedException"),
        "s3": (403, "AccessDenied"),
    },
    "throttled": {
        "ec2": (503, "RequestLimitExceeded"),
        "query": (400, "Throttling"),
        "json": (400, "ThrottlingException"),
        "rest": (429, "TooManyRequestsException"),
        "s3": (503, "SlowDown"),
    },
    "broken": {
        kind: (500, "InternalFailure") for kind in ("ec2", "query", "json", "rest", "s3")
    },
    "expired": {
        kind: (403, "ExpiredToken") for kind in ("ec2", "query", "json", "rest", "s3")
    },
}
FAULTS["flaky"] = FAULTS["throttled"]


# moto spells the root of this answer otherwise than S3 does.
VERSIONING = (b"GetBucketVersioningResponse", b"VersioningConfiguration")


class Call:
    """A request, and which operation of which service it is."""

    def __init__(self, environ):
        self.path = environ.get("PATH_INFO", "/")
        self.query = environ.get("QUERY_STRING", "")
        self.method = environ["REQUEST_METHOD"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.body = environ["wsgi.input"].read(length) if length else b""
        self.target = environ.get("HTTP_X_AMZ_TARGET", "")
        scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0]
        parts = scope.split("/")
        self.region, self.service = (parts[2], parts[3]) if len(parts) > 3 else ("", "")
        self.name, self.protocol = self.operation()

    def operation(self):
        if self.target:
            return self.target.rpartition(".")[2], "json"
        if self.service == "s3" and self.path.startswith("/v20180820/"):
            return "GetAccountPublicAccessBlock", "query"
        if self.service == "s3":
            keys = urllib.parse.parse_qs(self.query, keep_blank_values=True)
            found = next((name for key, name in S3_GETS.items() if key in keys), "ListBuckets")
            return (found if self.method == "GET" else self.method), "s3"
        if self.service == "es":
            listing = self.path.rstrip("/").endswith("/domain") and self.method == "GET"
            return ("ListDomainNames" if listing else "DescribeDomains"), "rest"
        if self.service in REST_GETS and self.method == "GET":
            found = (name for pattern, name in REST_GETS[self.service] if re.search(pattern, self.path))
            return next(found), "rest"
        form = urllib.parse.parse_qs(self.body.decode("utf-8", "replace"))
        name = (form.get("Action") or [""])[0]
        return name, ("ec2" if self.service == "ec2" else "query")

    @property
    def key(self):
        return (self.method, self.path, self.query, self.body, self.target, self.region, self.service)

    @property
    def full_name(self):
        return f"{self.service}:{self.name}"


def error(call, status, code):
    message = "the test makes this call fail"
    headers = [("Content-Type", "text/xml")]
    if call.protocol == "ec2":
        text = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
            "</Errors><RequestID>1</RequestID></Response>"
        )
    elif call.protocol == "query":
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        )
    elif call.protocol == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    else:
        text = json.dumps({"__type": code, "message": message})
        headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("x-amzn-errortype", code),
        ]
    return status, headers, text.encode()


class Emulator:
    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.frozen = None
        self.deployments = {}
        self.nat_interfaces = set()
        self.cache_groups = {}
        self.log = collections.Counter()
        self.seen = collections.Counter()
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "/")
        if path == "/-control/freeze":
            self.frozen = {}
            return self.reply(start_response, 200, [], b"{}")
        if path == "/-control/log":
            with self.lock:
                rows = [[*row, count] for row, count in sorted(self.log.items())]
                self.log.clear()
            return self.reply(start_response, 200, [], json.dumps(rows).encode())
        operation = fault = None
        if path.startswith("/-/"):
            _, _, operation, fault, *rest = path.split("/", 4)
            environ["PATH_INFO"] = "/" + (rest[0] if rest else "").lstrip("/")
            query = environ.get("QUERY_STRING")
            plain = environ["PATH_INFO"] + (f"?{query}" if query else "")
            environ["REQUEST_URI"] = environ["RAW_URI"] = plain
        call = Call(environ)
        with self.lock:
            self.log[(call.full_name, call.region, str(hash(call.key)))] += 1
        if fault and operation in (call.full_name, "*"):
            if fault == "hangs":
                time.sleep(3600)
            with self.lock:
                self.seen[call.key, fault] += 1
                again = self.seen[call.key, fault] > 1
            if not (fault == "flaky" and again):
                answer = error(call, *FAULTS[fault][call.protocol])
                return self.reply(start_response, *answer)
        return self.reply(start_response, *self.answer(environ, call))

    def answer(self, environ, call):
        frozen = self.frozen
        if frozen is not None and call.key in frozen:
            return frozen[call.key]
        if call.service == "ec2" and call.name in EC2_ANSWERS:
            text = (
                f"<{call.name}Response><requestId>1</requestId>"
                f"{EC2_ANSWERS[call.name]}</{call.name}Response>"
            )
            answer = (200, [("Content-Type", "text/xml")], text.encode())
        else:
            answer = self.ask_moto(environ, call)
        if frozen is not None:
            frozen[call.key] = answer
        return answer

    def ask_moto(self, environ, call):
        if call.name == "GetAccountPublicAccessBlock":
            # moto tells S3 Control from S3 by the host's name.
            environ["HTTP_HOST"] = f"{ACCOUNT}.s3-control.{call.region}.amazonaws.com"
        if call.name == "ListFunctionUrlConfigs":
            # moto knows the one URL of a function that is not published.
            environ["PATH_INFO"] = call.path.removesuffix("s")
            environ["REQUEST_URI"] = environ["RAW_URI"] = environ["PATH_INFO"]
        environ["wsgi.input"] = io.BytesIO(call.body)
        given = {}

        def start(status, headers, exc_info=None):
            given["status"] = int(status.split()[0])
            given["headers"] = [
                (name, value)
                for name, value in headers
                if name.lower() not in ("content-length", "connection", "date", "server")
            ]

        # moto's backends are not made for several threads at once.
        with self.lock:
            body = b"".join(self.moto(environ, start))
        if call.name == "ListFunctionUrlConfigs":
            found = [json.loads(body)] if given["status"] < 300 else []
            return 200, given["headers"], json.dumps({"FunctionUrlConfigs": found}).encode()
        return given["status"], given["headers"], self.mend(call, body)

    def mend(self, call, body):
        """What moto forgets or misspells of an answer."""
        if call.name == "GetBucketVersioning":
            return body.replace(*VERSIONING)
        if call.full_name == "ecs:CreateService":
            asked = json.loads(call.body)
            self.deployments[asked["serviceName"]] = asked.get("deploymentConfiguration")
        if call.full_name == "ecs:DescribeServices":
            answer = json.loads(body)
            for service in answer.get("services", []):
                service["deploymentConfiguration"] = self.deployments.get(service["serviceName"])
            return json.dumps(answer).encode()
        if call.full_name == "eks:DescribeCluster":
            # moto makes no group for a cluster: the last that was given stands for it.
            answer = json.loads(body)
            network = answer["cluster"]["resourcesVpcConfig"]
            network["clusterSecurityGroupId"] = network["securityGroupIds"].pop()
            return json.dumps(answer).encode()
        if call.full_name == "ec2:CreateNatGateway":
            self.nat_interfaces.update(re.findall(rb"eni-[0-9a-f]+", body))
        if call.full_name == "ec2:DescribeNetworkInterfaces":
            return self.without_nat_groups(body)
        if call.full_name == "elasticache:CreateCacheCluster":
            asked = urllib.parse.parse_qs(call.body.decode())
            groups = [value for name, (value,) in asked.items() if name.startswith("SecurityGroupIds")]
            self.cache_groups[asked["CacheClusterId"][0]] = groups
        if call.full_name == "elasticache:DescribeCacheClusters":
            for name, groups in self.cache_groups.items():
                identifier = f"<CacheClusterId>{name}</CacheClusterId>"
                members = "".join(
                    f"<member><SecurityGroupId>{group}</SecurityGroupId><Status>active</Status></member>"
                    for group in groups
                )
                mended = f"{identifier}<SecurityGroups>{members}</SecurityGroups>"
                body = body.replace(identifier.encode(), mended.encode())
        return body

    def without_nat_groups(self, body):
        """moto gives a NAT gateway's interface the default security group;
        AWS gives it none."""
        if not self.nat_interfaces:
            return body
        root = ElementTree.fromstring(body)
        namespace = root.tag.partition("}")[0] + "}"
        for item in root.iter(f"{namespace}item"):
            identifier = item.findtext(f"{namespace}networkInterfaceId") or ""
            if identifier.encode() in self.nat_interfaces:
                for group in item.findall(f"{namespace}groupSet"):
                    group.clear()
        ElementTree.register_namespace("", namespace[1:-1])
        return ElementTree.tostring(root)

    @staticmethod
    def reply(start_response, status, headers, body):
        start_response(f"{status} .", [*headers, ("Content-Length", str(len(body)))])
        return [body]


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


def main():
    server = make_server("127.0.0.1", 0, Emulator(), threaded=True, request_handler=Quiet)
    # Scans open many connections at once.
    server.socket.listen(1024)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
