"""The children of a generated city allocated by other solvers: `allocation_peers.py PEER TASK FILE`.

PEER is highspy, ortools or pulp (with CBC; spopt states its models in PuLP, but has neither groups nor
unserved children, so the same model is stated here). TASK is all-ways (staff and areas, every way up to
30 km) or nearest-20 (nothing couples the groups). Prints the cost. OR-tools counts in whole thousandths.
"""

import sys

import numpy as np

PENALTIES = [25.0, 50.0, 60.0, 30.0, 20.0]
AREA_PER_CHILD = [2.0, 2.0, 1.0, 0.9, 0.9]
STAFF_PER_CHILD = [0.2, 0.2, 0.083333333, 0.045, 0.045]
YEAR = 5


class City:
    def __init__(self, file: str, nearest: int, most: float) -> None:
        numbers = np.array(open(file).read().split(), dtype=float)
        cells, sites, groups, years, _, districts = numbers[:6].astype(int)
        at = 6
        cell = numbers[at : at + cells * (3 + groups)].reshape(cells, -1)
        at += cell.size
        site = numbers[at : at + sites * (7 + groups)].reshape(sites, -1)
        at += site.size
        growth = numbers[at : at + years * districts * groups].reshape(years, districts, groups)
        base = cell[:, 3:]
        self.children = np.floor(base * growth[YEAR][cell[:, 2].astype(int)] + 0.5)
        places = site[:, 3 : 3 + groups]
        self.places = places * (site[:, 2:3] != 0)
        self.staff = 1.03 * float((base @ np.array(STAFF_PER_CHILD)).sum())
        self.areas = 0.97 * self.places @ np.array(AREA_PER_CHILD)
        way = 1.3 * np.hypot(*(cell[:, None, :2] - site[None, :, :2]).transpose(2, 0, 1))
        self.ways = []  # of each group: cells, sites, costs
        for group in range(groups):
            long = np.where(places[None, :, group] > 0, way, np.inf)
            order = np.argsort(long, axis=1, kind="stable")[:, : min(nearest, sites)]
            cost = np.take_along_axis(long, order, axis=1)
            keep = cost <= most if np.isfinite(most) else np.isfinite(cost)
            cells_of = np.repeat(np.arange(cells), order.shape[1]).reshape(order.shape)
            self.ways.append((cells_of[keep], order[keep], cost[keep]))


def with_highspy(city: City, coupled: bool) -> float:
    import highspy

    cells, groups = city.children.shape
    sites = city.places.shape[0]
    rows = groups * (cells + sites) + (1 + sites if coupled else 0)
    lower, upper = np.full(rows, -np.inf), np.empty(rows)
    cost, index, value, start = [], [], [], [0]
    for group, (of_cell, of_site, length) in enumerate(city.ways):
        first = groups * cells + group * sites
        lower[group * cells : (group + 1) * cells] = city.children[:, group]
        upper[group * cells : (group + 1) * cells] = city.children[:, group]
        upper[first : first + sites] = city.places[:, group]
        entries = [group * cells + of_cell, first + of_site]
        factors = [np.ones(len(length)), np.ones(len(length))]
        if coupled:
            after = groups * (cells + sites)
            entries += [np.full(len(length), after), after + 1 + of_site]
            factors += [
                np.full(len(length), STAFF_PER_CHILD[group]),
                np.full(len(length), AREA_PER_CHILD[group]),
            ]
        index.append(np.stack(entries, 1).ravel())
        value.append(np.stack(factors, 1).ravel())
        start.append(np.full(len(length), len(entries)))
        cost.append(length)
        index.append(group * cells + np.arange(cells))
        value.append(np.ones(cells))
        start.append(np.ones(cells, dtype=int))
        cost.append(np.full(cells, PENALTIES[group]))
    if coupled:
        upper[groups * (cells + sites)] = city.staff
        upper[groups * (cells + sites) + 1 :] = city.areas
    model = highspy.HighsLp()
    costs = np.concatenate(cost)
    model.num_col_, model.num_row_ = len(costs), rows
    model.col_cost_ = costs
    model.col_lower_, model.col_upper_ = np.zeros(len(costs)), np.full(len(costs), np.inf)
    model.row_lower_, model.row_upper_ = lower, upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    counts = np.concatenate([np.atleast_1d(part) for part in start])
    model.a_matrix_.start_ = np.cumsum(counts)
    model.a_matrix_.index_ = np.concatenate(index)
    model.a_matrix_.value_ = np.concatenate(value)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    solver.run()
    return solver.getInfo().objective_function_value


def with_ortools(city: City, coupled: bool) -> float:
    from ortools.graph.python import min_cost_flow

    if coupled:
        raise SystemExit("a flow has neither staff nor areas")
    cells, sites = city.children.shape[0], city.places.shape[0]
    total = 0.0
    for group, (of_cell, of_site, length) in enumerate(city.ways):
        flow = min_cost_flow.SimpleMinCostFlow()
        children = city.children[:, group].astype(int)
        root = cells + sites
        flow.add_arcs_with_capacity_and_unit_cost(
            of_cell, cells + of_site, children[of_cell], np.rint(1000 * length).astype(int)
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            np.arange(cells), np.full(cells, root), children, np.full(cells, int(1000 * PENALTIES[group]))
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            cells + np.arange(sites), np.full(sites, root), city.places[:, group].astype(int), np.zeros(sites, int)
        )
        flow.set_nodes_supplies(np.arange(cells), children)
        flow.set_node_supply(root, -int(children.sum()))
        if flow.solve() != flow.OPTIMAL:
            raise SystemExit("not solved")
        total += flow.optimal_cost() / 1000
    return total


def with_pulp(city: City, coupled: bool) -> float:
    import pulp

    if coupled:
        raise SystemExit("too large to be stated term by term")
    total = 0.0
    for group, (of_cell, of_site, length) in enumerate(city.ways):
        model = pulp.LpProblem("allocation", pulp.LpMinimize)
        flows = [pulp.LpVariable(f"x{number}", 0) for number in range(len(length))]
        left = [pulp.LpVariable(f"u{cell}", 0) for cell in range(len(city.children))]
        model += pulp.LpAffineExpression(
            list(zip(flows, length)) + [(unserved, PENALTIES[group]) for unserved in left]
        )
        of_cells = [[(unserved, 1)] for unserved in left]
        of_sites = [[] for _ in range(len(city.places))]
        for flow, cell, site in zip(flows, of_cell, of_site):
            of_cells[cell].append((flow, 1))
            of_sites[site].append((flow, 1))
        for terms, children in zip(of_cells, city.children[:, group]):
            model += pulp.LpAffineExpression(terms) == children
        for terms, places in zip(of_sites, city.places[:, group]):
            if terms:
                model += pulp.LpAffineExpression(terms) <= places
        model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1))
        total += pulp.value(model.objective)
    return total


def main() -> None:
    peer, task, file = sys.argv[1:]
    coupled = task == "all-ways"
    city = City(file, 10**9 if coupled else 20, 30.0 if coupled else np.inf)
    solve = {"highspy": with_highspy, "ortools": with_ortools, "pulp": with_pulp}[peer]
    print(f"{solve(city, coupled):.3f}")


if __name__ == "__main__":
    main()
