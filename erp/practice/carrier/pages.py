"""The carrier's HTML: the list of its parcels, and the tracking page that a buyer opens from the shop's mail."""

import html
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from erp.core import clock
from erp.practice.carrier.store import CarrierStore
from erp.practice.carrier.travelling import WORDS, state, steps
from erp.practice.serving import Answer, Request

ROME = ZoneInfo("Europe/Rome")
LISTED = 200
NAME = "Corriere Regia Express"
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f6f8;color:#1d2733}
header{background:#0b3d66;padding:1rem 2rem}
header a{color:#fff;text-decoration:none;font-weight:700;font-size:1.2rem}
main{max-width:64rem;margin:1.5rem auto;padding:0 1rem}
section{background:#fff;border:1px solid #d9e0e7;border-radius:.6rem;padding:1rem 1.4rem;overflow-x:auto}
h1{font-size:1.4rem;margin:.2rem 0 1rem}
table{border-collapse:collapse;width:100%}
td,th{padding:.4rem .8rem;border-bottom:1px solid #e6ebf0;text-align:left;vertical-align:top}
ol{list-style:none;margin:1rem 0 0;padding:0;border-left:3px solid #0b3d66}
li{padding:.3rem 0 .8rem 1rem}
time,.soft{color:#566575;font-size:.9rem}
.state{font-weight:600}
input{font:inherit;padding:.35rem .6rem;border:1px solid #8fa0b0;border-radius:.35rem}
button{font:inherit;font-weight:600;color:#fff;background:#0b3d66;border:0;border-radius:.4rem;padding:.45rem 1rem}
"""


class Pages:
    def __init__(self, store: CarrierStore) -> None:
        self._store = store

    def answer(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return page(405, "Metodo non ammesso", "<p>Questa pagina si può solo leggere.</p>")
        if request.path == "/":
            return self._listed(dict(request.query).get("numero", "").strip())
        if request.path.startswith("/track/"):
            return self._tracked(request.path.removeprefix("/track/").strip("/"))
        return page(404, "Pagina inesistente", '<p><a href="/">Torna alle spedizioni</a></p>')

    def _listed(self, wanted: str) -> Answer:
        if wanted:
            return Answer(303, b"", {"Location": f"/track/{quote(wanted, safe='')}"})
        rows = self._store.rows("SELECT * FROM parcels ORDER BY id DESC LIMIT ?", LISTED)
        head = "<tr><th>Tracking</th><th>Riferimento</th><th>Servizio</th><th>Instradamento</th><th>Contrassegno</th><th>Stato</th></tr>"
        body = "".join(_row(row) for row in rows) or '<tr><td colspan="6">Nessuna spedizione.</td></tr>'
        form = '<form><label>Numero di tracking <input name="numero" required></label> <button>Cerca</button></form><br>'
        return page(200, "Spedizioni", f"{form}<table>{head}{body}</table>")

    def _tracked(self, tracking: str) -> Answer:
        rows = self._store.rows("SELECT * FROM parcels WHERE tracking = ?", tracking)
        if not rows:
            text = f"<p>Nessuna spedizione con il numero {html.escape(tracking)}. Controlla il numero e riprova.</p>"
            return page(404, "Spedizione non trovata", text)
        parcel, now = rows[0], clock.now()
        events = "".join(
            f"<li><time>{moment(each.at)}</time><br>{html.escape(each.text)} <span class='soft'>{html.escape(each.place)}</span></li>"
            for each in reversed(steps(parcel, now))
        )
        status = f'<p class="state">{WORDS[state(parcel, now)].capitalize()}</p>'
        cash = f"<p>Contrassegno: € {html.escape(parcel['cash'])}</p>" if parcel["cash"] else ""
        return page(200, f"Spedizione {html.escape(tracking)}", f"{status}{cash}<ol>{events}</ol>")


def _row(row: dict[str, Any]) -> str:
    cells = (
        f'<a href="/track/{row["tracking"]}">{row["tracking"]}</a>',
        html.escape(row["reference"]),
        html.escape(row["service"].capitalize()),
        html.escape(row["routing"]),
        f"€ {html.escape(row['cash'])}" if row["cash"] else "",
        f'<span class="state">{WORDS[state(row, clock.now())]}</span>',
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def moment(value: datetime) -> str:
    return value.astimezone(ROME).strftime("%d/%m/%Y %H:%M")


def page(status: int, title: str, content: str) -> Answer:
    text = (
        f'<!DOCTYPE html><html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<link rel="icon" href="data:,">'
        f'<title>{title} - {NAME}</title><style>{STYLE}</style></head><body><header><a href="/">{NAME}</a></header>'
        f"<main><section><h1>{title}</h1>{content}</section></main></body></html>"
    )
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=UTF-8"})
