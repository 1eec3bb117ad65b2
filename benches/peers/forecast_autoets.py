"""AutoETS five years ahead for every series: `forecast_autoets.py SERIES.csv` prints how many.

SERIES.csv has the columns series,year,children. Needs statsforecast (requirements-forecast.txt).
"""

import sys

import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS

table = pd.read_csv(sys.argv[1]).rename(columns={"series": "unique_id", "year": "ds", "children": "y"})
model = StatsForecast(models=[AutoETS(season_length=1)], freq=1, n_jobs=1)
found = model.forecast(df=table, h=5, level=[80, 95])
print(found["unique_id"].nunique())
