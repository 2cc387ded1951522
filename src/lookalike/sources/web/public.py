"""Checks whether an address is reachable for everybody on the internet."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

# Networks that `is_global` accepts in some versions of Python.
_NOT_PUBLIC_4 = [
    IPv4Network("192.0.0.0/24"),  # protocol assignments; one cloud has its metadata there
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("168.63.129.16/32"),  # a cloud's own services, visible only to its machines
]
_PUBLIC_6 = IPv6Network("2000::/3")
"""All assigned addresses. NAT64, IPv4-compatible, site-local and multicast ones are outside."""
_NOT_PUBLIC_6 = [
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address may be inside
    IPv6Network("3fff::/20"),  # documentation
]


def is_public(address: str) -> bool:
    """Whether `address`, which is numeric, belongs to the public internet.

    An IPv4 address written as IPv6, such as `::ffff:10.0.0.1`, is checked as IPv4. IPv6 addresses
    that contain an IPv4 address in other ways are never public.
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, IPv6Address):
        return found in _PUBLIC_6 and not any(found in network for network in _NOT_PUBLIC_6)
    return not any(found in network for network in _NOT_PUBLIC_4)
