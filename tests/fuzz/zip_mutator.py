"""Archives that are changed: their members, and the fields of their headers."""

import io
import struct
import zipfile
import zlib

from fuzz import byte_mutator
from fuzz.corpus import members, repacked

_SIGNATURES = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07")


def mutated(rng, whole, others):
    """Return an archive changed.

    Args:
        rng: A `random.Random`.
        whole: The archive.
        others: Others, parts of which may come in.
    """
    if rng.random() < 0.02:
        return _bomb(rng, whole)
    way = rng.randrange(5)
    if way < 3:
        places = [at + 8 for at in byte_mutator.places_of(whole, _SIGNATURES)]
        return byte_mutator.mutated(rng, whole, others, places)
    if way == 3:
        return _other_members(rng, whole)
    parts = members(whole)
    name = rng.choice(sorted(parts))
    part = byte_mutator.mutated(rng, parts[name])
    return repacked(whole, {name: part}, rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _other_members(rng, whole):
    """Members left out, changed for each other, there twice, or with names of other places."""
    parts = list(members(whole).items())
    for _ in range(rng.choice((1, 2))):
        at = rng.randrange(len(parts))
        way, (name, part) = rng.randrange(5), parts[at]
        if way == 0:
            del parts[at]
        elif way == 1:
            parts[at] = name, rng.choice(parts)[1]
        elif way == 2:
            parts.append((name, rng.choice((part, b"", b"{}"))))
        elif way == 3:
            names = ("../" + name, "/etc/" + name, "C:\\x", "assets/layers/x/vocabulary.txt", "é\0")
            parts.append((rng.choice(names), part))
        else:
            parts.extend((f"{count}.txt", b"") for count in range(rng.choice((10, 500))))
        if not parts:
            break
    result = io.BytesIO()
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(result, "w") as archive:
        for name, part in parts:
            info = zipfile.ZipInfo(name)
            kind = rng.choice(kinds) if rng.random() < 0.3 else zipfile.ZIP_STORED
            # zipfile warns of names that are there.
            info.compress_type = kind
            if name in archive.NameToInfo:
                del archive.NameToInfo[name]
            archive.writestr(info, part)
    return result.getvalue()


def _bomb(rng, whole):
    """A member that unpacks to far more than it takes, whose header may say less."""
    name = rng.choice(("config.json", "model.weights.h5", "cornu.json"))
    size = rng.choice((2**20, 2**23, 2**25))
    found = bytearray(repacked(whole, {name: b" " * size}))
    if rng.random() < 0.5:
        says = rng.choice((0, 1, 100, 2**32 - 1)), zlib.crc32(b" " * size)
        packed = struct.pack("<I", size)
        at = found.find(packed)
        while at >= 0 and says[0] != size:
            found[at : at + 4] = struct.pack("<I", says[0])
            at = found.find(packed, at + 4)
    return bytes(found)
