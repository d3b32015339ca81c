"""Where a request comes from, through proxies that are named and none that is not."""

import ipaddress
from functools import lru_cache

from yingtai.kernel.env import env

NOWHERE = "0.0.0.0"  # noqa: S104 - not a place to listen


def client_address(peer: str, forwarded: str) -> str:
    """Return the address a request comes from: what a named proxy says of it, else who is at the other end.

    In: peer       who is at the other end
        forwarded  X-Forwarded-For as it came, "" without
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and _is_proxy(peer):
        # The last hop is what our own proxy saw; what stands before it may be anybody's word.
        peer = hops.pop()
    return peer if _is_address(peer) else NOWHERE


@lru_cache(maxsize=4_096)
def sharer(address: str) -> str:
    """Return who shares: an IPv4 address, or the network of an IPv6 one, for whoever has one has all of its 2⁶⁴."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), 64), strict=False))


@lru_cache(maxsize=4_096)
def network_of(address: str) -> str:
    """Return the network an address belongs to, of a size that one party has: the /24 of IPv4, the /48 of IPv6; "" for
    what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    plain = (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
    return str(ipaddress.ip_network((plain, 24 if plain.version == 4 else 48), strict=False))


def _is_proxy(address: str) -> bool:
    return _is_address(address) and any(
        ipaddress.ip_address(address) in network for network in env().proxy_networks
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
