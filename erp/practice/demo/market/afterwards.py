"""What the shop's staff do to an order after it was placed: edits, cancels, refunds, money seen on the bank account."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from erp.practice.woocommerce import Control

CHANGED = 0.42
Act = Callable[[Control, "Placed", random.Random], None]


@dataclass(frozen=True)
class Placed:
    """An order as its buyer knows it; `pieces` are those of its lines, in order."""

    order_id: int
    order_key: str
    status: str
    method: str
    total: str
    pieces: tuple[int, ...]


def choose_change(placed: Placed, chance: random.Random) -> Act | None:
    """What will happen to this order, None for most."""
    if chance.random() >= CHANGED:
        return None
    return chance.choice(LATER)


def change_order(control: Control, placed: Placed, act: Act, chance: random.Random) -> bool:
    """Do it; False when the shop's own rules refuse, as they refuse its staff."""
    try:
        act(control, placed, chance)
    except ValueError:
        return False
    return True


def _cancel(control: Control, placed: Placed, chance: random.Random) -> None:
    control.staff("cancel_order", order_id=placed.order_id)


def _refund_pieces(control: Control, placed: Placed, chance: random.Random) -> None:
    _refund(control, placed, chance, restock=True)


def _refund_broken_pieces(control: Control, placed: Placed, chance: random.Random) -> None:
    _refund(control, placed, chance, restock=False)


def _refund(control: Control, placed: Placed, chance: random.Random, *, restock: bool) -> None:
    line = chance.randrange(len(placed.pieces))
    lines = {str(line): chance.randint(1, placed.pieces[line])}
    control.staff("refund", order_id=placed.order_id, lines=lines, restock=restock, reason="Pezzo difettoso")


def _refund_amount(control: Control, placed: Placed, chance: random.Random) -> None:
    control.staff("refund", order_id=placed.order_id, amount=f"{chance.randint(100, 300) / 100:.2f}", reason="Sconto per il ritardo")


def _refund_all_pieces(control: Control, placed: Placed, chance: random.Random) -> None:
    lines = {str(line): pieces for line, pieces in enumerate(placed.pieces)}
    control.staff("refund", order_id=placed.order_id, lines=lines, restock=True, reason="Reso completo")


def _refund_all_money(control: Control, placed: Placed, chance: random.Random) -> None:
    """By amount alone: the order is refunded, and nobody says whether the pieces come back."""
    control.staff("refund", order_id=placed.order_id, reason="Pacco smarrito")


def _fewer(control: Control, placed: Placed, chance: random.Random) -> None:
    line = max(range(len(placed.pieces)), key=placed.pieces.__getitem__)
    quantity = placed.pieces[line] - 1
    if quantity or len(placed.pieces) > 1:
        control.staff("change_quantity", order_id=placed.order_id, line=line, quantity=quantity)


def _more(control: Control, placed: Placed, chance: random.Random) -> None:
    line = chance.randrange(len(placed.pieces))
    control.staff("change_quantity", order_id=placed.order_id, line=line, quantity=placed.pieces[line] + 1)


def _moved_house(control: Control, placed: Placed, chance: random.Random) -> None:
    control.staff("change_address", order_id=placed.order_id, shipping={"address_1": f"Via Nuova, {chance.randint(1, 90)}"})


def _complete(control: Control, placed: Placed, chance: random.Random) -> None:
    control.staff("set_order_status", order_id=placed.order_id, status="completed")


LATER: tuple[Act, ...] = (
    *(_cancel,) * 5,
    *(_refund_pieces,) * 3,
    *(_refund_broken_pieces,) * 1,
    *(_refund_amount,) * 2,
    *(_refund_all_pieces,) * 2,
    *(_refund_all_money,) * 1,
    *(_fewer,) * 3,
    *(_more,) * 1,
    *(_moved_house,) * 1,
    *(_complete,) * 1,
)


def money_arrived(control: Control, placed: Placed, chance: random.Random) -> None:
    """The bank transfer is on the account: the shop's staff let the order go."""
    control.staff("set_order_status", order_id=placed.order_id, status="processing")


def placed_order(answer: dict[str, Any], method: str, pieces: tuple[int, ...]) -> Placed:
    return Placed(answer["order_id"], answer["order_key"], answer["status"], method, answer["total"], pieces)
