#!/usr/bin/env python3
"""How soon the pages of a site are there, in Debian's Chromium from the disk.

    python notebooks-scripts/benchmarks/site_speed.py SITE [--units 20] [--start 1.0] [--page 0.3]

Measures, over fresh windows, until the start page is drawn and takes keys; over units of all layers, until a unit's page shows
its picture and what stands beside it, come to from another page and by a link of its own. Fails where the slowest is slower than
the bounds in seconds, where the console says anything, or where a page asks for anything outside of the folder. Needs chromium
and chromium-driver, and nothing of Python's but its own.
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from chromium import Driver

UNIT = """
const done=arguments[arguments.length-1],begin=performance.now();
const watch=()=>{
const image=document.querySelector('main .unit img');
if(image?.complete&&image.naturalWidth&&document.querySelector('main .chain, main .histogram'))
requestAnimationFrame(()=>done(performance.now()-(arguments[1]?0:begin)));else requestAnimationFrame(watch)};
if(arguments[0])location.hash=arguments[0];
watch()
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("site", type=pathlib.Path)
    parser.add_argument("--units", type=int, default=20)
    parser.add_argument("--start", type=float, default=1.0)
    parser.add_argument("--page", type=float, default=0.3)
    options = parser.parse_args()
    page = (options.site / "index.html").resolve().as_uri()
    folder = page.rsplit("/", 1)[0]
    driver, failures = Driver(), []
    try:
        starts, own = [], []
        with tempfile.TemporaryDirectory() as scratch:
            for number in range(5):
                driver.open(f"{scratch}/{number}")
                # The browser itself has begun by then.
                driver.visit("about:blank")
                driver.visit(page)
                starts.append(driver.value("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") / 1000)
                names = driver.value(
                    "return window.gingham.layers.filter(layer=>layer.explored).flatMap(layer=>layer.explored.units.map("
                    "unit=>'#/'+encodeURIComponent(layer.name)+'/'+unit.unit))")
                chosen = names[:: max(len(names) // options.units, 1)][: options.units]
                if number < 4:
                    driver.visit("about:blank")
                    driver.visit(page + chosen[number * len(chosen) // 4])
                    own.append(driver.value(UNIT, None, True, way="async") / 1000)
                    driver.close()
            inside = [driver.value(UNIT, name, False, way="async") / 1000 for name in chosen]
            layers = driver.value("return window.gingham.layers.filter(layer=>layer.explored).map(layer=>layer.name)")
            for name in layers[:: max(len(layers) // 6, 1)]:
                driver.value("location.hash='#/'+encodeURIComponent(arguments[0])", name)
            asked = driver.requests()
            said = driver.complaints()
            driver.close()
    finally:
        driver.end()
    for name, times, bound in [("start page", starts, options.start), ("unit's page", inside, options.page), ("unit's page by its own link", own, options.start)]:
        print(f"{name}: median {sorted(times)[len(times) // 2]:.3f} s, slowest {max(times):.3f} s of {len(times)}")
        if max(times) > bound:
            failures.append(f"{name}: slower than {bound} s")
    elsewhere = [name for name in asked if not name.startswith((folder, "data:", "about:", "chrome:"))]
    if len(asked) < len(inside):
        failures.append("nobody saw what was asked for")
    print(f"{len(names)} units; {len(asked)} files asked for, {len(elsewhere)} outside of the folder; the console said {len(said)} things")
    failures += elsewhere + said
    print(*failures, sep="\n")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
