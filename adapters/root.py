"""The folder of the product. It stands alone, so that a process that needs only the folder imports
no settings: with them, a process that reads one stranger's file would take five times as long to
start."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
