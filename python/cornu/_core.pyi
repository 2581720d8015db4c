"""The C core as Python sees it: the contract between csrc/ext and the package.

Everything here checks types and shapes, works without the GIL, and raises TypeError, ValueError
(a value, shape, label or dtype that does not fit), RuntimeError (wrong moment: in training, not
compiled, forked) or MemoryError. No function copies or converts a whole array of the user's.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self, final

import numpy as np

# (Keras's name, parameters); missing parameters take Keras's defaults: ("leaky_relu", (0.2,)).
type ActivationSpec = tuple[str, tuple[float, ...]]
# (name, from_logits, label_smoothing, reduction); the name is Keras's function name
# ("mean_squared_error", "categorical_crossentropy", "huber"); the reduction
# "sum_over_batch_size", "sum" or "mean_with_sample_weight". A fifth item is the parameter of those
# that have one: the delta of "huber". A sixth and seventh are further numbers, a vector of float64
# (cornu_loss in csrc/cornu_losses.h), and what the loss is one number of: "row", "sample" or
# "batch".
#
# A loss that Python computes has the name "foreign" and a fifth item that is called with
# (y_true, y_pred, sample_weight or None, whether a gradient is wanted, mask of y_pred or None) for
# each batch, and returns (loss, gradient or None). The arrays are read-only copies; class ids
# are int32.
type ForeignLoss = Callable[
    [np.ndarray, np.ndarray, np.ndarray | None, bool, np.ndarray | None],
    tuple[float, np.ndarray | None],
]
type LossSpec = (
    tuple[str, bool, float, str]
    | tuple[str, bool, float, str, float]
    | tuple[str, bool, float, str, ForeignLoss]
    | tuple[str, bool, float, str, float, np.ndarray, str]
)
# (name, loss or None, threshold, k); names: "loss" (the mean of that loss), "accuracy",
# "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
# "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "cosine_similarity" (that loss,
# negated), "root_mean_squared_error", "pearson_correlation", "concordance_correlation".
# Metrics that keep sums ("counts", "squares", "covered", "confusion" and others of classes) have
# further (thresholds, flags, columns, class_id): a vector of float64; (even, widened, from_logits,
# soft, by_maximum); the columns that are summed apart, 1 for all together; the only column, or None
# (cornu_counts in csrc/cornu_losses.h).
type SumsSpec = tuple[
    str,
    None,
    float,
    int,
    np.ndarray,
    tuple[bool, bool, bool, bool, bool],
    int,
    int | None,
]
# A metric that Python computes is ("foreign", what is called, 0.0, 0); it is called with
# (y_true, y_pred, sample_weight or None, whether it begins anew, mask of y_pred or None) and
# returns its result so far.
type ForeignMetric = Callable[
    [np.ndarray, np.ndarray, np.ndarray | None, bool, np.ndarray | None], float
]
type MetricSpec = (
    tuple[str, LossSpec | None, float, int] | tuple[str, ForeignMetric, float, int] | SumsSpec
)
type Shape = tuple[int, ...]  # of one row, without the batch axis

@final
class Layer:
    """A layer of the core. Made by the functions below, never directly."""

    name: str
    trainable: bool
    supports_masking: bool  # whether it hands a mask on
    @property
    def dtype(self) -> str: ...
    @property
    def built(self) -> bool: ...
    def output_shape(self, input_shape: Shape, first_shape: Shape | None = None) -> Shape:
        """first_shape: what a layer that is not built yet would be built for, at its first place in
        a chain.
        """
    def build(self, input_shape: Shape) -> None: ...
    def add_weight(self, shape: Shape, dtype: str, trained: bool) -> np.ndarray:
        """Of a layer that Python computes, before it is built: a weight of zeros; a view of it."""
    def share_weight(self, view: np.ndarray, /) -> None:
        """Likewise: another layer's weight, by a view of it."""
    def hidden_spans(self) -> tuple[np.ndarray, ...]:
        """Views of what else goes with the weights: (draws, seed) of a layer that draws."""
    def take_weights(self, other: Layer, /) -> None:
        """Be built with the weights of a layer that differs in its activation alone."""
    def set_regularizer(
        self, index: int | None, kind: str, l1: float = 0.0, l2: float = 0.0
    ) -> None:
        """Before build; index None: of the output. kind: "l1_l2", "orthogonal_rows" and
        "orthogonal_columns" (l1 is the factor), "own".
        """
    def set_constraint(
        self,
        index: int,
        kind: str,  # "not_negative", "norm_between", "unit_norm", "own"
        first_axis: int = 0,
        axis_count: int = 0,
        least: float = 0.0,
        most: float = 0.0,
        rate: float = 0.0,
    ) -> None:
        """Before build."""
    def share_state(self, other: Layer, /) -> None:
        """Likewise, after all weights: what another layer draws from."""
    def spans(self) -> tuple[np.ndarray, ...]:
        """Writable views of the weights' own memory, which they keep alive; () before build."""

def dense(
    name: str, dtype: str, units: int, activation: ActivationSpec, use_bias: bool
) -> Layer: ...
def einsum_dense(
    name: str,
    dtype: str,
    taken: int,
    units: Shape,
    elides: bool,
    kept: Shape,
    activation: ActivationSpec,
    use_bias: bool,
) -> Layer:
    """The last `taken` axes become those of `units`; a size of `kept` that is 0 is any."""

def activation(name: str, dtype: str, activation: ActivationSpec) -> Layer: ...
def activation_along(
    name: str, dtype: str, activation: ActivationSpec, axes: Sequence[int]
) -> Layer: ...
def batch_normalization(
    name: str,
    dtype: str,
    axis: int,
    momentum: float,
    epsilon: float,
    center: bool,
    scale: bool,
    renorm: tuple[float, float, float, float] | None,
) -> Layer:
    """renorm: (momentum, the least and the most r, how far from 0 d may be); None: none."""

def spectral_normalization(name: str, layer: Layer, iterations: int) -> Layer:
    """layer: not built yet; it has the same weights, but for the second, the vector."""

def masking(name: str, dtype: str, value: float) -> Layer: ...
def flatten(name: str, dtype: str) -> Layer: ...
def flatten_channels_first(name: str, dtype: str) -> Layer: ...
def reshape(name: str, dtype: str, target_shape: Shape) -> Layer: ...
def group_normalization(
    name: str,
    dtype: str,
    groups: int,
    axis: int,
    epsilon: float,
    center: bool,
    scale: bool,
) -> Layer: ...
def normalization(
    name: str, dtype: str, axes: tuple[int, ...], floor: float, invert: bool
) -> Layer: ...
def row_normalization(
    name: str,
    dtype: str,
    kind: str,  # "layer", "rms" or "unit"
    axes: Sequence[int],
    epsilon: float,
    center: bool,
    scale: bool,
) -> Layer: ...
def prelu(name: str, dtype: str, shared_axes: Sequence[int]) -> Layer: ...
def permute(name: str, dtype: str, dims: Sequence[int]) -> Layer: ...
def repeat_vector(name: str, dtype: str, n: int) -> Layer: ...
def rescaling(
    name: str, dtype: str, scale: Sequence[float], offset: Sequence[float], channels_first: bool
) -> Layer:
    """channels_first: several of them are along the third last axis, not the last."""

def alpha_dropout(
    name: str, dtype: str, rate: float, noise_shape: tuple[int | None, ...] | None, seed: int
) -> Layer: ...
def gaussian_noise(
    name: str, dtype: str, deviation: float, multiplies: bool, seed: int
) -> Layer: ...
def dropout(
    name: str, dtype: str, rate: float, noise_shape: tuple[int | None, ...] | None, seed: int
) -> Layer: ...

class LayerPart(Protocol):
    """What the core calls of a layer that Python computes. Arrays are read-only copies."""

    def output_shape(self, row: Shape) -> Shape: ...
    def forward(
        self, x: np.ndarray, training: bool, place: int, mask: np.ndarray | None
    ) -> np.ndarray | tuple[np.ndarray, float]:
        """place: the same in the backward pass that follows; 0: none does. With the output may
        come what is added to the loss.
        """
    def output_mask(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
        """Where the layer makes masks: of bools, which places of the output count; None: all."""
    def backward(
        self,
        place: int,
        dy: np.ndarray,
        wanted: list[bool | np.ndarray | None],
        loss_scale: float,  # the derivative by what was added to the loss
    ) -> tuple[np.ndarray | None, ...]:
        """The derivatives by x, and by each weight for which `wanted` is not None; where it is an
        array, that added.
        """

def foreign(name: str, dtype: str, part: LayerPart, makes_mask: bool = False) -> Layer:
    """makes_mask: the part is asked for a mask of each output."""

@final
class Optimizer:
    """An optimizer's options, learning rate, step count and state."""

    learning_rate: float
    iterations: int
    def __new__(
        cls,
        kind: str,  # Keras's class, in small letters
        learning_rate: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        rho: float = 0.9,
        centered: bool = False,
        initial_accumulator_value: float = 0.0,
        learning_rate_power: float = 0.0,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        # (learning_rate, views, gradients): for the kind "own", which moves weights itself.
        step: Callable[[float, list[np.ndarray], list[np.ndarray]], object] | None = None,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        muon_a: float = 0.0,
        muon_b: float = 0.0,
        muon_c: float = 0.0,
        ns_steps: int = 0,
        rms_rate: float = 0.0,  # below 0: neither it nor the matrix's size counts
        adam_lr_ratio: float = 1.0,
        adam_weight_decay: float = 0.0,
        warmup_steps: float = 0.0,
        decay: float = 0.0,
        weight_decay: float = 0.0,
        clipnorm: float = 0.0,
        clipvalue: float = 0.0,
        global_clipnorm: float = 0.0,
        use_ema: bool = False,
        ema_momentum: float = 0.0,
        ema_overwrite_frequency: int = 0,
        gradient_accumulation_steps: int = 0,
        loss_scale_factor: float = 0.0,
    ) -> Self: ...
    def build(self, views: Sequence[np.ndarray], /) -> None:
        """Make room for what is kept of these weights."""

    def read(self, view: np.ndarray, index: int, /) -> np.ndarray:
        """A copy of vector `index` of a weight: those of the step, the average, the sum."""

    def write(self, view: np.ndarray, index: int, values: np.ndarray, /) -> None:
        """Set vector `index` of a weight; values are plain, of its dtype and size."""

    def product(self, product: float = ..., /) -> float:
        """Nadam's product of its shares, after it was set."""

    def apply(
        self,
        views: Sequence[np.ndarray],
        gradients: Sequence[np.ndarray],
        undecayed: Sequence[np.ndarray],
        adam: Sequence[np.ndarray],
        /,
    ) -> None:
        """Take a step of these weights; some are not decayed, some Muon leaves to Adam."""

    def divide(
        self, parts: Sequence[Optimizer], views: Sequence[Any], owners: Sequence[int], /
    ) -> None:
        """Let other optimizers move these weights: view i that of number owners[i]."""

    def set_schedule(self, kind: str, numbers: Sequence[float], /) -> None:
        """Follow a schedule of Keras's from the next step on; without numbers, ask at each step."""

    @staticmethod
    def schedule_rate(kind: str, numbers: Sequence[float], step: float, /) -> float:
        """The learning rate of a step, counted from 0."""

@final
class Model:
    """A chain of layers with its plan."""

    def __new__(cls, name: str) -> Self: ...
    def set_layers(self, layers: Sequence[Layer], input_shape: Shape) -> None:
        """Replace the chain, infer shapes, build what is not built. RuntimeError in training."""

    def set_input(self, input_shape: Shape) -> None:
        """Plan the same chain for rows of another shape; in training too."""

    def shape(self, index: int) -> Shape:
        """Row shape of the output of layer `index` (negative: from the end)."""

    @property
    def dtype(self) -> str: ...
    def compile(
        self,
        loss: LossSpec,
        optimizer: Optimizer | None,
        metrics: Sequence[MetricSpec],
        weighted_count: int = 0,
    ) -> None:
        """weighted_count: so many metrics, the last ones, are weighted as the loss is."""

    def exclude(self, undecayed: Sequence[np.ndarray], adam: Sequence[np.ndarray], /) -> None:
        """Of runs to come: weights that are not decayed, and that Muon leaves to Adam."""

    def predict_few(self, x: object, /) -> np.ndarray | None:
        """The output for a few rows that lie as the model reads them; None: make a run."""

    def results(self) -> list[float]:
        """Loss, then metrics, so far."""

    def reset_results(self) -> None: ...
    trainable: bool
    @property
    def in_training(self) -> bool: ...
    def copy(
        self, targets: Sequence[np.ndarray], sources: Sequence[np.ndarray], exclusive: bool
    ) -> None:
        """Copy arrays, each into one like it, between two steps of whoever trains the weights;
        exclusive where the targets are weights. Ctrl-C is answered while it waits."""

    def hold[T](self, work: Callable[[], T], exclusive: bool) -> T:
        """What work() returns, called between two steps of whoever trains the weights or with the
        optimizer; exclusive where it writes."""

# Run modes
FIT: int
TRAIN: int
GRADIENT: int
EVALUATE: int
TEST: int
PREDICT: int
# Events
BATCH_BEGIN: int
BATCH_END: int
TICK: int
EPOCH_BEGIN: int
VALIDATION_BEGIN: int
VALIDATION_BATCH_BEGIN: int
VALIDATION_BATCH_END: int
VALIDATION_END: int
EPOCH_END: int
BAD_LOSS: int
DONE: int

@final
class Trace:
    """One batch through a model, and its derivatives for whoever takes them."""

    def __new__(
        cls, model: Model, x: np.ndarray, training: bool, mask: np.ndarray | None = None
    ) -> Self:
        """x: rows as the model takes them, in its dtype, in one piece; copied, as is the mask."""
    @property
    def output(self) -> np.ndarray: ...
    def pull_back(self, dy: np.ndarray, /) -> tuple[np.ndarray, list[np.ndarray | None]]:
        """From the derivatives by the output: those by x, and those by the weights of the first
        layer, None where there is none. May be called again.
        """

@final
class Run:
    """Training, evaluation or prediction, advanced from event to event (csrc/cornu.h)."""

    def __new__(
        cls,
        model: Model,
        mode: int,
        x: np.ndarray,
        y: np.ndarray | None = None,
        sample_weight: np.ndarray | None = None,
        *,
        batch_size: int = 32,
        epochs: int = 1,
        initial_epoch: int = 0,
        shuffle_seed: int | None = None,  # None: in order
        shuffle_batches: bool = False,  # whole ones
        validation: tuple[np.ndarray, np.ndarray, np.ndarray | None] | None = None,
        validation_batch_size: int = 32,
        validation_frequency: int = 1,
        output: np.ndarray | None = None,
        training: bool = False,
        mask: np.ndarray | None = None,  # PREDICT: of x, bools
        after: Run | None = None,  # TRAIN, TEST: whose metric sums go on; it must be done
        # (constrains, layer, weight or None for the output, x, wants_result): for regularizers and
        # constraints of the kind "own".
        own: Callable[[bool, int, int | None, np.ndarray, bool], tuple[float, object]]
        | None = None,
        unattended: bool = False,  # PREDICT: nobody stops it, or asks how far it is
        # FIT, TRAIN: NaN and infinity are let through, and steps whose loss is such are not taken.
        takes_nonfinite: bool = False,
        recorded: bool = False,  # TRAIN: keeps what `record` and `weight_record` return
        undone: bool = False,  # recorded: the step is taken back then
        listen: int = 0,
        tick_seconds: float = 0.1,
    ) -> Self: ...
    def advance(self) -> int:
        """Go on to the next event and say which."""

    def stop(self) -> None:
        """End the fit: no further step; the epoch is validated and ended as always."""

    def progress(self) -> tuple[int, int, int, int, int, int, int]:
        """(epoch, step, row, step_count, row_count, validation_step, validation_step_count)."""

    def state(self) -> bytes:
        """FIT: what it needs, beside weights and optimizer, to go on from here to the same bits."""

    def shuffle_seed(self) -> int:
        """What the rows of a fit are shuffled by."""

    def resume(self, state: bytes, /) -> None:
        """FIT, before the first event: begin where another fit was."""

    def results(self) -> list[float] | None: ...
    def validation_results(self) -> list[float] | None: ...
    def bad_loss(self) -> tuple[int, float, int, int, int] | None:
        """(origin, loss, layer, weight, row) of the first loss that was not finite."""

    def gradients(self) -> list[np.ndarray]:
        """GRADIENT: a copy of the gradient of each trainable span, each once, in order."""

    def record(self) -> tuple[np.ndarray | None, list[tuple[np.ndarray | None, ...]]]:
        """Recorded, when done: the losses of rows (None: not known), and of each layer of the flat
        chain copies of x, z, y, dy, dz, None where there is none. Otherwise (None, [])."""

    def weight_record(
        self, weight: np.ndarray, /
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Recorded: copies of a weight, by its view, before and after, and of its gradient."""

    def close(self) -> None:
        """Release the run; a fit's model is out of training."""

# Single computations. Arrays are C-contiguous and aligned, in float32 or float64.
def apply_activation(activation: ActivationSpec, x: np.ndarray) -> np.ndarray:
    """Over the last axis; x has at least one axis."""

def activation_derivative(
    activation: ActivationSpec, x: np.ndarray, y: np.ndarray, dy: np.ndarray
) -> np.ndarray: ...
def loss_rows(loss: LossSpec, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """float64, one a row of `prediction` (rows, columns). The target has its shape and dtype, or,
    for the sparse loss, is float64 of (rows,)."""

def loss_derivative(
    loss: LossSpec, target: np.ndarray, prediction: np.ndarray, scales: np.ndarray
) -> np.ndarray:
    """Of the prediction's shape and dtype: scale (float64, one a row) * derivative."""

def circle(
    loss: LossSpec,
    labels: np.ndarray,
    x: np.ndarray,
    other_labels: np.ndarray,
    others: np.ndarray,
    scales: np.ndarray | None,
) -> Any:
    """Of rows of x, with labels in float64, against others: float64, one a row of x; or with scales
    (float64, likewise) the scaled losses' derivatives by x and by the others."""

def metric_rows(metric: MetricSpec, target: np.ndarray, prediction: np.ndarray) -> np.ndarray: ...
def metric_sums(
    metric: SumsSpec, target: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """The sums of a metric that keeps them, of shape (pairs, 2)."""

def fill_random(
    distribution: str, values: np.ndarray, seed: int, stream: int, a: float, b: float
) -> None:
    """Fill in place: "uniform" [a, b), "normal" or "truncated_normal" of mean a, deviation b."""

def weight(dtype: str, shape: Shape) -> np.ndarray:
    """A view of a weight of zeros that belongs to no layer."""

def check_weights(views: Sequence[np.ndarray]) -> None:
    """Refuse what is no view of a weight, with a TypeError."""

def hash_buckets(texts: Sequence[str | bytes], bins: int, key: tuple[int, ...]) -> np.ndarray:
    """The bucket of each, as int64: by FarmHash, or by SipHash with a key of two numbers."""

def isa() -> str: ...
def ignored_settings() -> list[str]: ...
def num_threads() -> int: ...
def set_num_threads(count: int) -> None: ...
def fail_allocation_after(count: int) -> None:
    """For tests: after `count` more allocations of the core, each fails; negative: none does."""
