"""Bytes that are changed without knowing what they mean."""

_SIZES = (1, 2, 4, 8)


def mutated(rng, data, others=(), hot=()):
    """Return bytes changed in one to eight places.

    Args:
        rng: A `random.Random`.
        data: The bytes.
        others: Bytes of the same kind, parts of which may come in.
        hot: Places that more is done at than elsewhere.
    """
    result = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if not result:
            break
        at = rng.choice(hot) + rng.randrange(-8, 72) if hot and rng.random() < 0.6 else None
        at = rng.randrange(len(result)) if at is None or not 0 <= at < len(result) else at
        _change(rng, result, at, others)
    return bytes(result)


def places_of(data, signatures):
    """Return where bytes begin with one of some signatures: of each of these in its turn."""
    found = []
    for signature in signatures:
        at = data.find(signature)
        while at >= 0:
            found.append(at)
            at = data.find(signature, at + 1)
    return found


def _change(rng, data, at, others):
    way = rng.randrange(8)
    if way == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif way == 1:
        data[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    elif way in (2, 3):
        # A number: of an address, a length or a count, where it is aligned.
        size = rng.choice(_SIZES)
        at -= at % size if way == 2 else 0
        top = 1 << 8 * size
        choices = (0, 1, top - 1, top // 2, len(data), rng.randrange(len(data)), rng.randrange(top))
        data[at : at + size] = (rng.choice(choices) % top).to_bytes(size, "little")
    elif way == 4:
        size = rng.choice(_SIZES)
        number = int.from_bytes(data[at : at + size], "little") + rng.choice((-8, -1, 1, 8, 64))
        data[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, "little")
    elif way == 5:
        del data[at : at + rng.choice((1, 4, 8, 64, len(data)))]
    elif way == 6:
        source = rng.choice(others) if others and rng.random() < 0.5 else data
        start, size = rng.randrange(len(source)), rng.choice((8, 32, 256, 4096))
        data[at : at + size] = source[start : start + size]
    else:
        data[at:at] = bytes(rng.choice((1, 8, 512))) if rng.random() < 0.5 else data[: at % 512]
