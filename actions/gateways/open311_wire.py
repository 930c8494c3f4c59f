"""Read and write GeoReport v2 as UK councils' systems really speak it.

What is taken care of here: booleans as words, lists wrapped in one key, whole-number ids
(0 is one), attributes that software fills in and nobody may be asked, attributes that are
only notices, and identifiers that come in a list of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from actions.gateways.base import Form, GatewayNonsense
from actions.gateways.open311_types import (
    ExistingRequest,
    NewRequest,
    Question,
    Receipt,
    RequestUpdate,
    Service,
    ServiceDefinition,
)
from actions.gateways.wire import (
    as_bool,
    as_float,
    as_object,
    as_objects,
    as_order,
    as_text,
    as_texts,
    as_time,
)

_DATATYPES = frozenset(
    ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
)


def read_services(answer: object) -> tuple[Service, ...]:
    """The council's services; one without a code is skipped, for nothing could be sent."""
    services = (_service(item) for item in as_objects(answer, "services"))
    return tuple(service for service in services if service.code)


def _service(item: Mapping[str, object]) -> Service:
    code = as_text(item.get("service_code"))
    return Service(
        code=code,
        name=as_text(item.get("service_name"), code),
        description=as_text(item.get("description")),
        groups=as_texts(item.get("groups")) or as_texts(item.get("group"), "\n"),
        keywords=as_texts(item.get("keywords")),
        has_questions=as_bool(item.get("metadata")),
        answers=as_text(item.get("type"), "realtime"),
    )


def read_definition(answer: object, code: str) -> ServiceDefinition:
    """The questions in their order, the notices, and the codes of what is never asked."""
    item = as_object(answer, "service_definition")
    attributes = sorted(
        as_objects(item.get("attributes"), "attributes"), key=lambda a: as_order(a.get("order"))
    )
    asked = [a for a in attributes if not _is_automated(a) and as_bool(a.get("variable"), True)]
    told = [a for a in attributes if not _is_automated(a) and not as_bool(a.get("variable"), True)]
    return ServiceDefinition(
        code=as_text(item.get("service_code"), code),
        questions=tuple(_question(a) for a in asked if as_text(a.get("code"))),
        notices=tuple(text for text in map(_words, told) if text),
        automated=tuple(as_text(a.get("code")) for a in attributes if _is_automated(a)),
    )


def _is_automated(attribute: Mapping[str, object]) -> bool:
    return bool(as_text(attribute.get("automated")))


def _words(attribute: Mapping[str, object]) -> str:
    return as_text(attribute.get("description")) or as_text(attribute.get("datatype_description"))


def _question(attribute: Mapping[str, object]) -> Question:
    code, datatype = as_text(attribute.get("code")), as_text(attribute.get("datatype")).lower()
    options = _options(attribute.get("values"))
    if datatype.endswith("valuelist") and not options:
        raise GatewayNonsense(f"The question {code} wants a choice but offers none")
    return Question(
        code=code,
        datatype=datatype if datatype in _DATATYPES else "string",
        text=_words(attribute) or code,
        required=as_bool(attribute.get("required")),
        options=options,
        order=as_order(attribute.get("order")),
        hint=as_text(attribute.get("datatype_description")),
    )


def _options(values: object) -> tuple[tuple[str, str], ...]:
    pairs = ((as_text(v.get("key")), as_text(v.get("name"))) for v in as_objects(values, "values"))
    return tuple((key or name, name or key) for key, name in pairs if key or name)


def read_receipt(answer: object) -> Receipt:
    """A reference, or a token. An answer with neither is no receipt."""
    items = as_objects(answer, "service_requests")
    item = items[0] if items else {}
    reference = as_text(item.get("service_request_id")) or None
    token = as_text(item.get("token")) or None
    if reference is None and token is None:
        raise GatewayNonsense("The council gave neither a reference nor a token")
    return Receipt(reference, token, as_text(item.get("service_notice")))


def read_requests(answer: object) -> tuple[ExistingRequest, ...]:
    """Reports the council has; one without a reference is skipped."""
    requests = (_request(item) for item in as_objects(answer, "service_requests"))
    return tuple(request for request in requests if request.reference)


def _request(item: Mapping[str, object]) -> ExistingRequest:
    return ExistingRequest(
        reference=as_text(item.get("service_request_id")),
        status=as_text(item.get("status"), "open").lower(),
        service_code=as_text(item.get("service_code")),
        service_name=as_text(item.get("service_name")),
        description=as_text(item.get("description")),
        status_notes=as_text(item.get("status_notes")),
        address=as_text(item.get("address")),
        latitude=as_float(item.get("lat")),
        longitude=as_float(item.get("long")),
        requested_at=as_time(item.get("requested_datetime")),
        updated_at=as_time(item.get("updated_datetime")),
    )


def read_updates(answer: object) -> tuple[RequestUpdate, ...]:
    """Updates that say which report they are about and what became of it."""
    items = as_objects(answer, "service_request_updates")
    updates = (
        RequestUpdate(
            id=as_text(item.get("update_id")),
            reference=as_text(item.get("service_request_id")),
            status=as_text(item.get("status")).lower(),
            description=as_text(item.get("description")),
            updated_at=as_time(item.get("updated_datetime")),
        )
        for item in items
    )
    return tuple(update for update in updates if update.reference and update.status)


def write_request(request: NewRequest, api_key: str, jurisdiction_id: str) -> Form:
    """The form fields of a report, in order; empty ones are left out."""
    place = () if request.latitude is None else (("lat", f"{request.latitude:.6f}"),)
    if request.longitude is not None:
        place = (*place, ("long", f"{request.longitude:.6f}"))
    fields = (
        ("api_key", api_key),
        ("jurisdiction_id", jurisdiction_id),
        ("service_code", request.service_code),
        *place,
        ("address_string", request.address),
        ("description", request.description),
        ("first_name", request.first_name),
        ("last_name", request.last_name),
        ("email", request.email),
        ("phone", request.phone),
        *(("media_url", url) for url in request.media_urls),
        *_answers(request.attributes),
    )
    return [(name, value) for name, value in fields if value]


def _answers(attributes: Mapping[str, str | tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    for code, answer in attributes.items():
        if isinstance(answer, str):
            yield f"attribute[{code}]", answer
        else:
            yield from ((f"attribute[{code}][]", key) for key in answer)
