"""What of the money in a set counts: nobody earns less than nothing, nobody gets back more than was paid, and a key
that everybody can read says no sum beyond any purchase. What does not count leaves the event without its amount.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingtai.customers.errors import (
    AmountBeyondPublicKey,
    OrderAlreadyComplete,
    OrderBelowZero,
    OrderOfSeveralPeople,
    RefundBeyondPayment,
    RefundOfUnknownOrder,
)
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.batch import Batch
from yingtai.customers.ingest.commerce import MILS
from yingtai.customers.ingest.ordering import Key, Order, Orders, Payers, in_books
from yingtai.customers.ingest.people import COMPLETED, REFUNDED, order_blinds
from yingtai.customers.rules import PROVING_DOOR
from yingtai.kernel.errors import ProductError
from yingtai.kernel.money import NO_CENTS, SMALL_UNITS
from yingtai.kernel.scope import BRAND_SHIFT

MOST_BY_PUBLIC_KEY = 10_000_000
"""In whole units of a currency, for one event of a page or an app; files and secret keys have the wide bound of
`commerce.MOST_MONEY`."""
MOST_OF_SMALL_UNITS = 1_000 * MOST_BY_PUBLIC_KEY
MOST_PIECES = 1_000_000

Odd = dict[type[ProductError], np.ndarray]


def settle(batch: Batch, whose: np.ndarray, payers: Payers) -> tuple[EventSet, Odd, dict[int, bytes]]:
    """Return the set with the money that counts, the rows whose amount does not, by the reason, and for each return of
    an order that is known by whose word that was paid.

    In:   whose  the number of the profile of each event, 0 for nobody
    Cost: comparisons of whole columns; one look-up of orders and a step for each return, and for each order that a
          public key completes, when there are some
    """
    events, public = batch.set.events, batch.from_public()
    amounts, has = _numbers(events, "amount_minor")
    is_completed, is_refund = (has & _is(events, name) for name in (COMPLETED, REFUNDED))
    limits = _limits(events) if public.any() else np.zeros(len(events), np.int64)
    below = is_completed & (amounts < 0)
    beyond = has & public & ~below & (np.abs(amounts) > limits)
    again, several = _again(batch, is_completed & (amounts > 0), public & ~beyond, whose, payers)
    counted = np.where(below | beyond | again, 0, amounts)
    returns = np.flatnonzero(is_refund & ~beyond)
    unknown, more, charged = _cap(batch, counted, returns, whose, payers)
    odd: Odd = {
        OrderBelowZero: np.flatnonzero(below),
        OrderAlreadyComplete: np.flatnonzero(again),
        OrderOfSeveralPeople: np.flatnonzero(several),
        RefundOfUnknownOrder: unknown,
        RefundBeyondPayment: more,
    }
    changed = np.zeros(len(events), bool)
    changed[np.concatenate([np.flatnonzero(below | beyond | again), unknown, more])] = True
    pieces = _too_many(events, public)
    lines, lines_beyond = _lines(batch.set.lines, changed, public, limits)
    odd[AmountBeyondPublicKey] = np.flatnonzero(beyond | pieces | lines_beyond)
    if changed.any():
        events = _with(
            events, "amount_minor", pa.array(counted, pa.int64(), mask=~has | (changed & (counted == 0)))
        )
    if pieces.any():
        events = _with(events, "quantity", pc.if_else(pa.array(~pieces), events["quantity"], None))
    return EventSet(events, lines), odd, charged


def _again(
    batch: Batch, completed: np.ndarray, public: np.ndarray, whose: np.ndarray, payers: Payers
) -> tuple[np.ndarray, np.ndarray]:
    """Say which orders that a public key completes were complete before: by the same browser or person, for a page that
    is loaded again says so again, or by a door that proves it; and which of the others somebody else completed too."""
    again, several = np.zeros(len(completed), bool), np.zeros(len(completed), bool)
    keys = _keys(batch, np.flatnonzero(completed)) if (completed & public).any() else {}
    if not keys:
        return again, several
    words = {row: (payers.marks[row].tobytes(), int(whose[row])) for row in keys}
    books = in_books(batch, [(keys[row], *words[row]) for row in keys if public[row]])
    said = {key: [(payer, one.profile_no) for payer, one in held.items()] for key, held in books.items()}
    for row, key in keys.items():
        if not public[row]:
            said.setdefault(key, []).append(words[row])
    moments = batch.moments("occurred_at")
    for row in sorted((row for row in keys if public[row]), key=moments.__getitem__):
        before, (mark, person) = said.setdefault(keys[row], []), words[row]
        again[row] = any(payer in (mark, PROVING_DOOR) or 0 != who == person for payer, who in before)
        several[row] = bool(before) and not again[row]
        before.append(words[row])
    return again, several


def _cap(
    batch: Batch, counted: np.ndarray, returns: np.ndarray, whose: np.ndarray, payers: Payers
) -> tuple[np.ndarray, np.ndarray, dict[int, bytes]]:
    """Set what counts of returns, the earliest first. Return the rows of those that a public key said of orders that
    its browser did not pay, of those that are more than what was left, and by whose word what came back was paid."""
    keys, public = _keys(batch, returns), batch.from_public()
    orders = _known(batch, keys, counted, whose, payers) if keys else {}
    currencies = _texts(batch.set.events, "currency", returns)
    currency_of = dict(zip(returns.tolist(), currencies, strict=True))
    unknown, more = [], []
    charged: dict[int, bytes] = {}
    for row in returns[np.argsort(batch.moments("occurred_at")[returns], kind="stable")].tolist():
        held, said = orders.get(keys.get(row, (0, b"")), {}), int(counted[row])
        payer = _payer(held, row, public, whose, payers)
        order = held.get(payer)
        if order is not None and order.currency == currency_of[row]:
            back = min(abs(said), max(order.left, 0))
            held[payer] = order._replace(left=order.left - back)
            counted[row] = back if said > 0 else -back
            more += [row] if back < abs(said) else []
            charged |= {row: payer} if back else {}
        elif public[row]:
            counted[row] = 0
            unknown.append(row)
    return np.array(unknown, np.int64), np.array(more, np.int64), charged


def _payer(
    held: Mapping[bytes, Order], row: int, public: np.ndarray, whose: np.ndarray, payers: Payers
) -> bytes:
    """Return by whose word the order was paid that a return belongs to. For a page its own browser's; else that of a
    proving door, or whatever pages said of the same person: a stranger's word bounds no return that is proven."""
    if public[row]:
        return payers.marks[row].tobytes() if payers.is_browser[row] else b""
    theirs = {payer: one for payer, one in held.items() if 0 != one.profile_no == whose[row]}
    if PROVING_DOOR in held or not theirs:
        return PROVING_DOOR
    return max(theirs, key=lambda payer: theirs[payer].left)


def _known(
    batch: Batch, keys: Mapping[int, Key], amounts: np.ndarray, whose: np.ndarray, payers: Payers
) -> Orders:
    """Return what may still come back of the orders that are in the books, or complete in this set."""
    known = in_books(
        batch, [(key, payers.marks[row].tobytes(), int(whose[row])) for row, key in keys.items()]
    )
    events = batch.set.events
    named = {text for text in _texts(events, "order_id", np.array(list(keys), np.int64)) if text}
    is_named = pc.is_in(events["order_id"].cast(pa.string()), value_set=pa.array(named, pa.string()))
    rows = np.flatnonzero((amounts > 0) & _is(events, COMPLETED) & is_named.to_numpy())
    rows = rows[np.argsort(batch.moments("occurred_at")[rows], kind="stable")]
    currencies = _texts(events, "currency", rows)
    for (row, key), currency in zip(_keys(batch, rows).items(), currencies, strict=True):
        if currency is not None:
            order = Order(currency, int(amounts[row]), int(whose[row]))
            known.setdefault(key, {}).setdefault(payers.marks[row].tobytes(), order)
    return known


def _keys(batch: Batch, rows: np.ndarray) -> dict[int, Key]:
    """Return the brand and the blind index of the order that each row names."""
    texts = _texts(batch.set.events, "order_id", rows)
    named = [(row, text) for row, text in zip(rows.tolist(), texts, strict=True) if text]
    places = np.array([row for row, _ in named], np.int64)
    brands = batch.numbers("node_no")[places] >> BRAND_SHIFT
    blinds = order_blinds([text for _, text in named], brands)
    return {
        row: (brand, blind.tobytes())
        for row, brand, blind in zip(places.tolist(), brands.tolist(), blinds, strict=True)
    }


def _limits(events: pa.Table) -> np.ndarray:
    """Return the most that a public key may say, by event, in minor units of its currency."""
    if "currency" not in events.column_names:
        return np.full(len(events), MOST_BY_PUBLIC_KEY * 100)
    codes = events["currency"].cast(pa.string())
    most = np.where(_among(codes, SMALL_UNITS), MOST_OF_SMALL_UNITS, MOST_BY_PUBLIC_KEY)
    return most * np.where(_among(codes, NO_CENTS), 1, np.where(_among(codes, MILS), 1_000, 100))


def _lines(
    lines: pa.Table | None, changed: np.ndarray, public: np.ndarray, limits: np.ndarray
) -> tuple[pa.Table | None, np.ndarray]:
    """Return the lines of orders without the amounts that do not count, and which events had lines beyond the bound."""
    beyond = np.zeros(len(changed), bool)
    if lines is None:
        return None, beyond
    of = lines["event_row"].to_numpy()
    if public.any():
        amounts, _has = _numbers(lines, "amount_minor")
        pieces = np.abs(lines["quantity"].fill_null(0).to_numpy())
        # Summed as floats: a thousand lines of the widest amounts are more than a whole number holds.
        sums = np.bincount(of, np.abs(amounts.astype(np.float64)), len(changed))
        beyond = public & ((sums > limits) | (np.bincount(of, pieces, len(changed)) > MOST_PIECES))
    gone = pa.array(~(changed | beyond)[of])
    lines = _with(lines, "amount_minor", pc.if_else(gone, lines["amount_minor"], None))
    if beyond.any():
        lines = _with(lines, "quantity", pc.if_else(pa.array(~beyond[of]), lines["quantity"], None))
    return lines, beyond


def _too_many(events: pa.Table, public: np.ndarray) -> np.ndarray:
    if "quantity" not in events.column_names:
        return np.zeros(len(events), bool)
    too_many: np.ndarray = public & (np.abs(events["quantity"].fill_null(0).to_numpy()) > MOST_PIECES)
    return too_many


def _numbers(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of whole numbers, 0 where it says nothing, and where it says something."""
    if name not in table.column_names:
        return np.zeros(len(table), np.int64), np.zeros(len(table), bool)
    column = table[name]
    return np.asarray(column.fill_null(0).to_numpy(), np.int64), column.is_valid().to_numpy()


def _is(events: pa.Table, name: str) -> np.ndarray:
    if "event" not in events.column_names:
        return np.zeros(len(events), bool)
    return _among(events["event"].cast(pa.string()), {name})


def _among(texts: pa.ChunkedArray, these: frozenset[str] | set[str]) -> np.ndarray:
    found: np.ndarray = pc.is_in(texts, value_set=pa.array(sorted(these), pa.string())).to_numpy()
    return found


def _texts(events: pa.Table, name: str, rows: np.ndarray) -> list[str | None]:
    if name not in events.column_names:
        return [None] * len(rows)
    texts: list[str | None] = events[name].take(pa.array(rows)).cast(pa.string()).to_pylist()
    return texts


def _with(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)
