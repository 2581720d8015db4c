"""Why cornu lacks a name of Keras's: what a later release brings, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Reason:
    """What is said of names that match one of the patterns, in a module that matches."""

    module: str
    patterns: str
    text: str
    later: bool = False

    def fits(self, module: str, name: str) -> bool:
        """Return whether it is about this name."""
        return fnmatchcase(module, self.module) and any(
            fnmatchcase(name, pattern) for pattern in self.patterns.split()
        )


_IMAGES = "images: convolution, pooling and what prepares pictures come together"
_SEQUENCES = "sequences: recurrence, embedding and attention come together"
_TEXT = "text becomes numbers together with the layers for sequences"
_BRANCH = "a chain has one input and one output"
_BACKEND = "there is no backend whose tensors, devices or compilers it could be about"
_QUANTIZED = "one float type throughout: nothing is quantized"

REASONS = (
    # ---- The top level
    Reason("", "applications", "pretrained networks are downloads of hundreds of megabytes"),
    Reason("", "Function Operation *Scope device distribution remat", _BACKEND),
    Reason("", "Quantizer quantizers distillation", _QUANTIZED),
    Reason("", "export", "a SavedModel needs TensorFlow; `Sequential.export` writes C and ONNX"),
    Reason("", "visualization", _IMAGES, later=True),
    Reason("", "legacy name_scope", "helpers of Keras's own source"),
    # ---- Layers
    Reason(
        "layers",
        "Conv* *Conv[123]D *Conv[123]DTranspose *Convolution* *Pool*D *Pooling*D *Padding*D "
        "Cropping*D UpSampling*D SpatialDropout2D SpatialDropout3D Resizing CenterCrop AugMix "
        "AutoContrast ContrastLimited* CutMix Equalization MaxNumBoundingBoxes MixUp RandAugment "
        "Random* Solarization",
        _IMAGES,
        later=True,
    ),
    Reason(
        "layers",
        "*LSTM* *GRU* *RNN* Embedding ReversibleEmbedding *Attention Bidirectional "
        "TimeDistributed SpatialDropout1D StackedRNNCells",
        _SEQUENCES,
        later=True,
    ),
    Reason("layers", "TextVectorization", _TEXT, later=True),
    Reason("layers", "MelSpectrogram STFTSpectrogram", "sound is outside of what cornu is for"),
    Reason(
        "layers",
        "Add Average Concatenate Dot Maximum Minimum Multiply Subtract add average concatenate "
        "dot maximum minimum multiply subtract",
        _BRANCH,
    ),
    Reason("layers", "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper", _BACKEND),
    Reason("layers", "HashedCrossing Pipeline", "it joins several inputs, and " + _BRANCH),
    # ---- Everything else
    Reason("callbacks", "OrbaxCheckpoint", "it writes JAX's own files"),
    Reason("optimizers", "LossScaleOptimizer", "half precision, which it is for, is refused"),
    Reason("losses", "CTC ctc", "it takes more than one target for each prediction"),
    Reason("initializers", "STFT* stft", "sound is outside of what cornu is for"),
    Reason(
        "ops",
        "*pool* conv conv_transpose depthwise_conv separable_conv image fold unfold "
        "depth_to_space space_to_depth",
        _IMAGES,
        later=True,
    ),
    Reason("ops", "ctc_* *attention", _SEQUENCES, later=True),
    Reason("config", "*flash_attention* is_nnx_enabled set_backend", _BACKEND),
    Reason("utils", "*_dataset_from_directory bounding_boxes", _IMAGES, later=True),
    Reason("utils", "FeatureSpace", "it joins several inputs, and " + _BRANCH),
    Reason("utils", "array_to_img img_to_array load_img save_img", _IMAGES, later=True),
    Reason("utils", "is_keras_tensor get_source_inputs legacy", _BACKEND),
    Reason("backend", "is_keras_tensor result_type", _BACKEND),
    Reason("preprocessing.image", "*", _IMAGES, later=True),
    Reason("saving", "KerasFileEditor", "files are whole: load the model, change it, save it"),
    Reason("dtype_policies", "DTypePolicyMap", "one float type a model, and not one a layer"),
    Reason("dtype_policies", "*", _QUANTIZED),
    # ---- Sequential's methods
    Reason("Sequential", "quantize quantized_* quantization_mode *_quantization_*", _QUANTIZED),
    Reason(
        "Sequential",
        "stateless_* symbolic_call compute_output_spec *_state_tree jax_state_sync "
        "rematerialized_call",
        _BACKEND,
    ),
    Reason(
        "Sequential",
        "train_step test_step predict_step make_* compute_metrics compute_loss_and_updates",
        "what `fit` is made of there; here the core takes whole epochs: `train_on_batch` takes one "
        "step, and `loss_and_gradients` none",
    ),
    Reason(
        "Sequential",
        "add_loss add_metric add_weight add_variable",
        "a model's weights, losses and metrics are those of its layers and of `compile`",
    ),
    Reason(
        "Sequential",
        "metrics_variables input_spec",
        "a model has no variables or specifications beside its layers' weights and shapes",
    ),
)


# Arguments that a name that is there lacks: by module and name.
ARGUMENT_REASONS = (
    Reason("Sequential.save_weights", "max_shard_size", "one file can be replaced as a whole"),
)


def argument_reason(module: str, name: str, argument: str) -> str:
    """Return why an argument is not there, or that it is missing."""
    for one in ARGUMENT_REASONS:
        if one.fits(f"{module}.{name}", argument):
            return f"later: {one.text}" if one.later else one.text
    return "missing"


def reason_for(module: str, name: str) -> Reason | None:
    """Return why a name is not there; None: nothing is said, it is simply still missing."""
    return next((one for one in REASONS if one.fits(module, name)), None)
