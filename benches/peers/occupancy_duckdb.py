"""The occupancy cube in DuckDB: `occupancy_duckdb.py WAY THREADS FOLDER` prints its totals.

The cube is kept as a table of all cells with at least one child, keyed by facility, care type and
month. Facilities are joined to their positions and care types are an ENUM: integers group faster than
texts. Three ways to build it:

months       one row per contract and month, then counted;
differences  starts and ends counted, summed up along the months, and spread over them;
packed       the same with facility, care type and month packed into one integer by hand.
"""

import json
import sys

import duckdb

FIRST_MONTH = 2016 * 12 + 7  # August 2016
MONTHS = 120

# Months since the first of the cube; nursery is kindergarten from the month of the third birthday.
CONTRACTS = f"""
    SELECT position AS facility,
           care_type::care_type AS care,
           greatest(year(first_day) * 12 + month(first_day) - 1 - {FIRST_MONTH}, 0)::INTEGER AS start,
           least(coalesce(year(last_day) * 12 + month(last_day) - {FIRST_MONTH}, {MONTHS}),
                 {MONTHS})::INTEGER AS stop,
           (year(third_birthday) * 12 + month(third_birthday) - 1 - {FIRST_MONTH})::INTEGER AS turn,
           round(daily_hours * 4)::INTEGER AS quarter_hours
    FROM read_parquet($contracts) JOIN facilities USING (facility_id)
"""

SETUP = """
    CREATE TYPE care_type AS ENUM ('childminding', 'nursery', 'kindergarten', 'after_school');
    CREATE TEMP TABLE facilities AS
    SELECT facility_id, (row_number() OVER (ORDER BY facility_id) - 1)::INTEGER AS position
    FROM read_parquet($facilities);
"""

# Nursery up to the third birthday, kindergarten from its month on.
SPANS = """
    SELECT facility,
           care,
           start,
           CASE WHEN care = 'nursery' THEN least(stop, turn) ELSE stop END AS stop,
           quarter_hours
    FROM contracts
    UNION ALL
    SELECT facility, 'kindergarten'::care_type, greatest(start, turn), stop, quarter_hours
    FROM contracts
    WHERE care = 'nursery'
"""

WAYS = {
    "months": f"""
        CREATE TEMP TABLE cube AS
        WITH contracts AS ({CONTRACTS}),
        spread AS (
            SELECT facility, care, turn, quarter_hours, unnest(range(start, stop))::INTEGER AS month
            FROM contracts
            WHERE start < stop
        )
        SELECT facility,
               CASE WHEN care = 'nursery' AND month >= turn THEN 'kindergarten' ELSE care END AS care,
               month,
               count(*)::INTEGER AS children,
               sum(quarter_hours)::INTEGER AS quarter_hours
        FROM spread
        GROUP BY ALL
    """,
    "differences": f"""
        CREATE TEMP TABLE cube AS
        WITH contracts AS ({CONTRACTS}),
        spans AS ({SPANS}),
        changes AS (
            SELECT facility, care,
                   unnest([start, stop]) AS month,
                   unnest([1, -1]) AS children,
                   unnest([quarter_hours, -quarter_hours]) AS quarter_hours
            FROM spans
            WHERE start < stop
        ),
        months AS (
            SELECT facility, care, month,
                   sum(children)::INTEGER AS children,
                   sum(quarter_hours)::INTEGER AS quarter_hours
            FROM changes
            GROUP BY ALL
        ),
        levels AS (
            SELECT facility, care, month,
                   sum(children) OVER along::INTEGER AS children,
                   sum(quarter_hours) OVER along::INTEGER AS quarter_hours,
                   lead(month, 1, month) OVER along AS next_month
            FROM months
            WINDOW along AS (PARTITION BY facility, care ORDER BY month)
        )
        SELECT facility, care, unnest(range(month, next_month))::INTEGER AS month, children, quarter_hours
        FROM levels
        WHERE children > 0
    """,
    # 128 numbers a line of months, four lines a facility.
    "packed": f"""
        CREATE TEMP TABLE cube AS
        WITH contracts AS ({CONTRACTS}),
        spans AS ({SPANS}),
        lines AS (
            SELECT ((facility * 4 + enum_code(care)) * 128)::INTEGER AS line, start, stop, quarter_hours
            FROM spans
            WHERE start < stop
        ),
        changes AS (
            SELECT unnest([line + start, line + stop]) AS key,
                   unnest([1, -1]) AS children,
                   unnest([quarter_hours, -quarter_hours]) AS quarter_hours
            FROM lines
        ),
        months AS (
            SELECT key, sum(children)::INTEGER AS children, sum(quarter_hours)::INTEGER AS quarter_hours
            FROM changes
            GROUP BY key
        ),
        levels AS (
            SELECT key,
                   sum(children) OVER along::INTEGER AS children,
                   sum(quarter_hours) OVER along::INTEGER AS quarter_hours,
                   lead(key, 1, key) OVER along AS next_key
            FROM months
            WINDOW along AS (PARTITION BY key // 128 ORDER BY key)
        ),
        cells AS (
            SELECT unnest(range(key, next_key))::INTEGER AS key, children, quarter_hours
            FROM levels
            WHERE children > 0
        )
        SELECT key // 512 AS facility,
               (enum_range(NULL::care_type))[key // 128 % 4 + 1]::care_type AS care,
               key % 128 AS month,
               children,
               quarter_hours
        FROM cells
    """,
}

TOTALS = """
    SELECT care, sum(children), sum(quarter_hours), count(*), sum(children::BIGINT * children)
    FROM cube
    GROUP BY care
"""


def main() -> None:
    way, threads, folder = sys.argv[1:4]
    connection = duckdb.connect(config={"threads": int(threads)})
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(SETUP, {"facilities": f"{folder}/facilities.parquet"})
    connection.execute(WAYS[way], {"contracts": f"{folder}/contracts.parquet"})
    rows = {care: sums for care, *sums in connection.execute(TOTALS).fetchall()}
    totals = {
        care: int(rows.get(care, [0])[0])
        for care in ("childminding", "nursery", "kindergarten", "after_school")
    }
    for position, name in enumerate(("quarter_hours", "filled_cells", "squares"), start=1):
        totals[name] = sum(int(sums[position]) for sums in rows.values())
    print(json.dumps(totals))


main()
