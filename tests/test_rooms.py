"""``import allaprima`` is quick, and leads everywhere."""

import subprocess
import sys


def test_packages_are_found() -> None:
    """Without an import of their own, when somebody asks for them."""
    code = (
        "import sys, allaprima as ap; assert 'torch' not in sys.modules;"
        "print(ap.perception.FeatureLoss.__name__, ap.brush.make_generator.__name__, ap.learning.Stage(1).label);"
        "ap.app_that_is_not_there"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "FeatureLoss make_generator 1\n"
    assert done.stderr.endswith("AttributeError: module 'allaprima' has no attribute 'app_that_is_not_there'\n")
