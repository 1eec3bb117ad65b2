#!/usr/bin/env python3
"""One table of forecast errors: ours beside naive, Hamilton-Perry, ETS, Theta and ETS+MinT.

forecast_table.py --scorer backtest.py --data FOLDER --placewright PROGRAM --out FOLDER [--methods hp,naive,...]

The scorer is the back-test script of the method sheet, which makes the baselines and judges all forecasts
on the same origins, years ahead and areas; FOLDER holds norway_children.csv, norway_areas.csv and
berlin_children.csv. Needs numpy, pandas, scipy and statsforecast (peers/requirements-forecast.txt).
Forecasts stay in --out; a method whose file is there already is not made again.
"""

import argparse
import csv
import importlib.util
import os
import subprocess
from pathlib import Path

METHODS = ["naive", "hp", "ets", "theta", "mint:ets"]
GROUPS = {"norway": "U3=0-2,K=3-5,H=6-9", "berlin": "U3=0-2,K=3-5"}
ORIGINS = {"norway": (2014, 2025), "berlin": (2009, 2015)}
CITIES = {"M0301": "nor03", "M4601": "nor46", "M1103": "nor11", "M5001": "nor50"}


def scorer(path: Path, data: Path, out: Path):
    os.environ["KITA_DATA"] = str(data)
    spec = importlib.util.spec_from_file_location("backtest", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.BASE = str(out)
    return module


def rows(path: Path) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def inputs(dataset: str, data: Path, out: Path) -> tuple[Path, Path, int]:
    """Population and areas as `placewright backtest` reads them, and the last year."""
    children = rows(data / f"{dataset}_children.csv")
    if dataset == "norway":
        leaves = {
            row["area"]: "C" + (CITIES.get(row["parent"]) or row["county_code"])[-2:]
            for row in rows(data / "norway_areas.csv")
            if row["leaf"] == "1"
        }
        levels = sorted(leaves.items()) + [(county, "") for county in sorted(set(leaves.values()))]
    else:
        leaves = {row["area"]: "R" + row["area"][:6] for row in children}
        above = {(f"R{area[:6]}", f"B{area[:2]}") for area in leaves}
        top = {(district, "") for _, district in above}
        levels = sorted(leaves.items()) + sorted(above) + sorted(top)
    ages = [name for name in children[0] if name[0] == "a" and name[1:2].isdigit()]
    population, areas = out / f"{dataset}_population.csv", out / f"{dataset}_areas.csv"
    with open(population, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["area", "year", "age", "count"])
        for row in children:
            if row["area"] in leaves:
                for age in ages:
                    writer.writerow([row["area"], row["year"], age[1:].replace("_", "-"), row[age]])
    with open(areas, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("area", "parent"), *levels])
    return population, areas, max(int(row["year"]) for row in children)


def ours(dataset: str, program: Path, data: Path, out: Path) -> Path:
    population, areas, last = inputs(dataset, data, out)
    first, final = ORIGINS[dataset]
    target = out / "fc" / f"{dataset}_placewright.csv"
    subprocess.run(
        [program, "backtest", "--population", population, "--areas", areas, "--groups", GROUPS[dataset],
         "--origins", f"{first}..{min(final, last - 1)}", "--horizon", "5", "--out", target],
        check=True, stdout=subprocess.DEVNULL,
    )
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ["scorer", "data", "placewright", "out"]:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--methods", default=",".join(METHODS))
    arguments = parser.parse_args()
    (arguments.out / "fc").mkdir(parents=True, exist_ok=True)
    judge = scorer(arguments.scorer, arguments.data, arguments.out)
    print("| data | level | group | method | WAPE % | bias % | WIS | 80 % | 95 % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for dataset in ["norway", "berlin"]:
        files = [ours(dataset, arguments.placewright, arguments.data, arguments.out)]
        last = judge.truth(dataset).year.max()
        first, final = ORIGINS[dataset]
        origins = [year for year in range(first, final + 1) if year < last]
        for method in arguments.methods.split(","):
            target = arguments.out / "fc" / f"{dataset}_{method.replace(':', '-')}.csv"
            if not target.exists():
                if method.startswith("hp"):
                    made = judge.run_hp(dataset, method, origins)
                elif method.startswith("mint:"):
                    made = judge.run_mint(dataset, method[5:])
                else:
                    made = judge.run_sf(dataset, method, origins)
                made.round(3).to_csv(target, index=False)
            files.append(target)
        table = judge.score(dataset, [str(file) for file in files], "all", ("level", "group"))
        for row in table.sort_values(["level", "group", "WIS"]).itertuples():
            print(
                f"| {dataset} | {row.level} | {row.group} | {row.method} | {100 * row.WAPE:.2f} | "
                f"{100 * row.rbias:+.2f} | {row.WIS:.2f} | {row.cov80:.3f} | {row.cov95:.3f} |"
            )


if __name__ == "__main__":
    main()
