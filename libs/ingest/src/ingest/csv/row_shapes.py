"""What is said of a row of a CSV file that has not the header's shape, or cannot be read at all."""

from common.http.wording import Wording


def why_uneven(fields: int, width: int) -> Wording:
    """What is said of a row of so many fields, and what it may come from."""
    if fields in (2 * width, 2 * width - 1):
        why = Wording("two rows stand in one line")
    elif fields < width:
        why = Wording(
            "text with a line break needs quotes; empty fields at the end need their commas"
        )
    else:
        why = Wording("text with a comma needs quotes, and so does a number with one")
    return Wording(
        "has %(fields)s fields where the header has %(columns)s (%(why)s)",
        fields=fields,
        columns=width,
        why=why,
    )


def why_broken(error: str, longest: int) -> Wording:
    """What is said of an ``error`` of the CSV reader's; no field is ``longest`` characters long."""
    if "field larger" in error:
        return Wording(
            "a field is longer than %(most)s characters, or a quote is never closed", most=longest
        )
    if "unexpected end" in error:
        return Wording("a quote is never closed")
    return Wording("a quote stands inside a field: quote the whole field and double the quote")
