#!/usr/bin/env python3
"""Executes every notebook of this folder from first to last cell, and fails on an error.

run.py [--out FOLDER] [NOTEBOOK ...]

A notebook whose data or program is not at hand is left out; the reason is printed. With --out, executed
copies are kept there; the notebooks themselves stay without outputs, and one that has any is an error.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    failed = 0
    for path in asked.notebooks or sorted(HERE.glob("*.ipynb")):
        started = time.monotonic()
        ending = executed(path, asked.out)
        failed += ending.startswith("FAILED")
        print(f"{path.name}: {ending} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if failed else 0


def executed(path: Path, out: Path | None) -> str:
    """How the execution of a notebook ended."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(cell.outputs or cell.execution_count for cell in code):
        return "FAILED: it was committed with outputs; clear them"
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        if error.ename == "NotebookSkipped":
            return f"left out: {error.evalue}"
        return f"FAILED:\n{error}"
    finally:
        if out:
            out.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, out / path.name)
    return "executed"


if __name__ == "__main__":
    sys.exit(main())
