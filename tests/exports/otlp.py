"""Reads OTLP JSON files as OpenTelemetry's own packages do, and prints what they understood, one line of JSON a file.

opentelemetry-proto-json reads the JSON form (ids in hexadecimal); what it has read is turned into the messages of
opentelemetry-proto, which are what collectors work with. Both refuse what is not in the protocol.
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData
from opentelemetry.proto_json.trace.v1.trace import TracesData as JsonTracesData


def with_binary_ids(value):
    """Protobuf's own JSON has ids in base64, the one place in which OTLP's JSON differs."""
    if isinstance(value, dict):
        return {
            key: base64.b64encode(bytes.fromhex(it)).decode()
            if key in ("traceId", "spanId", "parentSpanId")
            else with_binary_ids(it)
            for key, it in value.items()
        }
    if isinstance(value, list):
        return [with_binary_ids(it) for it in value]
    return value


def text_of(attributes, key):
    return next((it.value.string_value for it in attributes if it.key == key), None)


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        text = file.read()
    read = JsonTracesData.from_json(text)
    data = json_format.ParseDict(with_binary_ids(json.loads(text)), TracesData())
    assert TracesData.FromString(data.SerializeToString()) == data
    spans, services, kinds, links, errors = 0, set(), {}, 0, 0
    for resource in data.resource_spans:
        services.add(text_of(resource.resource.attributes, "service.name"))
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert len(span.trace_id) == 16 and len(span.span_id) == 8, span
                assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span
                kind = Span.SpanKind.Name(span.kind)
                kinds[kind] = kinds.get(kind, 0) + 1
                spans += 1
                links += len(span.links)
                errors += span.status.code == 2
    as_json = sum(len(scope.spans) for it in read.resource_spans for scope in it.scope_spans)
    assert as_json == spans, (as_json, spans)
    print(json.dumps({"spans": spans, "services": sorted(services), "kinds": kinds, "links": links, "errors": errors}))
