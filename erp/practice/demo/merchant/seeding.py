"""The merchant's books, brought in through the services as staff would. Every step asks first what is there, so that twice is once."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils.translation import gettext as _

from catalog.models import Media, Product, TaxCategory, Variant
from catalog.rows import ProductRow
from catalog.services.categories import create_tax_category
from catalog.services.importing import import_products
from catalog.services.media import add_image
from crm.models import Company, Party
from crm.people import Person, PostalAddress
from crm.services.company import set_company
from crm.services.parties import resolve_parties
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from erp.practice.demo.merchant.goods import Article, Goods, articles
from erp.practice.demo.merchant.people import Customer, customers, partita_iva
from erp.practice.demo.merchant.pictures import draw_picture
from inventory.models import Bin, Cause, Mode, Movement, Warehouse, WindowPolicy
from inventory.services.posting import Move, open_ledger, post
from orders.models import Order

NAME = "Terramare Casa S.r.l."
SOURCE = "terramare-casa"
TAXES = (("ordinaria", "IVA ordinaria", 22), ("ridotta", "IVA ridotta", 10), ("minima", "IVA minima", 4))
WAREHOUSES = (("FA", "Faenza, via Granarolo", 10, "ABCDEFGH"), ("RA", "Ravenna, deposito Bassette", 20, "MN"))
SHELVES, PLACES = 6, 4
SPLIT_COLLECTIONS = ("Brisighella", "Garofano", "Adriatico")
SPLIT_PANTRY_EVERY = 3
PAGE = 100
OPENING = "opening"
OPENING_REASON = "Giacenza iniziale"


@dataclass(frozen=True)
class Step:
    """`run` returns how many things it made, 0 when all were there."""

    what: str
    run: Callable[[User], int]


def refuse_foreign_books() -> None:
    """Raises Refused when this database belongs to somebody: the demo must not write into a merchant's own books."""
    company = Company.objects.order_by("pk").first()
    if (company is None and Order.objects.exists()) or (company is not None and company.name != NAME):
        text = _("This database holds the books of “%(name)s”. The demo needs one of its own: set DATABASE_URL to an empty database.")
        raise Refused(text % {"name": company.name if company else _("somebody")})


def steps() -> Iterator[Step]:
    """In the order in which each needs the one before."""
    yield Step(_("company"), _seed_company)
    yield Step(_("tax categories"), _seed_taxes)
    yield Step(_("products and variants"), _seed_goods)
    yield Step(_("pictures"), _seed_pictures)
    yield Step(_("warehouses and bins"), _seed_places)
    yield Step(_("divided variants"), _seed_policies)
    yield Step(_("receipts of goods"), _seed_stock)
    yield Step(_("customers"), _seed_customers)


def _seed_company(by: User) -> int:
    if Company.objects.exists():
        return 0
    number = partita_iva(random.Random(SOURCE))
    set_company(
        by=by,
        name=NAME,
        street="Via Granarolo, 175",
        postcode="48018",
        city="Faenza",
        province="RA",
        country="IT",
        partita_iva=number,
        codice_fiscale=number,
        pec="terramarecasa@pec.example",
        email="info@terramare.example",
        phone="+39 0546 555010",
    )
    return 1


def _seed_taxes(by: User) -> int:
    known = set(TaxCategory.objects.values_list("code", flat=True))
    missing = [(code, name, rate) for code, name, rate in TAXES if code not in known]
    for code, name, rate in missing:
        create_tax_category(by=by, code=code, name=name, rate=Decimal(rate))
    return len(missing)


def _seed_goods(by: User) -> int:
    known = set(Variant.objects.values_list("sku", flat=True))
    rows = [_row(article, goods) for article in articles() if article.variants[0].sku not in known for goods in article.variants]
    done = import_products(rows, by)
    if done.rejected:
        raise Refused(f"{done.rejected[0].sku}: {done.rejected[0].reason}")
    return len(done.variants)


def _row(article: Article, goods: Goods) -> ProductRow:
    family = article.family
    is_kit = bool(article.components)
    return ProductRow(
        sku=goods.sku,
        product=article.name,
        group=article.key,
        tax_category=family.tax_category,
        price=goods.price,
        gtin=goods.gtin,
        unit=family.unit,
        description=article.description,
        brand="Terramare",
        category=f"{family.area} > {_('Sets')}" if is_kit else f"{family.area} > {family.category}",
        options=goods.options,
        attributes=(("Collezione", article.collection),),
        weight_grams=goods.weight_grams,
        length_mm=family.length_mm,
        width_mm=family.width_mm,
        height_mm=family.height_mm,
        hs_code=family.hs_code,
        origin_country=family.origin,
        components=tuple((sku, Decimal(quantity)) for sku, quantity in article.components),
    )


def _seed_pictures(by: User) -> int:
    """One per product, in the colour of its first variant."""
    products = dict(Product.objects.exclude(pk__in=Media.objects.values("product_id")).values_list("name", "pk"))
    wanted = [(place, article) for place, article in enumerate(articles()) if article.name in products]
    for start in range(0, len(wanted), PAGE):
        _add_pictures(wanted[start : start + PAGE], products, by)
    return len(wanted)


@atomic
def _add_pictures(wanted: list[tuple[int, Article]], products: dict[str, int], by: User) -> None:
    for place, article in wanted:
        picture = draw_picture(article.family.shape, article.variants[0].colour, place)
        file = File(io.BytesIO(picture), name=f"{article.key.lower()}.webp")
        add_image(products[article.name], by=by, file=file, alt=article.name)


@atomic
def _seed_places(by: User) -> int:
    made = 0
    for code, name, priority, aisles in WAREHOUSES:
        if Warehouse.objects.filter(code=code).exists():
            continue
        warehouse = Warehouse(code=code, name=name, priority=priority)
        save_master(warehouse, by=by)
        codes = [f"{aisle}{shelf:02d}-{place}" for aisle in aisles for shelf in range(1, SHELVES + 1) for place in range(1, PLACES + 1)]
        for bin_code in codes:
            save_master(Bin(warehouse=warehouse, code=bin_code, sort_key=bin_code), by=by)
        made += 1 + len(codes)
    return made


@atomic
def _seed_policies(by: User) -> int:
    """A third of the variants is divided, whole collections at a time: a kit and its components follow one policy."""
    skus = {goods.sku for article in articles() if is_divided(article) for goods in article.variants}
    wanted = Variant.objects.filter(sku__in=skus).exclude(pk__in=WindowPolicy.objects.exclude(variant=None).values("variant_id"))
    policies = [WindowPolicy(variant=variant, mode=Mode.SPLIT) for variant in wanted.order_by("pk")]
    for policy in policies:
        save_master(policy, by=by)
    return len(policies)


def is_divided(article: Article) -> bool:
    if article.family.area == "Dispensa":
        return int(article.key.rpartition("-")[2]) % SPLIT_PANTRY_EVERY == 0
    return article.collection in SPLIT_COLLECTIONS


def _seed_stock(by: User) -> int:
    """The opening count of both warehouses, each variant in a bin of its own."""
    arrived = set(Movement.objects.values_list("key", flat=True))
    variants = dict(Variant.objects.values_list("sku", "pk"))
    receipts: list[Move] = []
    for place, (code, _name, _priority, _aisles) in enumerate(WAREHOUSES):
        warehouse = Warehouse.objects.get(code=code)
        bins = list(Bin.objects.filter(warehouse=warehouse).order_by("sort_key").values_list("pk", flat=True))
        for number, goods in enumerate(goods for article in articles() for goods in article.variants):
            key, pieces = f"{OPENING}:{code}:{goods.sku}", Decimal(goods.pieces[place])
            if pieces and key not in arrived:
                bin_id = bins[number % len(bins)]
                receipts.append(Move(variants[goods.sku], warehouse.pk, pieces, Cause.RECEIPT, key, bin_id, OPENING_REASON, by=by))
    for start in range(0, len(receipts), PAGE):
        _post_page(receipts[start : start + PAGE])
    return len(receipts)


@atomic
def _post_page(receipts: list[Move]) -> None:
    post(open_ledger(receipts), receipts)


def _seed_customers(by: User) -> int:
    before = Party.objects.count()
    people = [person_of(customer) for customer in customers()]
    for start in range(0, len(people), PAGE):
        resolve_parties(people[start : start + PAGE])
    return Party.objects.count() - before


def person_of(customer: Customer) -> Person:
    place = customer.place
    return Person(
        source=SOURCE,
        email=customer.email,
        phone=customer.phone,
        first_name=customer.first_name,
        last_name=customer.last_name,
        company=customer.company,
        codice_fiscale=customer.codice_fiscale,
        partita_iva=customer.partita_iva,
        recipient_code=customer.recipient_code,
        pec=customer.pec,
        language="it",
        address=PostalAddress(
            name=customer.name,
            company=customer.company,
            street=customer.street,
            postcode=place.postcode,
            city=place.city,
            province=place.province,
            country="IT",
            phone=customer.phone,
        ),
    )
