"""Tests of the project; those of a package of our own stand beside it in packages/."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
