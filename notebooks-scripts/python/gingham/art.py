"""A net of Gingham's as a classifier of ART (adversarial-robustness-toolbox), without PyTorch.

    classifier = gingham.art.Classifier(gingham.open("net.onnx"))
    pictures = ProjectedGradientDescentNumpy(classifier, eps=8 / 255).generate(pictures)
"""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from art.estimators.classification.classifier import ClassGradientsMixin, ClassifierMixin
from art.estimators.estimator import BaseEstimator, LossGradientsMixin, NeuralNetworkMixin

from ._model import Model


class Classifier(ClassGradientsMixin, ClassifierMixin, LossGradientsMixin, NeuralNetworkMixin, BaseEstimator):
    """Scores of classes before the softmax (logits), and their gradients; the loss is their cross entropy.

    - `model`: an open net whose output is N×K.
    - `clip_values`: range of the pictures; they are in 0…1 where mean and deviation are part of the net.
    """

    estimator_params = BaseEstimator.estimator_params + NeuralNetworkMixin.estimator_params + ClassifierMixin.estimator_params

    def __init__(
        self, model: Model, clip_values: "tuple[float, float] | None" = (0.0, 1.0), preprocessing_defences: Any = None,
        postprocessing_defences: Any = None,
    ) -> None:
        super().__init__(
            model=model, clip_values=clip_values, channels_first=True, preprocessing_defences=preprocessing_defences,
            postprocessing_defences=postprocessing_defences, preprocessing=None)
        self._input_shape = tuple(model.input_shape[1:])
        self.nb_classes = int(np.prod(model(np.zeros(model.input_shape, np.float32)).shape[1:]))

    @property
    def input_shape(self) -> "tuple[int, ...]":
        """Of one picture, C×H×W."""
        return self._input_shape

    def predict(self, x: np.ndarray, batch_size: int = 128, **_: Any) -> np.ndarray:
        """Logits, N×K."""
        x, _ = self._apply_preprocessing(x, y=None, fit=False)
        parts = [self.model(_floats(x[start : start + batch_size])) for start in range(0, len(x), batch_size)]
        return self._apply_postprocessing(preds=np.concatenate(parts).reshape(len(x), -1), fit=False)

    def class_gradient(self, x: np.ndarray, label: "int | Sequence[int] | np.ndarray | None" = None, **_: Any) -> np.ndarray:
        """Gradients of logits, N×L×C×H×W: of every class, of one, or of one a picture."""
        pixels, _ = self._apply_preprocessing(x, y=None, fit=False)
        values, step = self.model.forward(_floats(pixels))
        shape, count = values.shape, len(values)

        def of(classes: np.ndarray) -> np.ndarray:
            cotangent = np.zeros((count, self.nb_classes), np.float32)
            cotangent[np.arange(count), classes] = 1
            return step.backward(cotangent.reshape(shape))

        if label is None:
            found = np.stack([of(np.full(count, index)) for index in range(self.nb_classes)], axis=1)
        else:
            found = of(np.broadcast_to(np.asarray(label, np.intp), (count,)))[:, None]
        return self._apply_preprocessing_gradient(x, found)

    def loss_gradient(self, x: np.ndarray, y: np.ndarray, **_: Any) -> np.ndarray:
        """Gradient of each picture's cross entropy to the labels `y`: N numbers, or N×K."""
        pixels, y = self._apply_preprocessing(x, y, fit=False)
        values, step = self.model.forward(_floats(pixels))
        scores = values.reshape(len(values), -1)
        wanted = np.eye(self.nb_classes, dtype=np.float32)[y] if np.ndim(y) == 1 else np.asarray(y, np.float32)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        share = odds / odds.sum(axis=1, keepdims=True)
        cotangent = share * wanted.sum(axis=1, keepdims=True) - wanted
        return self._apply_preprocessing_gradient(x, step.backward(cotangent.reshape(values.shape)))

    def compute_loss(self, x: np.ndarray, y: np.ndarray, reduction: str = "none", **_: Any) -> np.ndarray:
        """Each picture's cross entropy, or their mean or sum."""
        pixels, y = self._apply_preprocessing(x, y, fit=False)
        scores = self.model(_floats(pixels)).reshape(len(pixels), -1).astype(np.float64)
        wanted = np.eye(self.nb_classes)[y] if np.ndim(y) == 1 else np.asarray(y)
        high = scores.max(axis=1, keepdims=True)
        logs = scores - high - np.log(np.exp(scores - high).sum(axis=1, keepdims=True))
        losses = -(wanted * logs).sum(axis=1)
        return {"none": losses, "mean": losses.mean(), "sum": losses.sum()}[reduction]

    def get_activations(self, x: np.ndarray, layer: "int | str", batch_size: int = 128, framework: bool = False) -> np.ndarray:
        """Activations of a layer, by name or by its place in `layer_names`."""
        name = self.layer_names[layer] if isinstance(layer, int) else layer
        x, _ = self._apply_preprocessing(x, y=None, fit=False)
        parts = [self.model.activations(_floats(x[i : i + batch_size]), name) for i in range(0, len(x), batch_size)]
        return np.concatenate(parts)

    @property
    def layer_names(self) -> "list[str]":
        """In the net's order."""
        return list(self.model.layers)

    def fit(self, *_: Any, **__: Any) -> None:
        """Nets that are looked at are not trained."""
        raise NotImplementedError("Gingham trains no nets")

    def fit_generator(self, *_: Any, **__: Any) -> None:
        """Nets that are looked at are not trained."""
        raise NotImplementedError("Gingham trains no nets")


def _floats(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x, dtype=np.float32)
