"""A copy of the description in which every address and field names what exists here.

What is sent is made from the description alone, and by that alone nothing would ever be found, nor a body be taken:
an id is text, and so is a code. So the addresses of the copy are those of what there is, and its fields have the
codes that their own words name (`iv`), and what exists, for examples. What answers must look like is left alone.
"""

import copy
import re

import bodies as whole

# Days and hours about the demonstration's, which begins on 20 October 2021.
DAYS = ["2021-10-20", "2021-10-19", "2021-10-27", "2021-11-03", "2022-06-30"]
HOURS = ["2021-10-20T05:00:00Z", "2021-10-20T07:30:00+02:00"]
TAGS = ['"v1"', '"v2"', "*"]
CODE = re.compile(r"`([a-z][a-z0-9-]*)`")
DAY = re.compile(r"_on$|_date$|^(expiry|until|as_of)$")
HOUR = re.compile(r"_at$")
# Fields of a body that are called otherwise than what stands in an address.
SAME_AS = {"from": "site", "to": "site", "sites": "site", "patient": "pseudonym"}
# Numbers of which nearly none would do.
NUMBERS = {
    "weight_g": [62000, 9500],
    "age_years": [41],
    "horizon_days": [28],
    "value": [2.1, 0.4],
    "highest_tenths": [190],
    "lowest_tenths": [20],
    "strength_mg": [80],
}


def kinds(schema):
    found = schema.get("type", [])
    return found if isinstance(found, list) else [found]


def of_field(name, schema, named):
    """The values to be tried in one field; none where anything is as good."""
    if {"integer", "number"} & set(kinds(schema)):
        return NUMBERS.get(name, [1, 2])
    if "string" not in kinds(schema):
        return []
    known = named.get(SAME_AS.get(name, name), [])
    times = DAYS if DAY.search(name) else HOURS if HOUR.search(name) else []
    return list(dict.fromkeys([*known, *CODE.findall(schema.get("description", "")), *times]))


def exemplify(schema, named):
    """Gives examples to the fields of one shape."""
    for name, field in schema.get("properties", {}).items():
        of = field.get("items", field) if "array" in kinds(field) else field
        if values := of_field(name, {"description": field.get("description", ""), **of}, named):
            of["examples"] = values


def bodies(description):
    """The names of the shapes that bodies are of, and of those inside of them."""
    waiting = [
        content["schema"]
        for item in description["paths"].values()
        for operation in item.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    found = set()
    for text in (re.findall(r"'#/components/schemas/(\w+)'", str(schema)) for schema in waiting):
        waiting.extend(description["components"]["schemas"][name] for name in text if name not in found)
        found.update(text)
    return found


def narrowed(description, named, ids):
    """The copy."""
    description = copy.deepcopy(description)
    for path, item in description["paths"].items():
        for operation in item.values():
            whole.exemplify(operation)
            for parameter in operation.get("parameters", []):
                here = {**named, **ids.get(path, {})}.get(parameter["name"], [])
                if parameter["name"] == "If-Match":
                    parameter["schema"] = {"type": "string", "enum": TAGS}
                elif parameter["in"] == "path" and here:
                    parameter["schema"] = {"type": "string", "enum": here}
                elif parameter["in"] == "query" and kinds(parameter["schema"]) == ["string"]:
                    if values := [*here, *CODE.findall(parameter["description"])]:
                        parameter["schema"]["examples"] = values
    for name in bodies(description):
        exemplify(description["components"]["schemas"][name], named)
    return description
