"""How many random cases a property is tried with."""

from hypothesis import settings


def cases(count: int) -> int:
    """Of `count` cases, as many as the profile of hypothesis asks for. With `--quick` a fifth."""
    return max(count * settings().max_examples // 100, 1)
