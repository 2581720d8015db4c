"""Models as C99: breaks when an export's numbers are not those of `predict`, when it has a warning,
or when half of it is left where it can't be made."""

import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import cornu as keras
import record_code_size
import unexportable_layers
from c_exports import (
    COMPILERS,
    ELEMENTWISE,
    MACHINES,
    compile_c,
    exported,
    gallery,
    randomized,
    rows_for,
)
from cornu.exporting import c_self_test
from cornu.exporting.c_layers import _LAYERS
from cornu.exporting.c_text import parts_of
from cornu.exporting.code_size import measured, name_of
from cornu.layers.data_layer import DataLayer
from small_models import make_model

NEAR = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exact_exports_have_the_bits_of_predict(dtype, tmp_path):
    models = gallery(dtype)
    for name, predict in exported(models, tmp_path).items():
        x = rows_for(models[name])
        assert predict(x).tobytes() == models[name].predict(x, verbose=0).tobytes(), name


@pytest.mark.parametrize("compiler", COMPILERS)
def test_bits_do_not_hang_on_what_the_compiler_would_fuse(compiler, tmp_path):
    """Here gcc makes one operation of a product and a sum, on machines that have it."""
    models = gallery("float32")
    flags = ["-O2", "-std=gnu11", "-march=native", "-DSMOOTH_STATIC"]
    for name, predict in exported(models, tmp_path, compiler, flags=flags).items():
        x = rows_for(models[name])
        assert predict(x).tobytes() == models[name].predict(x, verbose=0).tobytes(), name


def test_fast_math_is_refused_where_bits_are_asked_for():
    make_model().export("net.c", verbose=False)
    for compiler in COMPILERS:
        command = [compiler, "-ffast-math", "-c", "net.c", "-o", "net.o"]
        assert subprocess.run(command).returncode == 0
        run = subprocess.run([*command, "-DNET_EXACT"], capture_output=True, text=True)
        assert run.returncode != 0
        assert "with -ffast-math the bits are not those of predict" in run.stderr


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_at_the_edges(dtype, tmp_path):
    """NaN, infinity, subnormal numbers, -0 and what overflows, through every activation."""
    info = np.finfo(dtype)
    edges = [0.0, -0.0, np.nan, np.inf, -np.inf, info.max, -info.max, info.tiny, -info.tiny / 8]
    edges += [info.smallest_subnormal, 1, -1, 88.8, -104, 1e4, -1e4, info.eps, -info.eps / 2]
    x = np.array(edges, dtype)[:, None] * np.ones((1, 4), dtype)
    layers = keras.layers
    parts = [layers.Activation(name, dtype=dtype) for name in (*ELEMENTWISE, "glu")]
    parts += [layers.Activation(name, dtype=dtype) for name in ("softmax", "log_softmax")]
    parts += [layers.ReLU(2.0, 0.25, 0.5, dtype=dtype), layers.Masking(np.inf, dtype=dtype)]
    parts += [layers.UnitNormalization(dtype=dtype), layers.PReLU(dtype=dtype)]
    plain = {"scale": False, "center": False, "dtype": dtype}
    parts += [layers.LayerNormalization(**plain), layers.BatchNormalization(**plain)]
    parts += [layers.GroupNormalization(2, **plain), layers.RMSNormalization(dtype=dtype)]
    models = {
        f"net{number}": keras.Sequential([keras.Input((4,), dtype=dtype), part])
        for number, part in enumerate(parts)
    }
    for name, predict in exported(models, tmp_path).items():
        found, expected = predict(x), models[name].predict(x, verbose=0)
        # The sign and payload of a NaN are outside the promise.
        np.testing.assert_array_equal(np.isnan(found), np.isnan(expected), name)
        there = ~np.isnan(found)
        assert found[there].tobytes() == expected[there].tobytes(), models[name].layers


def test_exports_are_near(tmp_path):
    models = gallery("float32")
    for name, predict in exported(models, tmp_path, COMPILERS[-1], exact=False).items():
        x = rows_for(models[name])
        expected = models[name].predict(x, verbose=0)
        np.testing.assert_allclose(predict(x), expected, **NEAR, err_msg=name)


def test_every_layer_is_in_the_gallery_or_named_here():
    """A layer that C has and no test has exported, or one that nothing is said of, fails here."""
    tested = {type(layer) for model in gallery("float32").values() for layer in model._chain()}
    assert tested == set(_LAYERS)
    known = {getattr(keras.layers, name) for name in keras.layers.__all__}
    others = {
        kind
        for kind in known
        if isinstance(kind, type) and issubclass(kind, keras.layers.Layer) and kind not in _LAYERS
    }
    refused = {kind.__name__ for kind in others if not issubclass(kind, DataLayer)}
    assert refused == {"Lambda", "Layer", "Wrapper"}


def test_the_file_tests_itself(tmp_path):
    make_model(activation="softmax").export("net.c", verbose=False)
    for flags in ([], ["-DNET_EXACT"]):
        compile_c("gcc", ["-DNET_MAIN", *flags, "net.c", "-o", "net"])
        run = subprocess.run(["./net"], capture_output=True, text=True)
        assert (run.returncode, run.stdout) == (0, "net: passed, 0 wrong\n")
    text = (tmp_path / "net.c").read_text()
    (tmp_path / "net.c").write_text(re.sub(r"(test_y\[9\] = {\n *)", r"\g<1>1.5F + ", text))
    compile_c("gcc", ["-DNET_MAIN", "net.c", "-o", "net"])
    run = subprocess.run(["./net"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "net: FAILED, 1 wrong\n")


def test_a_header_of_another_export_is_refused():
    """As a process that was ended between the two files leaves it."""
    for name in ("net.c", "other/net.c"):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        make_model(seed=len(name)).export(name, verbose=False)
    os.replace("other/net.h", "net.h")
    run = subprocess.run(["gcc", "-c", "net.c", "-o", "net.o"], capture_output=True, text=True)
    assert run.returncode != 0
    assert "the header is of another export" in run.stderr


def test_header_says_what_it_takes(capsys):
    model = keras.Sequential(
        [keras.Input((3, 4)), keras.layers.Dense(5), keras.layers.Dense(2, use_bias=False)]
    )
    model.export("my model.c")
    with open("my model.h") as file:
        defined = dict(re.findall(r"#define my_model_(\w+) (\d+)$", file.read(), re.I | re.M))
    assert defined == {
        "INPUT_COUNT": "12",
        "OUTPUT_COUNT": "6",
        "CONSTANT_NBYTES": str(4 * (20 + 5 + 10)),
        "WORKSPACE_NBYTES": str(4 * 15),
    }
    told = capsys.readouterr().out
    code = re.match(r"Saved artifact at 'my model\.c': about (\d+) bytes of code \(gcc", told)[1]
    assert told.endswith(
        ", 140 bytes of constants and 60 bytes of workspace; `my_model_predict` is in "
        "'my model.h'.\n"
    )
    with open("my model.h") as file:
        assert f"About {code} bytes of code, " in file.read()


def test_every_part_of_c_has_its_size():
    """One without would count as nothing: `make record-code-size` measures anew."""
    for group, way in (("exact", "own"), ("libm", "library")):
        for part in parts_of("basics", group, "activations", "layers", "training"):
            for dtype in ("float32", "float64"):
                sizes = measured()[dtype]["common"] | measured()[dtype][way]
                assert name_of(part).isupper() or name_of(part) in sizes, part


@pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="needs arm-none-eabi-gcc")
@pytest.mark.slow
def test_sizes_of_code_are_about_right():
    assert not record_code_size.check()


def test_format_is_told_by_the_name_or_the_argument(tmp_path):
    model = make_model()
    model.export(b"net", format="c", verbose=False)
    assert sorted(os.listdir()) == ["net", "net.h"]
    for options in ({"format": "openvino"}, {"format": 3}, {"filepath": "net.pb"}):
        with pytest.raises(ValueError, match=r"'c' \(.c: C99"):
            model.export(**{"filepath": "net.c", **options})
    with pytest.raises(ValueError, match="`input_signature`"):
        model.export("net.c", input_signature=[3])
    expected = r"^Sequential\.export\(\) .* 'opset_version': .* end in \.c have 'trainable'$"
    with pytest.raises(TypeError, match=expected):
        model.export("net.c", opset_version=18)
    with pytest.raises(ValueError, match="its header stands beside it"):
        model.export("net.h", format="c")
    assert sorted(os.listdir()) == ["net", "net.h"]


def test_names_are_harmless():
    """Of layers, models and classes, in comments; of files, in what includes them."""
    kind = type("Odd*\\\n/ int x; /*", (keras.layers.Dense,), {})
    for name in ('a*\\\nb"\r\u202e', "{x} %s\\", "é" * 100):
        model = keras.Sequential([keras.Input((2,)), kind(2, name=name)], name=name)
        model.export("net.c", verbose=False)
        with open("net.c", encoding="utf-8") as file:
            assert all(each.isprintable() for each in file.read().split("\n"))
        for compiler in COMPILERS:
            compile_c(compiler, ["-Wall", "-Werror", "-DNET_MAIN", "net.c", "-o", "net"])
    for name in ('a"b.c', "a\nint x;.c", b"\xff.c"):
        with pytest.raises(ValueError, match="a name that C can include"):
            model.export(name)
    for name in ("math.c", "signal.c", "Time.c"):
        with pytest.raises(ValueError, match="taken for one of C's own"):
            model.export(name)
    assert sorted(os.listdir()) == ["net", "net.c", "net.h"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_names_and_numbers_that_c_has_otherwise(dtype, tmp_path):
    """A name of which C can have nothing would leave `gamma`, a function of many <math.h>; a NaN;
    subnormal numbers and -0 among the weights."""
    layers = keras.layers
    with_dtype = {"dtype": dtype}
    norm = layers.GroupNormalization(2, name="正规化", **with_dtype)
    dense = layers.Dense(5, **with_dtype)
    models = {
        "named": keras.Sequential([keras.Input((4,), **with_dtype), norm]),
        "masked": keras.Sequential([keras.Input((3, 4)), layers.Masking(np.nan)]),
        "small": keras.Sequential([keras.Input((4,), **with_dtype), dense]),
    }
    info = np.finfo(dtype)
    smallest = info.smallest_subnormal
    dense.kernel[...] = np.array([smallest, -3 * smallest, -0.0, info.max / 100])[:, None]
    dense.bias[...] = [-0.0, info.tiny, -info.tiny / 3, smallest, -info.max]
    for compiler in COMPILERS:
        flags = ["-std=gnu11"]
        for name, predict in exported(models, tmp_path, compiler, flags=flags).items():
            x = rows_for(models[name])
            assert predict(x).tobytes() == models[name].predict(x, verbose=0).tobytes(), name


@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++")
def test_headers_are_for_cpp_too():
    make_model(activation="softmax").export("net.c", verbose=False)
    with open("main.cc", "w") as file:
        file.write('#include "net.h"\nint main() {\n    float x[9] = {}, y[9];\n')
        file.write("    net_predict(x, y);\n    return 0;\n}\n")
    compile_c("gcc", ["-c", "net.c", "-o", "net.o"])
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    run = subprocess.run(
        ["g++", *flags, "main.cc", "net.o", "-lm", "-o", "main"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_numbers_of_other_digits_are_refused_where_bits_are_asked_for():
    """As on processors whose double is a float."""
    make_model().export("net.c", verbose=False)
    command = ["gcc", "-c", "net.c", "-o", "net.o", "-U__FLT_MANT_DIG__", "-D__FLT_MANT_DIG__=11"]
    assert subprocess.run(command).returncode == 0
    run = subprocess.run([*command, "-DNET_EXACT"], capture_output=True, text=True)
    assert "numbers have other digits here" in run.stderr


@pytest.mark.parametrize(
    ("changes", "message"),
    [("weights", "in the middle of a step"), ("activation", "changed by another thread")],
)
def test_what_changes_meanwhile_is_not_written(monkeypatch, changes, message):
    """As by a signal handler or another thread: the file's numbers would be of two models."""
    model, predict = make_model(), c_self_test._test_vector

    def predict_later(*arguments):
        if changes == "weights":
            model.set_weights([values + 1 for values in model.get_weights()])
        else:
            model.layers[0].activation = "softsign"
        return predict(*arguments)

    monkeypatch.setattr(c_self_test, "_test_vector", predict_later)
    with pytest.raises(RuntimeError, match=message):
        model.export("net.c")
    assert not os.listdir()


@pytest.mark.parametrize(("layer", "message"), unexportable_layers.LAYERS)
def test_what_has_no_c_is_named(layer, message):
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=message):
        model.export("net.c")
    assert not os.listdir()


def test_numbers_that_c_has_not_are_refused():
    model = make_model()
    with pytest.raises(ValueError, match="no weights that could be exported"):
        keras.Sequential([keras.layers.Dense(2)]).export("net.c")
    model.weights[1][0] = np.nan
    with pytest.raises(ValueError, match=f'Layer "{model.layers[0].name}" has NaN'):
        model.export("net.c")
    assert not os.listdir()


def test_both_files_are_written_or_none(tmp_path):
    model = make_model()
    with pytest.raises(OSError, match="no folder") as caught:
        model.export("missing/net.c")
    assert caught.value.filename == "missing/net.c"
    os.mkdir("net.h")
    with pytest.raises(OSError, match=r"net\.h"):
        model.export("net.c")
    assert os.listdir() == ["net.h"]


def test_a_few_random_models(tmp_path):
    """Of those that `make check-slow` takes 30 of."""
    models = {f"net{seed}": random_model(seed) for seed in range(30, 34)}
    for name, predict in exported(models, tmp_path, COMPILERS[-1]).items():
        x = rows_for(models[name])
        assert predict(x).tobytes() == models[name].predict(x, verbose=0).tobytes(), name


def random_model(seed):
    """A network of layers drawn at random."""
    rng = np.random.default_rng(seed)
    layers = keras.layers
    # Not what grows out of all bounds, or jumps at what rounding decides.
    names = [name for name in ELEMENTWISE if name not in ("exponential", "hard_shrink")]
    row = tuple(rng.integers(1, 20, rng.integers(1, 3)).tolist())
    model = keras.Sequential([keras.Input(row)])
    makers = [
        lambda: layers.Dense(int(rng.integers(1, 70)), activation=str(rng.choice(names))),
        lambda: layers.Activation(str(rng.choice([*names, "softmax", "log_softmax", "sparsemax"]))),
        layers.BatchNormalization,
        layers.LayerNormalization,
        layers.UnitNormalization,
        layers.PReLU,
        lambda: layers.Rescaling(0.5, 0.25),
        layers.Flatten,
        lambda: layers.Dropout(0.3),
    ]
    for _ in range(rng.integers(1, 8)):
        model.add(makers[rng.integers(len(makers))]())
    model.add(layers.Dense(int(rng.integers(1, 9)), activation="tanh"))
    return randomized(model, seed)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("exact", [True, False], ids=["exact", "plain"])
def test_random_models(compiler, exact, tmp_path):
    models = {f"net{seed}": random_model(seed) for seed in range(30)}
    for name, predict in exported(models, tmp_path, compiler, exact).items():
        x = rows_for(models[name])
        expected = models[name].predict(x, verbose=0)
        if exact:
            assert predict(x).tobytes() == expected.tobytes(), name
        else:
            np.testing.assert_allclose(predict(x), expected, **NEAR, err_msg=name)


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "plain"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("machine", MACHINES, ids=str)
@pytest.mark.slow
def test_files_test_themselves_on_a_machine(machine, dtype, exact):
    models = gallery(dtype)
    if dtype == "float32":
        models |= {f"net{seed}": random_model(seed) for seed in range(10)}
    for name, model in models.items():
        model.export(f"{name}.c", verbose=False)
        flags = [f"-D{name.upper()}_MAIN", f"-D{name.upper()}_EXACT"][: 1 + exact]
        compile_c(machine.compiler, [*machine.flags, *flags, f"{name}.c", "-o", name])
        run = subprocess.run([*machine.emulator, f"./{name}"], capture_output=True, text=True)
        assert (run.returncode, run.stdout) == (0, f"{name}: passed, 0 wrong\n"), run.stderr
