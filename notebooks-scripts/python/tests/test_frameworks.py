"""What is made for PyTorch gives on a net of Gingham's what it gives on the same net in PyTorch."""

import contextlib
import importlib.util
import subprocess
import sys
import tempfile
import types
import unittest
import warnings
from pathlib import Path

import numpy as np
from support import Gradients, pictures

import gingham

try:
    import torch
except ImportError:
    raise unittest.SkipTest("there is no PyTorch")

warnings.filterwarnings("ignore")
torch.set_num_threads(2)


@contextlib.contextmanager
def stand_in(name, **names):
    """A module that somebody imports and does not use here: torchvision has to be built for the PyTorch at hand."""
    module = types.ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]


def small_net():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, stride=2, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(16, 32, 3, stride=2, padding=1),
        torch.nn.ReLU(), torch.nn.Conv2d(32, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(128, 10)).eval()


class Frameworks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.twin = small_net()
        # Decisions that do not hang by a hair.
        with torch.no_grad():
            cls.twin[-1].weight.mul_(8)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.model = gingham.open(cls.exported(cls.twin, (1, 3, 32, 32), "net.onnx"), threads=2)
        cls.net = gingham.torch.Module(cls.model)
        cls.x = torch.from_numpy(pictures(8, side=32))
        cls.labels = cls.twin(cls.x).argmax(1)

    @classmethod
    def exported(cls, net, shape, name):
        torch.onnx.export(
            net, torch.zeros(shape), str(cls.folder / name), dynamo=False, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
        return cls.folder / name

    def close(self, found, expected, tolerance=1e-4):
        found, expected = found.detach().numpy(), expected.detach().numpy()
        self.assertEqual(found.shape, expected.shape)
        self.assertLess(np.abs(found - expected).max(), tolerance * np.abs(expected).max())

    def both(self, body):
        return body(self.net), body(self.twin)

    def test_outputs_and_gradients(self):
        def run(net):
            x = self.x.clone().requires_grad_()
            loss = torch.nn.functional.cross_entropy(net(x), self.labels)
            return net(x), torch.autograd.grad(loss, x)[0]

        (outputs, gradients), (expected, exact) = self.both(run)
        self.close(outputs, expected)
        self.close(gradients, exact)

    def test_two_passes_of_one_net_in_one_loss(self):
        def run(net):
            one, other = self.x[:4].clone().requires_grad_(), self.x[4:].clone().requires_grad_()
            return torch.autograd.grad((net(one) * net(other)).sum(), [one, other])

        for found, expected in zip(*self.both(run)):
            self.close(found, expected)

    def test_gradcheck(self):
        # Without kinks, as differences have to be taken in 32 bits.
        smooth = torch.nn.Sequential(
            torch.nn.Conv2d(2, 4, 3, stride=2), torch.nn.Tanh(), torch.nn.Conv2d(4, 4, 2), torch.nn.Sigmoid(),
            torch.nn.Flatten(), torch.nn.Linear(16, 3)).eval()
        net = gingham.torch.Module(self.exported(smooth, (1, 2, 8, 8), "smooth.onnx"))
        x = torch.rand(2, 2, 8, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
        self.assertTrue(torch.autograd.gradcheck(net, (x,), eps=2e-2, atol=1e-4, rtol=1e-2, nondet_tol=0))
        with self.assertRaises(RuntimeError):
            torch.autograd.gradcheck(lambda x: net(x) * net(x).detach(), (x,), eps=2e-2, atol=1e-4, rtol=1e-2)

    def test_no_gradient_is_asked_for_where_none_is_wanted(self):
        with torch.no_grad():
            self.assertFalse(self.net(self.x).requires_grad)
        self.assertEqual(sum(value.numel() for value in self.net.parameters()), 0)
        self.assertEqual(next(self.net.parameters()).device, self.x.device)
        double = self.x[:2].double().requires_grad_()
        self.net(double).sum().backward()
        self.assertEqual(double.grad.dtype, torch.float64)

    def test_changed_pictures_are_noticed(self):
        x = self.x.clone().requires_grad_()
        output = self.net(x)
        with torch.no_grad():
            x.add_(0.1)
        with self.assertRaisesRegex(RuntimeError, "modified by an inplace operation"):
            output.sum().backward()

    def test_captum(self):
        from captum.attr import IntegratedGradients, Occlusion, Saliency

        target = self.labels.tolist()
        for name, run in {
            "saliency": lambda net: Saliency(net).attribute(self.x.clone(), target=target),
            "integrated": lambda net: IntegratedGradients(net).attribute(self.x, target=target, n_steps=16),
            "occlusion": lambda net: Occlusion(net).attribute(
                self.x, (3, 8, 8), strides=(3, 8, 8), target=target, baselines=0.5),
        }.items():
            with self.subTest(name):
                self.close(*self.both(run))

    def test_foolbox(self):
        import foolbox

        def attacked(net):
            model = foolbox.PyTorchModel(net, bounds=(0, 1))
            attack = foolbox.attacks.LinfPGD(steps=10, random_start=False)
            _, found, success = attack(model, self.x, self.labels, epsilons=[0.02, 0.3])
            return found, success

        (found, success), (expected, wanted) = self.both(attacked)
        self.assertTrue(torch.equal(success, wanted))
        self.assertTrue(success.any())
        for one, other in zip(found, expected):
            self.assertEqual(self.twin(one).argmax(1).tolist(), self.twin(other).argmax(1).tolist())
            # A sign may turn where a gradient is nearly zero.
            self.assertGreater(float(((one - other).abs() < 1e-5).float().mean()), 0.99)

    def test_torchattacks(self):
        import torchattacks

        for make in [
            lambda net: torchattacks.FGSM(net, eps=0.03),
            lambda net: torchattacks.PGD(net, eps=0.03, alpha=0.01, steps=5, random_start=False),
            lambda net: torchattacks.APGD(net, eps=0.03, steps=20, n_restarts=2, seed=1),
            lambda net: torchattacks.APGD(net, norm="L2", eps=0.5, steps=10, seed=1),
            # AutoAttack's other loss, the difference of logits' ratio, and its targeted form.
            lambda net: torchattacks.APGD(net, eps=0.03, steps=10, loss="dlr", seed=1),
            lambda net: torchattacks.APGDT(net, eps=0.03, steps=10, n_classes=10, seed=1),
        ]:
            found, expected = self.both(lambda net: make(net)(self.x, self.labels))
            self.assertEqual(self.twin(found).argmax(1).tolist(), self.twin(expected).argmax(1).tolist())

    def test_grad_cam(self):
        if importlib.util.find_spec("pytorch_grad_cam") is None:
            self.skipTest("pytorch-grad-cam is not installed")
        with stand_in("torchvision", ops=None), stand_in("torchvision.transforms", Compose=0, Normalize=0, ToTensor=0), \
                stand_in("torchvision.transforms.functional", resize=0):
            import pytorch_grad_cam
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

        targets = [ClassifierOutputTarget(int(label)) for label in self.labels]
        names = [layer.name for layer in self.model.layers.values() if layer.operation == "relu"]
        self.assertEqual(len(names), 3)
        net = gingham.torch.Module(self.model)
        for name, place in [(names[-1], 5), (names[0], 1)]:
            for method in ["GradCAM", "GradCAMPlusPlus", "XGradCAM", "HiResCAM", "LayerCAM"]:
                with self.subTest(f"{method} of {name}"):
                    maps = [
                        getattr(pytorch_grad_cam, method)(found, target_layers=[layer])(self.x, targets=targets)
                        for found, layer in [(net, net.at(name)), (self.twin, self.twin[place])]
                    ]
                    self.assertGreater(maps[1].std(), 0.05)
                    np.testing.assert_allclose(*maps, atol=1e-4)

    def test_stages_leave_the_gradient_of_the_pictures_whole(self):
        net, seen = gingham.torch.Module(self.model), {}
        name = next(layer.name for layer in self.model.layers.values() if layer.operation == "relu")
        hook = net.at(name).register_forward_hook(
            lambda _, __, output: output.register_hook(lambda g: seen.update(found=g)) and None)
        self.twin[1].register_full_backward_hook(lambda _, __, g: seen.update(expected=g[0]))

        def run(net):
            x = self.x.clone().requires_grad_()
            net(x).pow(2).sum().backward()
            return x.grad

        found, expected = run(net), run(self.twin)
        self.close(found, expected)
        self.close(seen["found"], seen["expected"])
        hook.remove()
        with torch.no_grad():
            self.assertFalse(net(self.x).requires_grad)
        with self.assertRaisesRegex(KeyError, "nowhere"):
            net.at("nowhere")

    def test_workers_of_a_data_loader(self):
        from torch.utils.data import DataLoader

        expected = np.stack([self.model.gradient(x.numpy(), "class:3")[0] for x in self.x[:4]])
        # Work has begun here, so that forked workers have none of its threads, and say so.
        with self.assertRaisesRegex(gingham.ForkedError, "spawn"):
            list(DataLoader(Gradients(self.model, self.x[:4].numpy()), num_workers=2, multiprocessing_context="fork"))
        # An open net goes to workers that are started anew,
        loader = DataLoader(Gradients(self.model, self.x[:4].numpy()), num_workers=2, multiprocessing_context="spawn")
        np.testing.assert_allclose(np.concatenate([batch.numpy() for batch in loader]), expected, atol=1e-6)
        # and forked workers open it themselves where nobody did in front of the fork.
        program = (
            "import sys; import numpy as np; from support import Gradients; from torch.utils.data import DataLoader\n"
            "folder = sys.argv[1]; data = Gradients(folder + '/net.onnx', np.load(folder + '/x.npy'))\n"
            "loader = DataLoader(data, num_workers=2, multiprocessing_context='fork')\n"
            "np.save(folder + '/found.npy', np.concatenate([batch.numpy() for batch in loader]))\n"
        )
        np.save(self.folder / "x.npy", self.x[:4].numpy())
        subprocess.run(
            [sys.executable, "-c", program, str(self.folder)], check=True, timeout=120, cwd=Path(__file__).parent)
        np.testing.assert_allclose(np.load(self.folder / "found.npy"), expected, atol=1e-6)

    def test_adversarial_robustness_toolbox(self):
        try:
            import art  # noqa: F401
        except ImportError:
            self.skipTest("ART is not installed")
        from art.attacks.evasion import FastGradientMethod
        from art.estimators.classification import PyTorchClassifier

        ours = gingham.art.Classifier(self.model)
        theirs = PyTorchClassifier(self.twin, torch.nn.CrossEntropyLoss(reduction="sum"), (3, 32, 32), 10, clip_values=(0, 1))
        x, y = self.x.numpy(), self.labels.numpy()
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-4)
        np.testing.assert_allclose(ours.class_gradient(x, label=3), theirs.class_gradient(x, label=3), atol=1e-5)
        np.testing.assert_allclose(ours.class_gradient(x), theirs.class_gradient(x), atol=1e-5)
        np.testing.assert_allclose(ours.loss_gradient(x, np.eye(10)[y]), theirs.loss_gradient(x, np.eye(10)[y]), atol=1e-5)
        found, expected = (FastGradientMethod(net, eps=0.03).generate(x) for net in (ours, theirs))
        self.assertEqual(ours.predict(found).argmax(1).tolist(), ours.predict(expected).argmax(1).tolist())


if __name__ == "__main__":
    unittest.main()
