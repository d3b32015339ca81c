"""Short codes for people: what the audit log and lists call somebody who has no name there. Pure."""

from yingtai.kernel.scope import BRAND_SHIFT

CODE_SIGNS, SHORTEST_CODE, LONGEST_CODE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 5, 9


def code_of(profile_no: int) -> str:
    """Return a short code that tells a nameless profile from others of its brand: `7K-3F2`."""
    rest, signs = profile_no % 2**BRAND_SHIFT, ""
    while rest or len(signs) < SHORTEST_CODE:
        rest, place = divmod(rest, len(CODE_SIGNS))
        signs = CODE_SIGNS[place] + signs
    return f"{signs[:-3]}-{signs[-3:]}"


def number_of(code: str) -> int | None:
    """Return whose code it is, in small letters or without its hyphen too; None when it is nobody's."""
    signs = code.strip().upper().replace("-", "")
    if not SHORTEST_CODE <= len(signs) <= LONGEST_CODE or set(signs) - set(CODE_SIGNS):
        return None
    number = 0
    for sign in signs:
        number = number * len(CODE_SIGNS) + CODE_SIGNS.index(sign)
    return number
