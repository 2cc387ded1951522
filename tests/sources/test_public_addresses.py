"""Which addresses `fetch="public"` may connect to."""

import pytest

from lookalike.sources.web.public import is_public


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    "address",
    words(
        """
        0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.0.1
        169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.9 192.0.0.192 192.0.2.1
        192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
        239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::7f00:1 ::808:808
        ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:808:808 64:ff9b::7f00:1
        64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1
        2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
        2002:7f00:1:: 2002:808:808:: 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%1
        fec0::1 ff02::1 ff0e::1
        """
    ),
)
def test_a_special_address_is_not_public(address: str) -> None:
    """Private, multicast and similar addresses are not public, nor are any with an IPv4 address
    inside.
    """
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    words(
        """
        1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
        169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 198.17.255.255
        198.20.0.0 223.255.255.254 ::ffff:8.8.8.8 2001:200::1 2001:4860:4860::8888 2003::1
        2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1
        """
    ),
)
def test_an_ordinary_address_is_public(address: str) -> None:
    """The neighbours of the special ones are."""
    assert is_public(address)
