"""Where the product lies. Whoever needs no more than that imports no settings: a process that reads
one stranger's file would take five times as long to start."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
