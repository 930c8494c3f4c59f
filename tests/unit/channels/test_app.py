"""What starting the product costs."""

from __future__ import annotations

import json
import subprocess
import sys

from channels.settings import ROOT

BUILD = """
import json, sys
from pathlib import Path
from channels.app import build_product
from channels.settings import load_settings

build_product(load_settings({"FAIRWAY_HOME": sys.argv[1]}))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
OF_THE_AUDIT = {"pandas", "numpy", "scipy", "sklearn", "fairlearn", "duckdb", "pyarrow", "typst"}


def test_the_audits_libraries_are_not_loaded_at_the_start(tmp_path):
    command = [sys.executable, "-c", BUILD, str(tmp_path / "home")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    loaded = set(json.loads(ran.stdout.splitlines()[-1]))
    assert "fairness" in loaded  # its pages are there
    assert loaded & OF_THE_AUDIT == set()
