"""Whole numbers as Palisade's clients write them."""

import schemathesis


def written(value):
    """JSON Schema accepts 44.0 as an integer; the decoder of a Rust integer does not, as the manual says."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {name: written(member) for name, member in value.items()}
    return value


@schemathesis.hook
def map_body(context, body):
    return written(body)
