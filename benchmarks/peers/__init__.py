"""The peers: what each is called, and the module that runs it."""

from __future__ import annotations

from dataclasses import dataclass

# What can be measured; a module of this package makes a task of those it can.
#   train      epochs of training, as the peer's users write it; the loss of the last one
#   predict    one row through `predict`
#   call       one row by the shortest way that the peer has, `model(x)`
#   rows       all rows at once, or in the chunks that suit the peer best
#   small-fit  `fit` of one epoch, call by call
KINDS = ("train", "predict", "call", "rows", "small-fit")


@dataclass(frozen=True)
class Peer:
    name: str
    label: str  # in tables
    module: str  # peers.MODULE
    mode: str  # which of the module's peers
    distributions: tuple[str, ...]  # what to install for it
    kinds: tuple[str, ...]
    # A peer whose threads follow nothing but the processors that its process may use.
    follows_affinity: bool = False
    # What it is trained on; None: everything.
    trains: tuple[str, ...] | None = None


_SEQUENTIAL = KINDS
PEERS = {
    peer.name: peer
    for peer in (
        Peer("cornu", "cornu", "with_sequential", "cornu", ("cornu",), _SEQUENTIAL),
        Peer(
            "keras-jax",
            "Keras (JAX)",
            "with_sequential",
            "jax",
            ("keras", "jax"),
            _SEQUENTIAL,
            follows_affinity=True,
        ),
        Peer(
            "keras-torch",
            "Keras (torch)",
            "with_sequential",
            "torch",
            ("keras", "torch"),
            _SEQUENTIAL,
        ),
        Peer(
            "keras-tensorflow",
            "Keras (TensorFlow)",
            "with_sequential",
            "tensorflow",
            ("keras", "tensorflow"),
            _SEQUENTIAL,
            follows_affinity=True,
        ),
        Peer(
            "jax-scan",
            "jax (compiled)",
            "with_jax",
            "",
            ("jax",),
            ("train", "call", "rows"),
            follows_affinity=True,
        ),
        Peer("torch", "torch", "with_torch", "eager", ("torch",), ("train", "call", "rows")),
        Peer("torch-compile", "torch.compile", "with_torch", "compile", ("torch",), ("train",)),
        Peer(
            "sklearn",
            "scikit-learn",
            "with_sklearn",
            "",
            ("scikit-learn",),
            ("train", "predict", "small-fit"),
        ),
        Peer(
            "onnxruntime",
            "onnxruntime",
            "with_onnxruntime",
            "",
            ("onnxruntime", "onnx"),
            ("call", "rows"),
        ),
        Peer(
            "fann",
            "FANN",
            "with_fann",
            "",
            (),
            ("train",),
            # A row at a time, it would take minutes for an epoch of the others.
            trains=("notes", "digits", "tabular"),
        ),
        Peer("numpy", "NumPy by hand", "with_numpy", "", ("numpy",), ("train", "call", "rows")),
    )
}
