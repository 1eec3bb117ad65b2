"""A placement round in another engine: `placement_peers.py PEER FOLDER` prints how many it places.

PEER is matching, algmatch or chilmai; FOLDER has programmes.csv and applications.csv of one seat group
with strict orders and no capacity of 0 (the first two engines fail on it). Every engine gets the lists
in its own form. `matching` and `algmatch` return the family-optimal matching, which is compared with
placements.csv where that is in the folder; ChilmAI maximises the number of children placed in a stable
matching, of which there may be several. Processor seconds of the steps go to standard error.
"""

import csv
import io
import sys
import time
from pathlib import Path
from unittest import mock


def read(folder: Path) -> tuple[dict, dict, dict]:
    """Capacities, wish lists best first, and the line of each programme, first in line first."""
    with open(folder / "programmes.csv", newline="") as file:
        capacities = {row["programme_id"]: int(row["capacity"]) for row in csv.DictReader(file)}
    wishes: dict[str, list] = {}
    lines: dict[str, list] = {programme: [] for programme in capacities}
    with open(folder / "applications.csv", newline="") as file:
        for row in csv.DictReader(file):
            child, programme = row["applicant_id"], row["programme_id"]
            wishes.setdefault(child, []).append((int(row["rank"]), programme))
            lines[programme].append((-int(row["points"]), int(row["lot"]), child))
    for rows in (*wishes.values(), *lines.values()):
        rows.sort()
    return (
        {programme: capacities[programme] for programme in capacities if lines[programme]},
        {child: [programme for _, programme in rows] for child, rows in wishes.items()},
        {programme: rows for programme, rows in lines.items() if rows},
    )


def with_matching(capacities: dict, wishes: dict, lines: dict) -> dict:
    from matching.games import HospitalResident

    sys.setrecursionlimit(1_000_000)  # it copies a graph recursively
    game = HospitalResident.create_from_dictionaries(
        wishes,
        {programme: [child for *_, child in rows] for programme, rows in lines.items()},
        capacities,
    )
    solution = game.solve(optimal="resident")
    return {child.name: programme.name for programme, held in solution.items() for child in held}


def with_algmatch(capacities: dict, wishes: dict, lines: dict) -> dict:
    # The package loads a commercial solver for a problem that is not this one.
    with mock.patch.dict(sys.modules, {"gurobipy": mock.MagicMock()}):
        from algmatch import HospitalResidentsProblem

    children = {child: number for number, child in enumerate(wishes, start=1)}
    programmes = {programme: number for number, programme in enumerate(capacities, start=1)}
    problem = HospitalResidentsProblem(
        dictionary={
            "residents": {
                children[child]: [programmes[programme] for programme in listed]
                for child, listed in wishes.items()
            },
            "hospitals": {
                programmes[programme]: {
                    "capacity": capacities[programme],
                    "preferences": [children[child] for *_, child in rows],
                }
                for programme, rows in lines.items()
            },
        },
        optimisedSide="residents",
    )
    pairs = problem.get_stable_matching()["resident_sided"]
    child_of = {f"r{number}": child for child, number in children.items()}
    programme_of = {f"h{number}": programme for programme, number in programmes.items()}
    return {
        child_of[child]: programme_of[programme] for child, programme in pairs.items() if programme
    }


def table(rows: list[list]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def with_chilmai(capacities: dict, wishes: dict, lines: dict) -> dict:
    from chilmai.generic.service import MatchingService

    # More points first: the place in line counted from its end, all lines as long as the longest.
    scores = {
        (programme, child): len(wishes) - place
        for programme, rows in lines.items()
        for place, (*_, child) in enumerate(rows)
    }
    most = max(map(len, wishes.values()))
    numbers = range(1, most + 1)
    head = ["child", "household", "age", "pattern", "enrolled"]
    head += [f"{name}{n}" for name in ("wish_", "score_") for n in numbers]
    children = [head]
    for child, listed in wishes.items():
        padding = [""] * (most - len(listed))
        points = [scores[programme, child] for programme in listed]
        children.append([child, child, 0, "", "", *listed, *padding, *points, *padding])
    daycares = [["daycare", "name", *(f"seats_{age}" for age in range(6))]]
    for programme, capacity in capacities.items():
        daycares.append([programme, programme, capacity, 0, 0, 0, 0, 0])
    result = MatchingService().match(
        children_file_bytes=table(children),
        children_file_format="csv",
        daycares_file_bytes=table(daycares),
        daycares_file_format="csv",
        mapping={
            "children": {
                "child_id": "child",
                "household_id": "household",
                "age": "age",
                "score": "",
                "score_prefix": "score_",
                "preference_prefix": "wish_",
                "enrolled_daycare_id": "enrolled",
                "sibling_pattern": "pattern",
            },
            "daycares": {
                "daycare_id": "daycare",
                "daycare_name": "name",
                "capacity_prefix": "seats_",
            },
            "output": {},
            "combination": {},
        },
        solver_config={"max_time_seconds": 600.0},
    )
    return {child: place for child, place in result["matching_result_dict"].items() if place}


PEERS = {"matching": with_matching, "algmatch": with_algmatch, "chilmai": with_chilmai}


def main() -> None:
    peer, folder = sys.argv[1], Path(sys.argv[2])
    lists = read(folder)
    read_until = time.process_time()
    placed = PEERS[peer](*lists)
    solved = time.process_time() - read_until
    print(f"  CPU s of {peer}: read {read_until:.2f}  solve {solved:.2f}", file=sys.stderr)
    ours = folder / "placements.csv"
    if peer != "chilmai" and ours.exists():
        with open(ours, newline="") as file:
            rows = csv.DictReader(file)
            expected = {row["applicant_id"]: row["programme_id"] for row in rows}
        if placed != {child: place for child, place in expected.items() if place}:
            sys.exit(f"{peer} places children elsewhere than placements.csv")
    print(len(placed))


main()
