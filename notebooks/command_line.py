"""Calls the program `placewright` from a notebook, and finds the real populations where they are at hand."""

import csv
import os
import subprocess
import tempfile
from pathlib import Path

import pandas as pd

CHECKOUT = Path(__file__).resolve().parent.parent


class NotebookSkipped(Exception):
    """Something the notebook needs is not at hand; the runner prints the reason and goes on."""


def program() -> Path:
    """The program: named by PLACEWRIGHT, or where cargo puts it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", CHECKOUT / "target"))
    places = [os.environ.get("PLACEWRIGHT"), target / "release/placewright", target / "debug/placewright"]
    for place in places:
        if place and Path(place).is_file():
            return Path(place)
    raise NotebookSkipped("the program is not built: call `./run help`, or name it with PLACEWRIGHT")


def placewright(*arguments: object) -> str:
    """What the program prints; its problems if it refuses."""
    command = [str(program()), *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"placewright {arguments[0]} ended with {done.returncode}:\n{done.stderr or done.stdout}")
    return done.stdout


def real_populations() -> Path:
    """The folder with the real populations: below PLACEWRIGHT_SHARED, or beside the checkout."""
    for shared in [os.environ.get("PLACEWRIGHT_SHARED"), CHECKOUT.parent / "shared"]:
        if shared and (Path(shared) / "data/population").is_dir():
            return Path(shared) / "data/population"
    raise NotebookSkipped("no folder with real populations is at hand; PLACEWRIGHT_SHARED names it")


def working_folder() -> Path:
    """A new folder outside the checkout: nothing real is ever copied into the project."""
    return Path(tempfile.mkdtemp(prefix="placewright-notebook-"))


def berlin(data: Path, folder: Path) -> tuple[Path, Path]:
    """Population and areas of Berlin's planning areas as the program reads them."""
    above = pd.read_csv(data / "berlin_areas.csv", dtype=str)
    population, areas = _long(data / "berlin_children.csv", folder / "berlin", None)
    used = set(pd.read_csv(population, dtype=str)["area"])
    leaves = [(row.area, "R" + row.bzr, row.name) for row in _rows(above) if row.area in used]
    regions = sorted({("R" + row.bzr, "B" + row.bezirk, row.bzr_name) for row in _rows(above) if row.area in used})
    districts = sorted({("B" + row.bezirk, "", row.bezirk_name) for row in _rows(above) if row.area in used})
    return population, _areas(areas, districts + regions + leaves)


def norway(data: Path, folder: Path) -> tuple[Path, Path]:
    """Population and areas of Norway's municipalities and quarters as the program reads them."""
    above = pd.read_csv(data / "norway_areas.csv", dtype=str).fillna("")
    leaves = {row.area: row for row in _rows(above) if row.leaf == "1"}
    population, areas = _long(data / "norway_children.csv", folder / "norway", set(leaves))
    used = set(pd.read_csv(population, dtype=str)["area"])
    smallest = [(area, row.county_code, row.location_name) for area, row in leaves.items() if area in used]
    counties = sorted({(row.county_code, "", row.county_name) for row in leaves.values() if row.county_code})
    return population, _areas(areas, counties + smallest)


def _rows(frame: pd.DataFrame) -> list:
    # A column may be called like a method of a named tuple of pandas: plain attributes instead.
    return [type("Row", (), row) for row in frame.to_dict("records")]


def _long(table: Path, stem: Path, wanted: set | None) -> tuple[Path, Path]:
    population = stem.with_name(stem.name + "_population.csv")
    with open(table, newline="", encoding="utf-8") as source, open(population, "w", newline="", encoding="utf-8") as to:
        rows, writer = csv.DictReader(source), csv.writer(to)
        writer.writerow(["area", "year", "age", "count"])
        ages = [name for name in rows.fieldnames or [] if name[0] == "a" and name[1:2].isdigit()]
        for row in rows:
            if wanted is None or row["area"] in wanted:
                for age in ages:
                    if row[age] != "":
                        writer.writerow([row["area"], row["year"], age[1:].replace("_", "-"), row[age]])
    return population, stem.with_name(stem.name + "_areas.csv")


def _areas(path: Path, rows: list) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as to:
        csv.writer(to).writerows([("area", "parent", "name"), *rows])
    return path
