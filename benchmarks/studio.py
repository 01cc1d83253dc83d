"""How long from stroke to colour in the browser, and whether memory stays put.

    python benchmarks/studio.py                                   # the shipped model, 512 x 512, WASM
    python benchmarks/studio.py --faithful faithful.onnx          # also the faithful net in the same page
    python benchmarks/studio.py --heap 500                        # JavaScript heap over 500 strokes

Needs the package playwright and a Chromium. Figures are only worth keeping from a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

from playwright.sync_api import Page, sync_playwright  # noqa: E402
from studio.chromium import launch, wait_until  # noqa: E402
from studio.drawings import draw_house  # noqa: E402
from studio.serving import list_examples, serve  # noqa: E402

TIME_STROKES = """async ([models, side, strokes]) => {
  const { Engine } = await import('./engine/engine.js');
  const { strokeHint } = await import('./core/hints.js');
  const { lineart } = studio.editor.document;
  const started = performance.now();
  const engine = new Engine({ models: new URL(models, document.baseURI).href, preference: 'wasm' });
  const mask = new Uint8Array(side * side).fill(255);
  let hints = [];
  const drawing = async () => ({ width: side, height: side, lineart, mask, base: null });
  await engine.start({ drawing, hints: () => hints, mask: () => mask });
  if (engine.state.phase !== 'ready') throw new Error(engine.state.message);
  const loadMs = performance.now() - started;
  const times = [];
  const paint = (at) => new Promise((resolve) => {
    const place = (at * 97) % (side - 60);
    hints = [...hints, strokeHint([place + 20, side * 0.6, 8, place + 50, side * 0.62, 8], [200, 60, at % 256])];
    const stop = engine.on('painted', (answer) => { stop(); resolve(answer); });
    engine.paint();
  });
  engine.renew();
  const first = await paint(0);
  const inside = [];
  for (let at = 1; at <= strokes; at++) {
    const { totalMs, paintMs } = await paint(at);
    times.push(totalMs);
    inside.push(paintMs);
  }
  engine.worker.terminate();
  return { times, inside, encodeMs: first.encodeMs, loadMs, threads: engine.state.threads };
}"""

ADD_STROKES = """async ([count]) => {
  const { strokeHint } = await import('./core/hints.js');
  for (let at = 0; at < count; at++) {
    const hint = strokeHint([20 + (at * 37) % 400, 30 + (at * 53) % 400, 6], [at % 256, 90, 200]);
    const kept = studio.editor.document.hints.slice(-20);
    studio.editor.preview('hints', [...kept, hint], { x: 0, y: 0, width: 512, height: 512 });
    studio.editor.keep('step.pen', 'hints', [...kept, hint]);
    await new Promise((resolve) => { const stop = studio.live.on('timing', () => { stop(); resolve(); }); });
  }
}"""


TIME_GRAPH = """async ([url, side, strokes]) => {
  const vendor = new URL('vendor/ort/', document.baseURI).href;
  const ort = await import(vendor + 'ort.wasm.bundle.min.mjs');
  ort.env.wasm.numThreads = studio.engine.state.threads;
  ort.env.wasm.wasmPaths = { wasm: vendor + 'ort-wasm-simd-threaded.wasm', mjs: vendor + 'ort-wasm-simd-threaded.mjs' };
  const file = new URL(url, document.baseURI).href;
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] });
  const bytes = (shape) => new Uint8Array(shape.reduce((all, one) => all * one)).fill(255);
  const picture = (...shape) => new ort.Tensor('uint8', bytes(shape), shape);
  const given = {
    lineart: picture(side, side), mask: picture(side, side),
    base: picture(side, side, 3), hints: picture(side, side, 4),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]]));
  await session.run(feeds);
  const times = [];
  for (let at = 0; at < strokes; at++) {
    const started = performance.now();
    await session.run(feeds);
    times.push(performance.now() - started);
  }
  await session.release();
  return times;
}"""


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def time_model(page: Page, name: str, folder: str, side: int, strokes: int) -> float:
    found = page.evaluate(TIME_STROKES, [folder, side, strokes])
    median = statistics.median(found["times"])
    print(
        f"{name:>10}: stroke to colour median {median:7.1f} ms, p90 {share(found['times'], 0.9):7.1f} ms, "
        f"of it painter {statistics.median(found['inside']):7.1f} ms, "
        f"encoder {found['encodeMs']:7.1f} ms, model open {found['loadMs']:7.0f} ms, {found['threads']} threads"
    )
    return median


def time_faithful(page: Page, side: int, strokes: int) -> float:
    times = page.evaluate(TIME_GRAPH, ["bench/faithful.onnx", side, strokes])
    median = statistics.median(times)
    print(f"{'faithful':>10}: stroke to colour median {median:7.1f} ms, p90 {share(times, 0.9):7.1f} ms")
    return median


def heap_bytes(page: Page, session: Any) -> int:
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return int(usage["usedSize"] + usage.get("backingStorageSize", 0))


def watch_heap(page: Page, strokes: int) -> None:
    session = page.context.new_cdp_session(page)
    page.evaluate(ADD_STROKES, [50])
    sizes = [heap_bytes(page, session)]
    for _ in range(5):
        page.evaluate(ADD_STROKES, [strokes // 5])
        sizes.append(heap_bytes(page, session))
    print("heap after 50 strokes and each fifth:", " ".join(f"{size / 1e6:.1f}" for size in sizes), "MB")


def open_page(browser: Any, url: str) -> Page:
    page: Page = browser.new_page()
    started = time.perf_counter()
    page.goto(url)
    wait_until(page, "document.documentElement.dataset.ready === 'true' && studio.live.answer")
    print(f"first colouring {time.perf_counter() - started:.2f} s after opening the page, model included")
    wait_until(page, "studio.live.complete")
    return page


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "src/stenciltorch/models")
    parser.add_argument("--faithful", type=Path, metavar="FILE", help="made by benchmarks/faithful.py")
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--strokes", type=int, default=30)
    parser.add_argument("--heap", type=int, default=0, metavar="STROKES")
    return parser.parse_args()


def main() -> None:
    options = parse()
    folder = Path(tempfile.mkdtemp())
    draw_house(options.side).save(folder / "house-lineart.png")
    dabs = [{"at": [options.side / 2, options.side / 2.6], "color": "#c8503c", "radius": 8}]
    (folder / "house-hints.json").write_text(json.dumps({"dabs": dabs}))
    list_examples(folder)
    if options.faithful:
        shutil.copy(options.faithful, folder / "faithful.onnx")
    with sync_playwright() as playwright, serve(options.model, folder, more={"/bench/": folder}) as url:
        browser = launch(playwright)
        page = open_page(browser, url)
        ours = time_model(page, "shipped", "models/", options.side, options.strokes)
        if options.faithful:
            theirs = time_faithful(page, options.side, max(3, options.strokes // 5))
            print(f"faithful / shipped = {theirs / ours:.1f}")
        if options.heap:
            watch_heap(page, options.heap)
        browser.close()


if __name__ == "__main__":
    main()
