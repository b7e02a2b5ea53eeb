#!/usr/bin/env bash
# Screenshots of nine pages as outputs/gallery/explore-*.webp: of a site of SqueezeNet with photographs and its repaired twin, of
# the same net served while something climbs, and of a generator's site. Needs models/ (fetch_models.sh), the built tool, Debian's
# chromium and chromium-driver, and the Python package pillow; some minutes on two idle cores.
#
#   notebooks-scripts/gallery_explore.sh [OPTIONS OF gingham explore, such as --threads 1]
#
# PHOTOGRAPHS is a folder to take in place of models/pictures; atlas and exemplars gain by more of them (fetch_photographs.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
gingham=$(realpath "${GINGHAM:-.build/release/gingham}")
photographs=$(realpath "${PHOTOGRAPHS:-models/pictures}")
scratch=$(mktemp -d)
served=
trap '[ -z "$served" ] || kill -INT "$served"; rm -rf "$scratch"' EXIT

# Pages show names as they were typed.
ln -s "$PWD/models" "$scratch/models"
gallery=$PWD/outputs/gallery scripts=$PWD/notebooks-scripts
cd "$scratch"
net=models/squeezenet1_1.safetensors
"$gingham" repair "$net" --with blurpool --all --out net.onnx --output repaired "$@"
"$gingham" explore "$net" --layers features.6.expand3x3 --units 0-23 --steps 32 --mitigations features.6.expand3x3 \
  --output layer "$@"
"$gingham" explore "$net" --layers features.9.squeeze,features.9.expand3x3 --units 0-7 --steps 32 \
  --negative --accentuate --diversity 4 --atlas features.9 --against repaired/net.onnx \
  --pictures "$photographs" --output net "$@"
"$gingham" explore models/dcgan_faces.pth --output generator "$@"
"$gingham" explore "$net" --serve --output served "$@" > served.log &
served=$!
until grep -q '^Serving at' served.log; do sleep 0.2; kill -0 "$served"; done

python3 - "$scratch" "$(sed -n 's/^Serving at \(.*\/\) until.*/\1/p' served.log)" "$gallery" "$scripts" <<'PYTHON'
import io, pathlib, sys
from PIL import Image

sys.path.insert(0, sys.argv[4])
from chromium import Driver

scratch, address, gallery = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
slide = "const slide=document.querySelector('.mix input');slide.value=arguments[0];slide.dispatchEvent(new Event('input'))"
climb = """
document.querySelector('button[aria-controls=live]').click();
const form=document.querySelector('#live form');form.objective.value='features.9.expand3x3:6 + 0.5*class:281';form.requestSubmit()
"""
beside = "[...document.querySelectorAll('h2')].find(head=>head.textContent.startsWith('Beside')).scrollIntoView();scrollBy(0,-60)"
driver = Driver()


def shoot(name, site, where, height, *acts, until="true"):
    driver.open(f"{scratch}/{name}", 1280, height)
    driver.visit((address if site == "served" else f"file://{scratch}/{site}/index.html") + where)
    driver.wait("document.querySelector('h1')")
    for script, *arguments in acts:
        driver.wait("document.readyState==='complete'&&document.querySelector('.recipe,.chain,#live,.atlas')")
        driver.value(script, *arguments)
    driver.wait(until)
    driver.wait("[...document.images].every(image=>image.complete||image.getBoundingClientRect().top>innerHeight)")
    driver.value("return new Promise(done=>setTimeout(done,500))")
    picture = Image.open(io.BytesIO(driver.screenshot())).convert("RGB")
    said = driver.complaints()
    driver.close()
    if said:
        sys.exit(f"{name}: the console says {said}")
    # As good as 150 kB allow.
    for quality in (80, 65, 50, 35):
        data = io.BytesIO()
        picture.save(data, "WEBP", quality=quality, method=6)
        if len(data.getvalue()) < 150_000:
            break
    (gallery / f"explore-{name}.webp").write_bytes(data.getvalue())


unit = "#/features.9.expand3x3/6"
try:
    shoot("net", "net", "#/", 1300)
    shoot("layer", "layer", "#/features.6.expand3x3", 900, (slide, 1))
    shoot("unit", "net", unit, 1500)
    shoot("beside", "net", unit, 1100, (beside,))
    shoot("picture", "net", "#picture/0", 1300)
    shoot("atlas", "net", "#atlas", 1400, ("return 0",))
    shoot("generator", "generator", "#/", 1500)
    shoot("sample", "generator", "#sample/0", 1400)
    shoot("served", "served", "#/features.9.expand3x3/6", 1100, (climb,),
          until="/^Step [3-9]\\d/.test(document.querySelector('.watched figcaption').textContent)&&document.querySelector('.chain')")
finally:
    driver.end()
PYTHON
