"""What spreadsheets do to files is passed over, or told in one finding that says what it is."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, Line, Sold, export, rows

from common.http.wording import Wording
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.csv.values import BadValueError, instant, resaved, truth
from ingest.formats import registry
from ingest.formats.cells import local_instant
from ingest.formats.detect import format_of
from ingest.formats.model import Reading
from ingest.formats.shopify.columns import MISSING, shopify_instant
from ingest.formats.shopify.reader import ShopifyExport
from ingest.sources import FileKind, ImportFile

HEADER = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price"
GOOD = "O1,2026-03-01T10:00:00+01:00,EUR,1,P1,1,12.50"
OWN = f"{HEADER}\n{GOOD}\n"
MUG = Line("Mug", "MUG", 1, 2000)
VASE = Line("Vase", "VASE", 1, 4000)
SHOPIFY = export(rows(Sold((MUG, VASE)), "#1") + rows(Sold((VASE,)), "#2"))


def read(content, kind="shopify"):
    """The rows, the faults, how many there are, and the notes."""
    faults, notes = Faults(50), Notes("EUR")
    reading = Reading("EUR", faults, notes, kinds=registry.KINDS)
    with closing(registry.open_reader(registry.find(kind), reading)) as reader:
        lines = list(reader.files[FileKind.ORDERS]("orders.csv", [content.encode()]))
    return lines, [str(fault) for fault in faults.found], faults.total, notes.lines()


def quoted(line):
    return '"' + line.replace('"', '""') + '"'


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        ("\ufeff\ufeff" + SHOPIFY, "shopify", "two byte order marks"),
        ("\ufeff\ufeff" + OWN, "own", "two byte order marks"),
        ("sep=,\n" + SHOPIFY, "shopify", "a note for Excel (sep=)"),
        ("sep=;\n" + OWN, "own", "a note for Excel (sep=)"),
        ("\n".join(map(quoted, OWN.splitlines())), "own", "the whole line stands in quotes"),
        (f'{HEADER}\n"{GOOD}"\n"{GOOD}"\n', "own", "the whole line stands in quotes"),
        (f'{HEADER}\n"{GOOD}";\n"{GOOD}";\n', "own", "the whole line stands in quotes"),
        (f'{HEADER}\n"{GOOD},""Mug, blue""";\n', "own", "the whole line stands in quotes"),
        (SHOPIFY + SHOPIFY, "shopify", "is the header again"),
        (OWN + OWN, "own", "is the header again"),
        (SHOPIFY, "own", "looks like a Shopify orders export: give it as orders (format shopify)"),
        (OWN, "shopify", "looks like a file of order lines: give it as orders (format own)"),
        (
            "refund_id,order_id,processed_at\nR1,O1,\n",
            "own",
            "a file of refunds: give it as refunds",
        ),
        ("\n" + SHOPIFY, "shopify", "line 1: is blank: the first line has to name the columns"),
        ("\n\n" + OWN, "own", "line 1: is blank: the first line has to name the columns"),
        (",,,,,,\n" + OWN, "own", "line 1: is blank: the first line has to name the columns"),
        ("Table 1\n" + OWN, "own", "line 1: is no header: the first line has to name the columns"),
        ("Orders,,\n" + SHOPIFY, "shopify", "line 1: is no header: the first line has to name"),
        (OWN + "\ufeff" + OWN, "own", "begins with a byte order mark, as another file does"),
        (SHOPIFY + "\ufeff" + SHOPIFY, "shopify", "begins with a byte order mark, as another"),
        (f'{OWN}\ufeff"order_id",paid_at\n', "own", "begins with a byte order mark, as another"),
        (f"{OWN.rstrip()},{GOOD}\n", "own", "two rows stand in one line"),
        (f"{HEADER},\n{GOOD},left\n", "own", "column 8 has no name in the header"),
    ],
)
def test_what_a_file_is_told_in_one_finding(content, kind, reason):
    _, faults, total, _ = read(content, kind)
    assert total == 1, faults
    assert reason in faults[0]


@pytest.mark.parametrize("kind", ["shopify", "own"])
@pytest.mark.parametrize("commas", [3, 200])
def test_rows_and_columns_of_bare_commas_are_passed_over(kind, commas):
    content = SHOPIFY if kind == "shopify" else OWN
    lines, *_ = read(content, kind)
    wide = "".join(f"{line},,\n" for line in content.splitlines())
    tall = f"{content}{',' * commas}\n \n{',' * content.splitlines()[0].count(',')}\n"
    long = f"{content.rstrip()}{',' * commas}\n"
    for changed in (wide, tall, long):
        assert read(changed, kind)[:3] == (lines, [], 0)


_CELLS = {
    "order_id": st.sampled_from(["O1", "7"]),
    "paid_at": st.just("2026-03-01T10:00:00+01:00"),
    "currency": st.just("EUR"),
    "line_id": st.sampled_from(["1", "L"]),
    "product_id": st.sampled_from(["P1", "12"]),
    "quantity": st.sampled_from(["1", "3"]),
    "unit_price": st.just("100.00"),
    "shipping": st.sampled_from(["", "5", "4.90"]),
    "tax": st.sampled_from(["", "2"]),
    "line_discount": st.sampled_from(["", "1.00"]),
    "order_discount": st.just(""),
    "coupon_code": st.sampled_from(["", "X", "5"]),
    "category": st.just(""),
}
_WITH_COMMAS = ("12,05", "12,5", "1,250.00", "1,250", "-1,05", "€ 12,05", "1.250,00")


@pytest.mark.parametrize("number", _WITH_COMMAS)
@given(st.fixed_dictionaries(_CELLS), st.permutations(list(_CELLS)), st.data())
def test_a_number_with_a_bare_comma_is_never_two_others(number, cells, names, data):
    """Whatever its column, the order of columns and which of them are empty."""
    amounts = ("unit_price", "shipping", "tax", "line_discount", "order_discount", "quantity")
    cells |= {data.draw(st.sampled_from(amounts)): number}
    content = ",".join(names) + "\n" + ",".join(cells[name] for name in names) + "\n"
    lines, faults, *_ = read(content, "own")
    assert (lines, len(faults)) == ([], 1)


@pytest.mark.parametrize(
    ("currency", "columns", "cells"),
    [
        ("EUR", "unit_price,shipping,tax", "1,250.00,"),
        ("KWD", "unit_price,shipping,tax", "1.250,000,"),
        ("EUR", "unit_price,product_title,category", "12.50,Mug, red"),
    ],
)
def test_a_row_whose_last_cell_is_empty_is_not_shifted_by_a_bare_comma(currency, columns, cells):
    header = HEADER.replace("unit_price", columns)
    row = GOOD.replace("12.50", f"{cells},").replace("EUR", currency)
    faults = Faults(5)
    reading = Reading(currency, faults, Notes(currency), kinds=registry.KINDS)
    with closing(registry.open_reader(registry.FALLBACK, reading)) as reader:
        content = f"{header}\n{row}\n".encode()
        assert list(reader.files[FileKind.ORDERS]("orders.csv", [content])) == []
    (fault,) = map(str, faults.found)
    assert "has 10 fields where the header has 9" in fault


@pytest.mark.parametrize("spelling", [str.upper, str.lower, str.title, lambda n: n + "\u00a0"])
def test_an_exports_columns_are_known_in_any_case(spelling):
    header, _, rest = SHOPIFY.partition("\n")
    changed = ",".join(spelling(name) for name in header.rstrip().split(","))
    lines, faults, _, notes = read(f"{changed}\n{rest}")
    assert (lines, faults) == (read(SHOPIFY)[0], [])
    assert all("was read as" in note for note in notes)
    assert bool(notes) == (changed != header.rstrip() and "\u00a0" not in changed)


def test_the_american_spelling_of_cancelled_is_known():
    cancelled = export(rows(Sold((MUG,), refunded=2000), "#1"))
    content = cancelled.replace("Cancelled at", "Canceled at")
    faults, notes = Faults(5), Notes()
    with closing(ShopifyExport("EUR", faults, notes)) as reader:
        list(reader.order_lines("orders.csv", [content.encode()]))
        assert [row.amount for row in reader.refunds_of_orders()] == [2000]
    assert "the column 'Canceled at' was read as Cancelled at" in notes.lines()


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_column_is_said_with_what_cannot_be_known(missing):
    """Where columns that stand for one another are missing together, that is said instead."""
    gone = (missing,) if isinstance(missing, str) else missing
    names = SHOPIFY.splitlines()[0].split(",")
    written = rows(Sold((MUG,)), "#1")
    kept = [name for name in names if name not in gone]
    *_, notes = read(export(written, kept))
    assert [note for note in notes if any(column in note for column in gone)] == [
        f"there is no column {' and no column '.join(gone)}: {MISSING[missing]}"
    ]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\t"])
def test_a_space_beside_a_name_parts_no_order(space):
    header, first, further, other = SHOPIFY.splitlines()
    spaced = further.replace("#1", f"#1{space}", 1)
    assert read("\n".join([header, first, spaced, other]))[:2] == (read(SHOPIFY)[0], [])


def test_rows_sorted_apart_are_told_by_their_order():
    first, further, other = SHOPIFY.splitlines()[1:]
    _, faults, total, _ = read("\n".join([SHOPIFY.splitlines()[0], first, other, further]))
    assert total == 1
    assert "line 4: is a further row of order '#1', apart from its first one" in faults[0]


ROUNDED = pytest.mark.parametrize("rounded", ["4.06E+12", "4.06e+12", "4,06E+12", "4E+3"])


@ROUNDED
def test_ids_that_a_spreadsheet_rounded_are_said_and_never_merged(rounded):
    one, two = Line("Mug", rounded, 1, 2000), Line("Vase", rounded, 1, 2000)
    lines, faults, _, notes = read(export(rows(Sold((one, one)), "#1")))
    assert (len(lines), faults) == (2, [])
    assert any("Lineitem sku holds ids that a spreadsheet rounded" in note for note in notes)
    _, (fault,), _, _ = read(export(rows(Sold((one, two)), "#1")))
    assert f"'{rounded}' was rounded by a spreadsheet, and names 'Mug' too" in fault
    written = rows(Sold((MUG,)), "#1")
    written[0]["Id"] = "5.6E+12"
    lines, faults, _, notes = read(export(written))
    assert (lines[0].platform_id, faults) == (None, [])
    assert any(note.startswith("Id holds ids that a spreadsheet rounded") for note in notes)


WORDS = [
    ("true", "false"), ("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERO", "FALSO"),
    ("Verdadeiro", "Falso"), ("WAAR", "ONWAAR"), ("PRAWDA", "FAŁSZ"), ("DOĞRU", "YANLIŞ"),
    ("TOSI", "EPÄTOSI"), ("ИСТИНА", "ЛОЖЬ"), ("1", "0"), ("yes", "no"), (" true ", " false "),
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_booleans_are_read_in_the_language_of_the_spreadsheet(words):
    """A lamp of 119.00 with 19 % tax in it, and a book of 50.00 that bears none."""
    lamp, book = Line("Lamp", "LAMP", 1, 11900), Line("Book", "BOOK", 1, 5000)
    written = rows(Sold((lamp, book)), "#1")
    written[0] |= {"Taxes": "19.00", "Subtotal": "169.00", "Total": "169.00"}
    written[0]["Lineitem taxable"], written[1]["Lineitem taxable"] = words
    lines, faults, *_ = read(export(written, [*COLUMNS, "Lineitem taxable"]))
    assert faults == []
    assert ([each.unit_price for each in lines], lines[0].tax) == ([10000, 5000], 1900)
    assert [*map(truth, words)] == [True, False]


def test_a_word_that_is_no_boolean_is_refused():
    written = rows(Sold((MUG,)), "#1")
    written[0]["Lineitem taxable"] = "perhaps"
    _, (fault,), *_ = read(export(written, [*COLUMNS, "Lineitem taxable"]))
    assert "Lineitem taxable: 'perhaps' is neither true nor false" in fault
    _, (fault,), *_ = read(f"{HEADER},gift_card\n{GOOD},perhaps\n", "own")
    assert "gift_card: 'perhaps' is neither true nor false" in fault


def test_rounded_ids_of_the_own_format():
    header = f"{HEADER},product_title"
    rounded = GOOD.replace("P1", "4.06E+12")
    row = f"{rounded},Mug\n{rounded.replace(',1,4', ',2,4')},"
    _, faults, _, notes = read(f"{header}\n{row}Mug\n", "own")
    assert faults == []
    assert any(note.startswith("product_id holds ids") for note in notes)
    _, (fault,), _, _ = read(f"{header}\n{row}Vase\n", "own")
    assert "names 'Mug' too" in fault
    *_, notes = read(OWN.replace("O1", "4.06E+12"), "own")
    assert any("an id of it was rounded by a spreadsheet" in note for note in notes)
    *_, notes = read(f"{HEADER},customer_id\n{GOOD},5.1E+10\n", "own")
    assert any("an id of it was rounded by a spreadsheet" in note for note in notes)


@ROUNDED
@pytest.mark.parametrize(
    ("kind", "names", "values"),
    [
        (FileKind.REFUNDS, ("refund_id", "order_id", "line_id"), ("R1", "O1", "1")),
        (FileKind.PRODUCTS, ("product_id",), ("P1",)),
        (FileKind.STOCK, ("product_id",), ("P1",)),
    ],
)
def test_rounded_ids_of_other_files_are_said_by_column(kind, names, values, rounded):
    needed = {
        FileKind.REFUNDS: {"processed_at": "2026-03-01T10:00:00Z", "quantity": "1"},
        FileKind.PRODUCTS: {"title": "Mug"},
        FileKind.STOCK: {"counted_at": "2026-03-01T10:00:00Z", "on_hand": "4"},
    }[kind]
    for column in ("", *names):
        cells = dict(zip(names, values, strict=True)) | needed
        cells |= {column: rounded} if column else {}
        content = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
        if "," in rounded:
            content = content.replace(rounded, f'"{rounded}"')
        reading = Reading("EUR", Faults(5), Notes("EUR"), kinds=registry.KINDS)
        with closing(registry.open_reader(registry.FALLBACK, reading)) as reader:
            assert len(list(reader.files[kind]("file.csv", [content.encode()]))) == 1
        notes = [note for note in reading.notes.lines() if "that a spreadsheet rounded" in note]
        assert [note.split()[0] for note in notes] == ([column] if column else [])


@pytest.mark.parametrize("sku", ["", "LONG"])
def test_titles_over_the_limit_are_cut_and_said(sku):
    titles = ["T" * 3000 + end for end in "ab"]
    order = Sold(tuple(Line(title, sku, 1, 1000) for title in titles))
    lines, faults, _, notes = read(export(rows(order, "#1")))
    assert faults == []
    assert {len(line.product_title) for line in lines} == {2000}
    assert "titles of more than 2000 characters were cut" in notes
    products = {line.product_id for line in lines}
    assert len(products) == (1 if sku else 2)
    assert all(len(product) <= 255 for product in products)
    _, faults, _, notes = read(f"{HEADER},product_title\n{GOOD},{titles[0]}\n", "own")
    assert (faults, notes) == ([], ("titles of more than 2000 characters were cut",))


def test_sales_dated_later_than_now_are_said():
    *_, notes = read(OWN.replace("2026-", "2126-"), "own")
    assert notes == ("1 order (O1): is dated later than now",)


@pytest.mark.parametrize("inside", ["#1", 'a "quoted" name', "00123", "", "=1"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_text_kept_by_a_formula_is_that_text(inside, whole):
    """Programs write ``="00123"`` so that a spreadsheet makes no number of it."""
    formula = '="' + inside.replace('"', '""') + '"'
    cell = quoted(formula) if whole else formula
    lines, faults, *_ = read(f"{HEADER},product_title\n{GOOD.replace('P1', 'X')},{cell}\n", "own")
    assert (faults, [line.product_title for line in lines]) == ([], [inside or None])


@pytest.mark.parametrize("cell", ['="', '="a"b"', "=", '="a", "b"', '=1+"a"'])
def test_what_is_no_text_kept_by_a_formula_stays_as_it_is(cell):
    lines, faults, *_ = read(f"{HEADER},product_title\n{GOOD},{quoted(cell)}\n", "own")
    assert (faults, [line.product_title for line in lines]) == ([], [cell])


def test_orders_of_a_spreadsheet_that_kept_their_names_have_these_names():
    kept = SHOPIFY.replace("#1,", '="#1",').replace("#2,", '="#2",')
    assert kept != SHOPIFY
    assert read(kept) == read(SHOPIFY)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("content", [SHOPIFY, OWN], ids=["shopify", "own"])
def test_names_of_columns_that_a_formula_kept_are_these_names(content, whole):
    """The header again in the middle is told by its names too, however it is written there."""
    kind = "shopify" if content is SHOPIFY else "own"
    header, rest = content.split("\n", 1)
    cells = [f'="{name}"' for name in header.rstrip().split(",")]
    kept = ",".join(map(quoted, cells) if whole else cells)
    changed = f"{kept}\n{rest}"
    assert read(changed, kind) == read(content, kind)
    found, file = format_of(ImportFile("orders.csv", [changed.encode()]))
    assert (found.name, b"".join(file.blocks)) == (kind, changed.encode())
    for again in (content, changed):
        _, (fault,), *_ = read(changed + again, kind)
        assert "is the header again" in fault


@pytest.mark.parametrize(
    "time",
    [
        *("02/01/2024 11:23", "2/1/24 11:23 AM", "31.12.2023 22:36", "2024/01/02 11:23"),
        *("45384.347", "45384,347"),
    ],
)
def test_a_time_that_a_spreadsheet_changed_is_told_as_such(time):
    for convert in (instant, shopify_instant, local_instant("Europe/Berlin")):
        with pytest.raises(BadValueError, match="spreadsheets write times so: export again"):
            convert(time)


@pytest.mark.parametrize("time", ["yesterday", "2026-03-01 25:00:00", "1772361753", "12:30"])
def test_what_no_spreadsheet_wrote_is_not_told_so(time):
    for convert in (instant, local_instant("Europe/Berlin")):
        with pytest.raises(BadValueError) as raised:
            convert(time)
        assert "spreadsheet" not in str(raised.value)


@pytest.mark.parametrize("between", [" ", ":", "0", "p", "m ", ". ", "T", ","])
def test_a_cell_of_any_length_is_looked_at_once(between):
    """Looked at from every place of it, one of 131,072 characters would take minutes."""
    for begin in ("1/1/26", "1/1/26 1", "1/1/26 1:", "45384.1"):
        time = begin + between * (131_000 // len(between)) + "x"
        assert resaved(Wording("is no time"), time) == "is no time"
