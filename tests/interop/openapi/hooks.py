"""Bodies as Palisade's clients write them."""

import re

import schemathesis

# The rooms of the house, and the rule of a name in the description.
ROOMS = ["attic", "cellar-2"]
NAME = re.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def written(value):
    """JSON Schema accepts 44.0 as an integer; the decoder of a Rust integer does not, as the manual says."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {name: written(member) for name, member in value.items()}
    return value


def is_hour(value, last):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= last


def possible(value):
    """The room of a booking exists, and it ends after it begins: each `$comment` of the description names such a rule.

    A member that breaks a rule of the schema stays as it is.
    """
    if not isinstance(value, dict) or not {"room", "from", "until"} <= value.keys():
        return value
    room, begin, end = value["room"], value["from"], value["until"]
    if isinstance(room, str) and len(room) <= 16 and NAME.fullmatch(room):
        value["room"] = ROOMS[len(room) % len(ROOMS)]
    if is_hour(begin, 23) and is_hour(end, 24) and end <= begin:
        value["until"] = begin + 1
    return value


@schemathesis.hook
def map_body(context, body):
    return written(body)


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Unlike `map_body`, it also sees the cases of the phase `coverage`."""
    case.body = possible(case.body)
