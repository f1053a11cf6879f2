"""What a figure was measured on."""

import datetime
import os
import platform
from pathlib import Path

import torch


def machine() -> str:
    """Processor, cores, torch and date, in one line."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = datetime.date.today().isoformat()
    return f"{names[0] if names else platform.processor()}, {cores} cores, torch {torch.__version__}, {today}"
