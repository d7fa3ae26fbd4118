"""The shop's HTML: one sheet of style, one window with a basket form, one page per order."""

import html
from typing import Any

from erp.practice.serving import Answer

FISCAL = ("piva", "cf", "codice_destinatario", "pec")
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#faf8f5;color:#2b2622}
header{background:#fff;border-bottom:1px solid #e6dfd6;padding:1rem 2rem}
main{max-width:68rem;margin:1.5rem auto;padding:0 1rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:1rem}
.card{background:#fff;border:1px solid #e6dfd6;border-radius:.6rem;padding:.7rem}
.card img{width:100%;border-radius:.4rem}
.card h3{font-size:1rem;margin:.4rem 0 .2rem}
.price{font-weight:600}
.stock{color:#6f675e;font-size:.85rem}
.bad{color:#a3271f}
fieldset{border:1px solid #e6dfd6;border-radius:.6rem;background:#fff;margin:1.5rem 0}
label{display:inline-block;margin:.3rem .8rem .3rem 0}
input,select,textarea{font:inherit;padding:.3rem .5rem;border:1px solid #cfc6bb;border-radius:.35rem}
input[type=number]{width:4.5rem}
button{font:inherit;font-weight:600;color:#fff;background:#7a4a2b;border:0;border-radius:.45rem;padding:.6rem 1.4rem;cursor:pointer}
table{border-collapse:collapse;background:#fff}
td,th{padding:.35rem .8rem;border-bottom:1px solid #e6dfd6;text-align:left}
.note,.parcels a{overflow-wrap:anywhere}
@media (max-width:40rem){header{padding:.5rem 1rem}header h1{font-size:1.4rem;margin:.3rem 0}td,th{padding:.35rem .4rem}}
"""
LABELS = {
    "first_name": "Nome",
    "last_name": "Cognome",
    "company": "Azienda",
    "address_1": "Indirizzo",
    "postcode": "CAP",
    "city": "Città",
    "state": "Provincia",
    "country": "Paese",
    "email": "E-mail",
    "phone": "Telefono",
    "piva": "Partita IVA",
    "cf": "Codice fiscale",
    "codice_destinatario": "Codice destinatario",
    "pec": "PEC",
}
STATUS_WORDS = {
    "pending": "in attesa di pagamento",
    "processing": "in lavorazione",
    "on-hold": "in sospeso: attendiamo il pagamento",
    "completed": "completato",
    "cancelled": "annullato",
    "refunded": "rimborsato",
    "failed": "pagamento non riuscito",
}


def page(status: int, name: str, content: str) -> Answer:
    text = (
        f'<!DOCTYPE html><html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<link rel="icon" href="data:,">'
        f"<title>{name}</title><style>{STYLE}</style></head><body><header><h1>{name}</h1></header><main>{content}</main></body></html>"
    )
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=UTF-8"})


def euro(amount: str) -> str:
    """`1249.00` as Italians write it; nothing where there is no price."""
    return f"{float(amount):,.2f} €".translate(str.maketrans(",.", ".,")) if amount else ""


def _stock_words(product: dict[str, Any]) -> str:
    if not product["manage_stock"]:
        return "Disponibile" if product["stock_status"] == "instock" else "Esaurito"
    if (product["stock_quantity"] or 0) > 0:
        return f"{product['stock_quantity']} disponibili"
    return "Su ordinazione" if product["backorders"] != "no" else "Esaurito"


def _card(product: dict[str, Any]) -> str:
    name = html.escape(product["name"])
    price = euro(product["sale_price"] or product["regular_price"])
    return (
        f'<div class="card"><img src="/media/{product["id"]}.svg" alt="{name}"><h3>{name}</h3>'
        f'<div class="price">{price}</div><div class="stock">{_stock_words(product)}</div>'
        f'<label>Quantità <input type="number" name="quantity_{product["id"]}" min="0" value="0"></label></div>'
    )


def _field(name: str) -> str:
    kind = "email" if name == "email" else "text"
    value = "IT" if name == "country" else ""
    return f'<label>{LABELS[name]} <input type="{kind}" name="billing_{name}" value="{value}"></label>'


def _options(rows: list[dict[str, Any]], key: str) -> str:
    return "".join(f'<option value="{row[key]}">{html.escape(row["title"])}</option>' for row in rows)


def window(products: list[dict[str, Any]], gateways: list[dict[str, Any]], methods: list[dict[str, Any]]) -> str:
    cards = "".join(_card(product) for product in products)
    address = "".join(_field(name) for name in LABELS)
    return (
        f'<form method="post" action="/checkout"><div class="grid">{cards}</div><fieldset><legend>I tuoi dati</legend>{address}</fieldset>'
        f"<fieldset><legend>Spedizione e pagamento</legend>"
        f'<label>Spedizione <select name="shipping_method">{_options(methods, "instance_id")}</select></label>'
        f'<label>Pagamento <select name="payment_method">{_options(gateways, "id")}</select></label>'
        f'<label>Codice promozionale <input name="coupon_code"></label><label>Note <textarea name="order_comments"></textarea></label>'
        f"</fieldset><button>Effettua l'ordine</button></form>"
    )


def order_summary(order: dict[str, Any], total: str, parcels: list[dict[str, str]], notes: list[str]) -> str:
    """What the buyer sees of an order: goods, money, parcels with their links, and what the shop has written about it."""
    rows = "".join(f"<tr><td>{html.escape(line['name'])}</td><td>{line['quantity']}</td></tr>" for line in order["line_items"])
    words = STATUS_WORDS.get(order["status"], order["status"])
    pay = '<form method="post"><button>Paga ora</button></form>' if order["status"] in ("pending", "failed") else ""
    return (
        f"<h2>Ordine n. {order['id']}: {words}</h2><table><tr><th>Prodotto</th><th>Quantità</th></tr>{rows}</table>"
        f'<p class="price">Totale {euro(total)}</p>{pay}{_parcels(parcels)}{_notes(notes)}<p><a href="/">Torna al negozio</a></p>'
    )


def _parcels(parcels: list[dict[str, str]]) -> str:
    if not parcels:
        return ""
    rows = "".join(
        f"<tr><td>{parcel['day']}</td><td>{html.escape(parcel['carrier'])}</td><td>{_tracking(parcel)}</td></tr>" for parcel in parcels
    )
    return f'<h3>Spedito</h3><table class="parcels"><tr><th>Giorno</th><th>Corriere</th><th>Numero di spedizione</th></tr>{rows}</table>'


def _tracking(parcel: dict[str, str]) -> str:
    number = html.escape(parcel["number"])
    if not parcel["link"].startswith(("https://", "http://")):
        return number
    return f'<a href="{html.escape(parcel["link"])}" rel="noreferrer">{number}</a>'


def _notes(notes: list[str]) -> str:
    """Every note to the buyer was mailed too, as the platform does it."""
    if not notes:
        return ""
    return "<h3>Aggiornamenti</h3>" + "".join(f'<p class="note">{html.escape(note)}</p>' for note in notes)
