"""The occupancy cube in polars: `occupancy_polars.py WAY THREADS FOLDER` prints its totals.

The cube is kept as a frame of all cells with at least one child, keyed by facility, care type and
month; facilities and care types are an Enum, as integers group faster than texts. Three ways to build
it, all by the streaming engine:

months       one row per contract and month, then counted;
differences  starts and ends counted, summed up along the months, and spread over them;
packed       the same with facility, care type and month packed into one integer by hand.
"""

import json
import os
import sys

FIRST_MONTH = 2016 * 12 + 7  # August 2016
MONTHS = 120


CARE = ["childminding", "nursery", "kindergarten", "after_school"]


def contracts(folder):
    """Months since the first of the cube."""
    facilities = pl.read_parquet(f"{folder}/facilities.parquet")["facility_id"].sort()

    def month(day):
        year = pl.col(day).dt.year().cast(pl.Int32)
        return year * 12 + pl.col(day).dt.month().cast(pl.Int32) - 1 - FIRST_MONTH

    first, last = pl.lit(0, pl.Int32), pl.lit(MONTHS, pl.Int32)
    return pl.scan_parquet(f"{folder}/contracts.parquet").select(
        facility=pl.col("facility_id").cast(pl.Enum(facilities)),
        care=pl.col("care_type").cast(pl.Enum(CARE)),
        start=pl.max_horizontal(month("first_day"), first),
        stop=pl.min_horizontal((month("last_day") + 1).fill_null(MONTHS), last),
        turn=month("third_birthday"),
        quarter_hours=(pl.col("daily_hours") * 4).round().cast(pl.Int32),
    )


def by_months(frame):
    return (
        frame.filter(pl.col("start") < pl.col("stop"))
        .with_columns(month=pl.int_ranges("start", "stop", dtype=pl.Int32))
        .explode("month")
        .with_columns(
            care=pl.when((pl.col("care") == "nursery") & (pl.col("month") >= pl.col("turn")))
            .then(pl.lit("kindergarten", pl.Enum(CARE)))
            .otherwise("care")
        )
        .group_by("facility", "care", "month")
        .agg(children=pl.len().cast(pl.Int32), quarter_hours=pl.col("quarter_hours").sum())
    )


def spans(frame):
    """Nursery up to the third birthday, kindergarten from its month on."""
    nursery = pl.col("care") == "nursery"
    before = frame.with_columns(
        stop=pl.when(nursery).then(pl.min_horizontal("stop", "turn")).otherwise("stop")
    )
    after = frame.filter(nursery).with_columns(
        care=pl.lit("kindergarten", pl.Enum(CARE)), start=pl.max_horizontal("start", "turn")
    )
    return pl.concat([before, after]).filter(pl.col("start") < pl.col("stop"))


def levels(starts, stops, key):
    """Cells from starts and stops; all children of a line have left at its end, so sums begin anew."""
    along = key[-1]
    return (
        pl.concat([starts, stops])
        .group_by(key)
        .agg(pl.col("children", "quarter_hours").sum())
        .sort(key)
        .with_columns(
            pl.col("children", "quarter_hours").cum_sum(), until=pl.col(along).shift(-1)
        )
        .filter(pl.col("children") > 0)
        .with_columns(pl.int_ranges(along, "until", dtype=pl.Int32))
        .drop("until")
        .explode(along)
    )


def by_differences(frame):
    change = ["facility", "care"]
    starts = spans(frame).select(
        *change, "quarter_hours", month="start", children=pl.lit(1, pl.Int32)
    )
    stops = spans(frame).select(
        *change, -pl.col("quarter_hours"), month="stop", children=pl.lit(-1, pl.Int32)
    )
    return levels(starts, stops, [*change, "month"])


def by_packed_differences(frame):
    # 128 numbers a line of months, four lines a facility.
    facility, care = (pl.col(name).to_physical().cast(pl.Int32) for name in ("facility", "care"))
    lines = spans(frame).with_columns(line=(facility * 4 + care) * 128)
    starts = lines.select(
        "quarter_hours", key=pl.col("line") + pl.col("start"), children=pl.lit(1, pl.Int32)
    )
    stops = lines.select(
        -pl.col("quarter_hours"), key=pl.col("line") + pl.col("stop"), children=pl.lit(-1, pl.Int32)
    )
    key = pl.col("key")
    return levels(starts, stops, ["key"]).select(
        "children",
        "quarter_hours",
        facility=key // 512,
        care=(key // 128 % 4).replace_strict(list(range(4)), CARE, return_dtype=pl.Enum(CARE)),
        month=key % 128,
    )


def main():
    way, _, folder = sys.argv[1:4]
    ways = {"months": by_months, "differences": by_differences, "packed": by_packed_differences}
    cube = ways[way](contracts(folder)).collect(engine="streaming")
    children = pl.col("children").cast(pl.Int64)
    sums = cube.group_by("care").agg(
        children.sum(),
        pl.col("quarter_hours").cast(pl.Int64).sum(),
        filled_cells=pl.len(),
        squares=(children * children).sum(),
    )
    rows = {row["care"]: row for row in sums.iter_rows(named=True)}
    totals = {
        care: rows[care]["children"] if care in rows else 0
        for care in CARE
    }
    for name in ("quarter_hours", "filled_cells", "squares"):
        totals[name] = sum(row[name] for row in rows.values())
    print(json.dumps(totals))


if __name__ == "__main__":
    # polars reads its number of threads when it is loaded.
    os.environ["POLARS_MAX_THREADS"] = sys.argv[2]
    import polars as pl

    main()
