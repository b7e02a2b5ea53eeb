"""Statistics over seeds."""
import numpy
from scipy import stats


def student(values):
    """Mean, the ends of its 95 % interval, and the two-sided p-value against 0."""
    values = numpy.asarray(values, float)
    count, mean = len(values), float(values.mean())
    if count < 3:
        return mean, float("nan"), float("nan"), float("nan")
    error = float(values.std(ddof=1)) / count ** 0.5
    reach = float(stats.t.ppf(0.975, count - 1)) * error
    chance = float(2 * stats.t.sf(abs(mean) / error, count - 1)) if error > 0 else float(mean == 0)
    return mean, mean - reach, mean + reach, chance


def holm(chances):
    """Holm's p-values, in the order given."""
    found, least = [0.0] * len(chances), 0.0
    for rank, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min(1.0, (len(chances) - rank) * chances[index]))
        found[index] = least
    return [round(chance, 12) for chance in found]


def slope(x, y):
    """Of the least squares line."""
    x, y = numpy.asarray(x, float), numpy.asarray(y, float)
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
