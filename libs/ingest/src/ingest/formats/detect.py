"""Whose columns a file of orders has, found by its header."""

from operator import itemgetter

from ingest.csv.peek import header_names
from ingest.formats import registry
from ingest.formats.model import ImportFormat
from ingest.sources import ImportFile


def format_of(file: ImportFile) -> tuple[ImportFormat, ImportFile]:
    """The format of a file of orders, and the file with the bytes that were looked at put back.

    Of formats whose columns it has, the one that names the most. What has the columns of none has
    the fallback, and is told what is wrong with it.
    """
    names, blocks = header_names(file.blocks)
    fitting = [(each.layout_of(names), each) for each in registry.FORMATS.values()]
    found = [(len(layout.signs), each) for layout, each in fitting if layout is not None]
    layout = max(found, key=itemgetter(0))[1] if found else registry.FALLBACK
    return layout, ImportFile(file.name, blocks)
