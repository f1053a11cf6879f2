"""The package as it is installed: light to import, small at its core, complete in its names."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import allaprima
from allaprima.version import VERSION

from .conftest import ROOT, picture_size


def python(code: str, *flags: str, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, **options)  # type: ignore[call-overload,no-any-return]


def test_help_leaves_torch_alone() -> None:
    code = (
        "import sys; from allaprima.app.cli import run; code = run(['--help']) or run(['paint', '--help']);"
        "heavy = {'torch', 'numpy', 'numba', 'PIL', 'fastai', 'safetensors'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else code)"
    )
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert "Paint a photo" in done.stdout and "--strokes" in done.stdout


BLOCK = """
import ctypes, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('fastai', 'fastcore', 'torchvision', 'accelerate', 'skimage'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name.split('.')[0])
sys.meta_path.insert(0, Block())
load = ctypes.CDLL.__init__
def refuse(self, name, *a, **k):
    if name and 'mypaint' in str(name):
        raise OSError('blocked')
    load(self, name, *a, **k)
ctypes.CDLL.__init__ = refuse
"""


def test_the_core_needs_no_fastai_torchvision_or_libmypaint(photo: Path, tmp_path: Path) -> None:
    code = BLOCK + (
        "import allaprima; from allaprima.app.cli import run\n"
        f"assert run(['paint', {str(photo)!r}, '--strokes', '9', '--size', '32', '-o', 'a.png']) == 0\n"
        f"assert run(['paint', {str(photo)!r}, '--brush', 'oil', '--strokes', '9', '--size', '32']) == 0\n"
        f"assert run(['paint', {str(photo)!r}, '--brush', 'oil', '--engine', 'real']) == 2\n"
        "assert run(['train', 'x', '-o', 'a.safetensors']) == 2\n"
        f"assert run(['compare', {str(photo)!r}, 'a.png']) == 2\n"
        "try: allaprima.Apprentice\n"
        "except allaprima.InputError as error: print('apprentice:', error, file=sys.stderr)\n"
    )
    done = python(code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "libmypaint 1.x, which is not installed" in done.stderr
    assert re.search(r"training needs fastai: .*pip install fastai torchvision accelerate", done.stderr)
    assert re.search(r"comparing needs scikit-image: .*pip install scikit-image", done.stderr)
    assert "apprentice: training needs fastai" in done.stderr
    assert picture_size(tmp_path / "a.png") == (32, 21)


def closure(wheel: Path) -> set[str]:
    """The distributions that the wheel needs without extras, and what those need, by name."""
    text = subprocess.run(["unzip", "-p", wheel, "*/METADATA"], capture_output=True, text=True, check=True).stdout
    waiting = re.findall(r"^Requires-Dist: (.*)$", text, re.MULTILINE)
    found: set[str] = set()
    while waiting:
        need = Requirement(waiting.pop())
        extras = need.extras or {""}
        if need.marker and not any(need.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        if need.name not in found:
            found.add(need.name)
            waiting += metadata.requires(need.name) or []
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", out, source],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(out.glob("allaprima-*.whl"))


def take_compiled(site: Path) -> None:
    """What is compiled here need not be so there, which takes a minute: it is found beside a source of that age."""
    for kept in (ROOT / "src").rglob("__pycache__/*.nb[ci]"):
        there = site / kept.relative_to(ROOT / "src")
        there.parent.mkdir(exist_ok=True)
        shutil.copy(kept, there)
    for source in (ROOT / "src").rglob("*.py"):
        shutil.copystat(source, site / source.relative_to(ROOT / "src"))


@pytest.mark.timeout(600)
def test_the_wheel_paints_with_nothing_but_what_it_declares(wheel: Path, photo: Path, tmp_path: Path) -> None:
    """Python without site-packages, and a folder with links to the declared distributions alone."""
    site = tmp_path / "site"
    site.mkdir()
    subprocess.run(["unzip", "-q", wheel, "-d", site], check=True)
    for name in closure(wheel):
        for file in metadata.files(name) or []:
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 2] if len(file.parts) > 1
                                        else Path(str(file.locate())))  # fmt: skip
    take_compiled(site)
    assert not (site / "fastai").exists() and not (site / "torchvision").exists()
    command = [sys.executable, "-S", "-m", "allaprima", "paint", photo, "--strokes", "9", "--size", "32", "-o", "a.jpg"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(site)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert picture_size(tmp_path / "a.jpg") == (32, 21)
    names = [path.stem for path in (ROOT / "src/allaprima/brush/bristles").glob("*.toml")]
    assert set(names) == {path.stem for path in (site / "allaprima/brush/bristles").glob("*.toml")}


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_wheel_in_an_empty_environment(wheel: Path, photo: Path, tmp_path: Path) -> None:
    """For real, with pip: some minutes and some gigabytes."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python_there = tmp_path / "venv/bin/python"
    subprocess.run([python_there, "-m", "pip", "install", "--quiet", wheel], check=True)
    command = [python_there, "-m", "allaprima", "paint", photo, "--strokes", "9", "--size", "32", "-o", "a.jpg"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert picture_size(tmp_path / "a.jpg") == (32, 21)


def test_public_names() -> None:
    assert allaprima.__all__ == sorted(allaprima.__all__) == dir(allaprima)
    for name in allaprima.__all__:
        assert getattr(allaprima, name).__doc__ or name == "__version__", name
    with pytest.raises(AttributeError, match="no attribute 'Easel'"):
        _ = allaprima.Easel
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
