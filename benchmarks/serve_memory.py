"""What `localaws serve` holds in memory while a trail delivers and a million calls come.

python -m benchmarks.serve_memory [--calls N] [--refused] [--every N]

The calls are mixed: components of Image Builder created, read, listed and deleted; small objects put into S3
under 10,000 keys in turn; Event history looked up; roles assumed; a key used. Whatever a client creates and
does not delete is the client's own, so the mix deletes what it creates. `--refused` takes the trail's
permission to write away after a tenth of the calls, so that events wait.
"""

from __future__ import annotations

import argparse
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.local_aws import headers, start

CLIENTS = 4
ACCOUNT = "123456789012"
BUCKET = "measured-logs"
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/measured"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/measured"
KEYS = 10_000
DOCUMENT = (
    "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
    "      - name: say\n        action: ExecuteBash\n        inputs:\n          commands: [echo measured]\n"
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
TARGETS = {
    "kms": "TrentService",
    "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


class Client:
    """One connection, kept open, and the calls that the mix makes on it."""

    def __init__(self, endpoint: str, number: int) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
        self._number, self._key_id = number, ""

    def send(
        self, service: str, method: str, path: str, body: bytes, kind: str, *, target: str = ""
    ) -> tuple[int, bytes]:
        """Send one signed request and read its answer."""
        self._connection.request(method, path, body, headers(service, target, kind))
        response = self._connection.getresponse()
        return response.status, response.read()

    def query(self, service: str, action: str, **fields: str) -> bytes:
        """Make a call of the query protocol."""
        form = urlencode({"Action": action, "Version": VERSIONS[service], **fields}).encode()
        return _good(*self.send(service, "POST", "/", form, "application/x-www-form-urlencoded"))

    def json(self, service: str, action: str, **members: Any) -> dict[str, Any]:
        """Make a call of the JSON protocol. Too many lookups a second are answered with an error."""
        status, body = self.send(
            *(service, "POST", "/", json.dumps(members).encode(), "application/x-amz-json-1.1"),
            target=f"{TARGETS[service]}.{action}",
        )
        if b"ThrottlingException" in body:
            return {}
        answer: dict[str, Any] = json.loads(_good(status, body) or b"{}")
        return answer

    def rest(self, service: str, method: str, path: str, body: bytes = b"") -> bytes:
        """Make a call of a REST protocol."""
        return _good(*self.send(service, method, path, body, "application/json"))

    def prepare(self) -> None:
        """Create what the calls are about, and a trail that delivers."""
        self.rest("s3", "PUT", f"/{BUCKET}")
        self.allow(True)
        self.query("iam", "CreateRole", RoleName="measured", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.json("cloudtrail", "CreateTrail", Name="measured", S3BucketName=BUCKET, IsMultiRegionTrail=True)
        self.json("cloudtrail", "StartLogging", Name="measured")

    def allow(self, delivery: bool) -> None:
        """Let CloudTrail write, or no more."""
        service = {"Service": "cloudtrail.amazonaws.com"}
        statements = [
            {
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{BUCKET}",
            },
            {
                "Effect": "Allow" if delivery else "Deny",
                "Principal": service,
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
            },
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.rest("s3", "PUT", f"/{BUCKET}?policy", policy.encode())

    def use_key(self) -> None:
        """Create the key that this client uses."""
        self._key_id = self.json("kms", "CreateKey")["KeyMetadata"]["KeyId"]

    def round(self, turn: int) -> int:
        """Make the mix's calls once; return how many they were."""
        name = f"measured-{self._number}-{turn}"
        request = {
            "name": name,
            "semanticVersion": "1.0.0",
            "platform": "Linux",
            "data": DOCUMENT,
            "clientToken": name,
        }
        created = json.loads(
            self.rest("imagebuilder", "PUT", "/CreateComponent", json.dumps(request).encode())
        )
        query = urlencode({"componentBuildVersionArn": created["componentBuildVersionArn"]})
        self.rest("imagebuilder", "GET", f"/GetComponent?{query}")
        self.rest("imagebuilder", "POST", "/ListComponents", b'{"owner":"Self"}')
        self.rest("imagebuilder", "DELETE", f"/DeleteComponent?{query}")
        for step in range(2):
            number = (turn * 2 + step) * CLIENTS + self._number
            self.rest("s3", "PUT", f"/{BUCKET}/objects/{number % KEYS}", b"a small object" * 20)
        self.query("sts", "GetCallerIdentity")
        self.query("sts", "AssumeRole", RoleArn=ROLE_ARN, RoleSessionName=f"session-{turn}")
        self.json("kms", "DescribeKey", KeyId=self._key_id)
        self.json("kms", "GenerateDataKey", KeyId=self._key_id, KeySpec="AES_256")
        self.query("iam", "ListUsers")
        self.json("cloudtrail", "LookupEvents", MaxResults=10)
        return 12


def _good(status: int, body: bytes) -> bytes:
    if status >= 300:
        raise SystemExit(f"answered {status}: {body[:500]!r}")
    return body


def resident(pid: int) -> int:
    """Resident bytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def measure(endpoint: str, pid: int, *, calls: int, every: int, refused: bool) -> int:
    """Make the calls, print the memory as it grows, and return the most that was seen."""
    clients = [Client(endpoint, number) for number in range(CLIENTS)]
    clients[0].prepare()
    for client in clients:
        client.use_key()
    made = turn = most = 0
    begin = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        while made < calls:
            until = made + every
            while made < until:
                made += sum(pool.map(lambda client: client.round(turn), clients))  # noqa: B023
                turn += 1
            if refused and made * 10 >= calls:
                clients[0].allow(False)
            now = resident(pid)
            most = max(most, now)
            rate = made / (time.monotonic() - begin)
            print(f"{made:12,}{now / 1e6:8.0f} MB{rate:8.0f} calls/s", flush=True)
    return most


def main() -> None:
    """Start a local AWS and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=50_000, help="calls between two lines")
    parser.add_argument("--refused", action="store_true", help="the trail may not write any more")
    values = parser.parse_args()
    process, endpoint = start(["-m", "localaws", "serve"])
    try:
        most = measure(endpoint, process.pid, calls=values.calls, every=values.every, refused=values.refused)
        print(f"at most {most / 1e6:.0f} MB; target: under 1,000 MB")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
