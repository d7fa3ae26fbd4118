"""The demo's merchant is believable and always the same."""

import io
from collections import Counter

from PIL import Image

from catalog.gtin import is_valid
from crm.contacts import normalise_email, normalise_phone
from crm.fiscal import check_codice_fiscale, check_partita_iva, check_pec, check_recipient_code
from erp.practice.demo.merchant.families import COLOURS, families
from erp.practice.demo.merchant.goods import articles
from erp.practice.demo.merchant.people import customers
from erp.practice.demo.merchant.pictures import SHAPES, draw_picture
from erp.practice.demo.merchant.seeding import is_divided
from erp.practice.demo.shops import STALLS, offer

GOODS = [goods for article in articles() for goods in article.variants]


def test_there_are_about_four_hundred_products_with_variants_and_kits():
    assert len(articles()) == 404
    assert len(GOODS) == 720
    assert sum(bool(article.components) for article in articles()) == 20
    assert len({article.name for article in articles()}) == 404
    assert len({goods.sku.upper() for goods in GOODS}) == 720


def test_every_gtin_is_its_own_and_has_a_right_check_digit():
    assert len({goods.gtin for goods in GOODS}) == 720
    assert [goods.gtin for goods in GOODS if not is_valid(goods.gtin)] == []


def test_components_of_kits_are_variants_of_the_merchant():
    skus = {goods.sku for goods in GOODS}
    assert [sku for article in articles() for sku, _pieces in article.components if sku not in skus] == []


def test_a_third_of_the_variants_is_divided_and_kits_follow_their_components():
    assert sum(len(article.variants) for article in articles() if is_divided(article)) == 235
    policy = {goods.sku: is_divided(article) for article in articles() for goods in article.variants}
    mixed = [article.key for article in articles() for sku, _pieces in article.components if policy[sku] != is_divided(article)]
    assert mixed == []


def test_prices_and_taxes_are_those_of_an_italian_shop():
    assert Counter(article.family.tax_category for article in articles()) == {"ordinaria": 368, "ridotta": 20, "minima": 16}
    assert min(goods.price for goods in GOODS) > 2
    assert max(goods.price for goods in GOODS) < 400


def test_customers_have_fiscal_codes_that_fit_and_addresses_that_exist():
    assert len(customers()) == 300
    assert len({normalise_email(each.email) for each in customers()}) == 300
    assert [each.phone for each in customers() if not normalise_phone(each.phone)] == []
    companies = [each for each in customers() if each.partita_iva]
    assert (len(companies), sum(bool(each.codice_fiscale) for each in customers())) == (50, 50)
    findings = [
        finding.level
        for each in customers()
        for finding in (
            check_codice_fiscale(each.codice_fiscale, each.first_name, each.last_name),
            check_partita_iva(each.partita_iva),
            check_recipient_code(each.recipient_code),
            check_pec(each.pec),
        )
    ]
    assert set(findings) == {"ok"}
    assert all(each.recipient_code or each.pec for each in companies)


def test_every_family_has_a_picture_and_pictures_differ():
    assert {family.shape for family in families()} == set(SHAPES)
    drawn = {shape: draw_picture(shape, COLOURS["Terracotta"], 1) for shape in ("mug", "plate", "vase")}
    assert len(set(drawn.values())) == 3
    assert draw_picture("mug", COLOURS["Terracotta"], 1) == drawn["mug"]
    with Image.open(io.BytesIO(drawn["mug"])) as picture:
        assert (picture.format, picture.size) == ("WEBP", (320, 320))


def test_both_stalls_sell_some_of_the_same_goods():
    terramare, outlet = ({goods.sku for article in offer(stall) for goods in article.variants} for stall in STALLS)
    assert (len(terramare), len(outlet), len(terramare & outlet)) == (714, 352, 352)
