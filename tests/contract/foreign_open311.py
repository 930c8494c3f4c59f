"""A GeoReport v2 server in plain Python, after the specification's published examples.

It shares no line with the sandbox council: a process of its own, strict where real ones are
(parameters that the specification does not name, no key, no jurisdiction, a missing required
answer are refused), with its own way of writing XML and JSON. Run: ``python foreign_open311.py``;
it prints its port.
"""

import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

SERVICES = [
    {"service_code": "001", "service_name": "Cans left out 24x7", "metadata": True,
     "description": "Garbage or recycling cans that have been left out for more than 24 hours.",
     "type": "realtime", "keywords": "lorem, ipsum, dolor", "group": "sanitation"},
    {"service_code": "002", "service_name": "Construction plate shifted", "metadata": False,
     "description": "Metal construction plate covering the street has been moved.",
     "type": "batch", "keywords": "lorem, ipsum, dolor", "group": "street"},
]  # fmt: skip
DEFINITION = {
    "service_code": "001",
    "attributes": [
        {"variable": True, "code": "WHISHETN", "datatype": "singlevaluelist", "required": True,
         "datatype_description": None, "order": 1,
         "description": "What is the ticket/tag/DL number?",
         "values": [{"key": 123, "name": "Ford"}, {"key": 124, "name": "Chrysler"}]},
        {"variable": False, "code": "NOTE", "datatype": "string", "required": False,
         "datatype_description": None, "order": 2, "description": "We come within ten days."},
    ],
}  # fmt: skip
LISTS = {"service": "services", "request": "service_requests", "attribute": "attributes",
         "value": "values", "error": "errors"}  # fmt: skip
READING = {"jurisdiction_id", "service_request_id", "service_code", "start_date", "end_date",
           "status"}  # fmt: skip
KEPT: list = []
TOKENS: dict = {}


def as_xml(name, value):
    if isinstance(value, list):
        one = next(item for item, many in LISTS.items() if many == name)
        return f"<{name}>{''.join(as_xml(one, item) for item in value)}</{name}>"
    if isinstance(value, dict):
        return f"<{name}>{''.join(as_xml(*pair) for pair in value.items())}</{name}>"
    if isinstance(value, bool):
        value = str(value).lower()
    return f"<{name}/>" if value is None else f"<{name}>{escape(str(value))}</{name}>"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, root, value, status=200):
        if self.path.split("?")[0].endswith(".xml"):
            body = '<?xml version="1.0" encoding="utf-8"?>\n' + as_xml(root, value)
            kind = "text/xml; charset=utf-8"
        else:
            wrapped = [value] if root == "service_definition" else value
            body, kind = json.dumps(wrapped), "application/json; charset=utf-8"
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, words):
        self.answer("errors", [{"code": status, "description": words}], status)

    def do_GET(self):
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        steps = urlsplit(self.path).path.strip("/").rsplit(".", 1)[0].split("/")
        if asked.get("jurisdiction_id") != "city.gov":
            return self.refuse(400, "jurisdiction_id was not provided")
        if set(asked) - READING:
            return self.refuse(400, "unknown parameter")
        if steps == ["services"]:
            return self.answer("services", SERVICES)
        if steps == ["services", "001"]:
            return self.answer("service_definition", DEFINITION)
        if steps == ["requests"]:
            found = [r for r in KEPT if r["service_code"] == asked.get("service_code", "001")]
            return self.answer("service_requests", found)
        if steps[0] == "requests":
            found = [r for r in KEPT if str(r["service_request_id"]) == steps[1]]
            return self.answer("service_requests", found) if found else self.refuse(404, "no such")
        if steps[0] == "tokens" and steps[1] in TOKENS:
            one = {"service_request_id": TOKENS[steps[1]], "token": steps[1]}
            return self.answer("service_requests", [one])
        return self.refuse(404, "service_code or service_request_id was not found")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {k: v[0] for k, v in parse_qs(body).items()}
        if sent.get("api_key") != "xyz":
            return self.refuse(403, "api_key was not provided or wrong")
        if sent.get("jurisdiction_id") != "city.gov":
            return self.refuse(400, "jurisdiction_id was not provided")
        code = sent.get("service_code")
        if code == "001" and sent.get("attribute[WHISHETN]") not in {"123", "124"}:
            return self.refuse(400, "attribute[WHISHETN] is required")
        reference = 293944 + len(KEPT)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        KEPT.append({
            "service_request_id": reference, "status": "open", "status_notes": None,
            "service_name": "Cans", "service_code": code, "description": sent.get("description"),
            "requested_datetime": moment, "updated_datetime": moment,
            "address": sent.get("address_string"), "zipcode": 94122,
            "lat": sent.get("lat"), "long": sent.get("long"), "media_url": None,
        })  # fmt: skip
        if code == "002":
            TOKENS["12345"] = reference
            return self.answer("service_requests", [{"token": "12345"}])
        notice = "The City will inspect within 24 hours"
        done = {"service_request_id": reference, "service_notice": notice, "account_id": None}
        return self.answer("service_requests", [done])


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)  # noqa: T201
    sys.exit(server.serve_forever())
