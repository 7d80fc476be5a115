"""What the demo shops could sell: categories, their articles and finishes, and their seasons."""

from dataclasses import dataclass

_EVEN = (1.0,) * 12


@dataclass(frozen=True, slots=True)
class Category:
    """A department: ``articles`` are (name, price in euro cents ex tax), ``season`` January first.

    ``returned`` is the share of its order lines that come back.
    """

    name: str
    code: str
    articles: tuple[tuple[str, int], ...]
    finishes: tuple[str, ...]
    season: tuple[float, ...]
    returned: float


_GLAZES = ("Ash", "Sand", "Moss", "Ink", "Rose Clay", "Oat")
_CLOTHS = ("Natural", "Sage", "Rust", "Midnight", "Dusty Pink", "Charcoal", "Ochre")
_WOODS = ("Oak", "Walnut", "Beech", "Black Ash")
_METALS = ("Brass", "Black", "White", "Copper")
_GARDEN_SEASON = (0.3, 0.5, 1.1, 1.9, 2.2, 1.9, 1.4, 1.0, 0.7, 0.5, 0.3, 0.4)
_DARK_SEASON = (1.3, 1.0, 0.8, 0.6, 0.5, 0.5, 0.5, 0.7, 1.1, 1.5, 1.7, 1.6)
_GIFT_SEASON = (0.7, 0.9, 0.9, 0.9, 1.0, 0.8, 0.7, 0.8, 1.0, 1.1, 1.5, 2.2)
_SCHOOL_SEASON = (1.3, 0.8, 0.8, 0.8, 0.8, 0.8, 1.0, 1.6, 1.4, 0.9, 1.0, 1.4)

CATEGORIES = (
    Category(
        "Tableware",
        "TAB",
        (
            ("Stoneware Mug 350 ml", 1590),
            ("Espresso Cup, Set of 2", 1890),
            ("Dinner Plate 27 cm", 1990),
            ("Breakfast Bowl", 1490),
            ("Serving Platter", 3890),
            ("Water Carafe 1 l", 2990),
            ("Salad Bowl, Large", 4290),
            ("Butter Dish", 2690),
            ("Egg Cup, Set of 4", 1690),
            ("Teapot 1.2 l", 4990),
        ),
        _GLAZES,
        _GIFT_SEASON,
        0.035,
    ),
    Category(
        "Kitchen",
        "KIT",
        (
            ("Chopping Board", 3490),
            ("Pepper Mill", 3990),
            ("Bread Box", 5990),
            ("Wooden Spoon Set", 1990),
            ("Rolling Pin", 1790),
            ("Spice Rack", 4490),
            ("Knife Block", 7990),
            ("Tray with Handles", 3290),
        ),
        _WOODS,
        _GIFT_SEASON,
        0.04,
    ),
    Category(
        "Home Textiles",
        "TEX",
        (
            ("Linen Bed Set 135 × 200", 11990),
            ("Cushion Cover 50 × 50", 2490),
            ("Wool Throw", 8990),
            ("Linen Apron", 3990),
            ("Tea Towel, Set of 3", 2190),
            ("Tablecloth 140 × 240", 6490),
            ("Curtain Panel", 5490),
            ("Cotton Rug 70 × 140", 4990),
        ),
        _CLOTHS,
        (1.2, 1.0, 0.9, 0.8, 0.8, 0.7, 0.8, 0.9, 1.1, 1.3, 1.3, 1.3),
        0.11,
    ),
    Category(
        "Lighting",
        "LIG",
        (
            ("Table Lamp", 7990),
            ("Pendant Lamp 40 cm", 12990),
            ("Floor Lamp", 16990),
            ("Wall Light", 6990),
            ("Clip Spot", 3490),
            ("Candle Holder", 1990),
            ("Lantern, Small", 2990),
        ),
        _METALS,
        _DARK_SEASON,
        0.07,
    ),
    Category(
        "Bath",
        "BAT",
        (
            ("Bath Towel 70 × 140", 2990),
            ("Hand Towel, Set of 2", 2390),
            ("Bath Mat", 3290),
            ("Soap Dispenser", 2290),
            ("Waffle Bathrobe", 7490),
            ("Laundry Basket", 5990),
        ),
        _CLOTHS,
        _EVEN,
        0.06,
    ),
    Category(
        "Garden & Balcony",
        "GAR",
        (
            ("Planter 30 cm", 3490),
            ("Watering Can 5 l", 2990),
            ("Outdoor Cushion", 2790),
            ("Herb Pot, Set of 3", 2490),
            ("Folding Chair", 6990),
            ("Bird Feeder", 2690),
            ("Solar String Lights", 3290),
        ),
        ("Terracotta", "Graphite", "Olive", "Chalk"),
        _GARDEN_SEASON,
        0.05,
    ),
    Category(
        "Desk & Paper",
        "DES",
        (
            ("Notebook A5", 1290),
            ("Weekly Planner", 1890),
            ("Pen Tray", 2190),
            ("Letter Rack", 2590),
            ("Wrapping Paper, 3 Sheets", 790),
            ("Greeting Cards, Set of 8", 1190),
        ),
        ("Ivory", "Forest", "Terracotta", "Navy", "Lilac"),
        _SCHOOL_SEASON,
        0.015,
    ),
    Category(
        "Candles & Scents",
        "SCE",
        (
            ("Scented Candle 220 g", 2490),
            ("Room Spray 100 ml", 1890),
            ("Reed Diffuser", 2990),
            ("Pillar Candle, Set of 3", 1690),
            ("Gift Box", 4490),
        ),
        ("Fig & Cedar", "Bergamot", "Wild Rose", "Amber", "Sea Salt", "Pine"),
        _GIFT_SEASON,
        0.012,
    ),
)
