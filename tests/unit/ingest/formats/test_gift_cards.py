"""What is a gift card by its title, where no source states it."""

import pytest

from ingest.formats.gift_cards import is_card


@pytest.mark.parametrize(
    "title",
    [
        *("Gift card", "Gift Card - 50 €", "Gift Voucher 25 GBP", "E-Gift-Card"),
        *("Gutschein", "Gutschein - 50 €", "Wertgutschein 100,00 EUR", "Online-Gutschein"),
        *("Geschenkgutschein", "Gutscheinkarte CHF 20", "Carte cadeau", "Bon d’achat 30 €"),
        *("Bon cadeau", "Tarjeta regalo", "Vale de regalo", "Cheque regalo 20", "Buono regalo"),
        *("Kadobon", "Cadeaukaart €25", "Karta podarunkowa 100 zł", "Vale-presente", "ギフト券"),
        *("礼品卡", "כרטיס מתנה", "Presentkort 500 kr", "Gavekort", "Lahjakortti"),
    ],
)
@pytest.mark.parametrize("taxable", [None, False])
def test_a_title_that_names_a_card_is_one(title: str, taxable: bool | None) -> None:
    assert is_card(title, None, taxable=taxable)


@pytest.mark.parametrize(
    "title",
    [
        *("Gift card - 100 €", "Gutschein", "Bon cadeau 30,00", "Gutschein 50 Euro"),
        *("gift card 50 eur", "Gutscheine", "Dárkové poukazy"),
    ],
)
def test_the_name_and_an_amount_are_a_card_whatever_is_told_of_tax(title: str) -> None:
    assert is_card(title, None, taxable=True)


@pytest.mark.parametrize(
    "title",
    [
        *("Gift Card Display Stand", "Gift card wallet", 'Geschenkkarte "Happy Birthday"'),
        *("Gutschein Ballonfahrt", "Gift Card Mug"),
    ],
)
def test_what_is_taxed_and_has_more_to_its_name_is_none(title: str) -> None:
    assert not is_card(title, None, taxable=True)


@pytest.mark.parametrize(
    "title",
    [
        *("Gutscheinbuch", "Rabattgutscheinheft", "Bonbon cadeau", "Gift card holder", "", None),
        *("Kaffee (mit Gutschein)", "Kochkurs Gutschein", "Gutschein-Halter Holz"),
        *("Gutschein-Verpackung", "Cadeaubonbons", "Kadokaartjes 10 stuks", "Gavekortæske"),
    ],
)
def test_what_only_begins_so_is_none(title: str | None) -> None:
    assert not is_card(title, None)


def test_a_name_that_others_have_too_is_one_where_the_shop_takes_no_tax() -> None:
    assert is_card("Laden am Markt, Gutschein", None, taxable=False)
    assert not is_card("Laden am Markt, Gutschein", None)


@pytest.mark.parametrize("stated", [True, False])
def test_what_is_stated_decides(stated: bool) -> None:
    assert is_card("Gift card", stated) is stated
    assert is_card("Vase", stated, taxable=True) is stated
