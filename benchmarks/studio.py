"""How long from stroke to colour in the browser, and whether memory stays put.

    python benchmarks/studio.py                                   # the shipped model, 512 x 512, WASM
    python benchmarks/studio.py --faithful faithful.onnx          # also the faithful net in the same page
    python benchmarks/studio.py --heap 500                        # JavaScript heap over 500 strokes
    python benchmarks/studio.py --large                           # long tasks of the page at 4000 x 3000

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
  await engine.start({ drawing, hints: () => hints, mask: () => mask, light: () => ({ angle: -45, strength: 1 }) });
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

ADD_STROKES = """async ([count, wait]) => {
  const { strokeHint } = await import('./core/hints.js');
  const { editor, live } = studio;
  const painted = () => new Promise((resolve) => { const stop = live.on('timing', () => { stop(); resolve(); }); });
  for (let at = 0; at < count; at++) {
    const hint = strokeHint([20 + (at * 37) % 400, 30 + (at * 53) % 400, 6], [at % 256, 90, 200]);
    const kept = editor.document.hints.slice(-20);
    editor.preview('hints', [...kept, hint], { x: 0, y: 0, width: 512, height: 512 });
    const answer = wait && painted();
    editor.keep('step.pen', 'hints', [...kept, hint]);
    await answer;
  }
}"""

GRAPH_WORKER = """
self.onmessage = async ({ data: { vendor, url, side, strokes, threads } }) => {
  const ort = await import(vendor + 'ort.wasm.bundle.min.mjs');
  ort.env.wasm.numThreads = threads;
  const binary = vendor + 'ort-wasm-simd-threaded';
  ort.env.wasm.wasmPaths = { wasm: binary + '.wasm', mjs: binary + '.mjs' };
  const session = await ort.InferenceSession.create(url, { executionProviders: ['wasm'] });
  const bytes = (shape) => new Uint8Array(shape.reduce((all, one) => all * one)).fill(255);
  const picture = (...shape) => new ort.Tensor('uint8', bytes(shape), shape);
  const given = {
    lineart: picture(side, side), mask: picture(side, side),
    base: picture(side, side, 3), hints: picture(side, side, 4),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]]));
  const times = [];
  for (let at = 0; at <= strokes; at++) {
    const started = performance.now();
    await session.run(feeds);
    times.push(performance.now() - started);
  }
  self.postMessage(times.slice(1));
};
"""

TIME_GRAPH = """([url, side, strokes]) => new Promise((resolve, reject) => {
  const at = (path) => new URL(path, document.baseURI).href;
  const worker = new Worker(at('bench/graph-worker.js'), { type: 'module' });
  worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ vendor: at('vendor/ort/'), url: at(url), side, strokes, threads: studio.engine.state.threads });
})"""

WATCH_LARGE = """async ([width, height]) => {
  const { startDocument } = await import('./core/document.js');
  const lineart = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (x % 500 < 6 || y % 400 < 6) lineart[y * width + x] = 0;
  }
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask' });
  const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const quiet = async () => {
    do await rest(200); while (!studio.layers.jobs.empty || !studio.engine.idle || !studio.live.complete);
  };
  studio.show(startDocument({ name: 'large', width, height, lineart }));
  await quiet();
  const at = { x: width / 2 + 40, y: height / 2 + 40, scale: 0.2, pressure: 0.5, pointerType: 'mouse' };
  const stroke = async (tool) => {
    tool.down(at);
    for (let step = 1; step <= 40; step++) {
      tool.move([{ ...at, x: at.x + step * 12, y: at.y + step * 5 }]);
      await new Promise(requestAnimationFrame);
    }
    tool.up();
  };
  const press = async (tool) => (await tool.down(at), tool.up());
  const { tools, mask, actions } = studio;
  const acts = {
    pen: () => stroke(tools.pen), 'mask stroke': () => stroke(tools.mask),
    invert: () => mask.invert(), grow: () => mask.grow(),
    bucket: () => press(tools.bucket), region: () => press(tools.region),
    undo: () => actions.undo(), redo: () => actions.redo(),
    autosave: () => studio.autosave.save(),
  };
  const found = {};
  for (const [name, act] of Object.entries(acts)) {
    tasks.length = 0;
    await act();
    await quiet();
    found[name] = tasks.map(({ duration }) => Math.round(duration));
  }
  return found;
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


def watch_large(page: Page) -> None:
    """Tasks of the page's own thread that took more than 50 ms, at 4000 x 3000."""
    for act, durations in page.evaluate(WATCH_LARGE, [4000, 3000]).items():
        print(f"{act:>12}: tasks over 50 ms at 12 megapixels: {durations or 'none'}")


def heap_bytes(page: Page, session: Any) -> int:
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return int(usage["usedSize"] + usage.get("backingStorageSize", 0))


def watch_heap(page: Page, strokes: int) -> None:
    """First as many strokes as undo keeps at most: from there on nothing may grow."""
    session = page.context.new_cdp_session(page)
    page.evaluate(ADD_STROKES, [600, False])
    page.evaluate(ADD_STROKES, [5, True])
    sizes = [heap_bytes(page, session)]
    for _ in range(5):
        page.evaluate(ADD_STROKES, [strokes // 5, True])
        sizes.append(heap_bytes(page, session))
    shown = " ".join(f"{size / 1e6:.1f}" for size in sizes)
    print(f"heap when undo is full and after each fifth of {strokes} strokes: {shown} MB")


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
    parser.add_argument("--large", action="store_true", help="long tasks at 4000 x 3000")
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
        (folder / "graph-worker.js").write_text(GRAPH_WORKER)
    with sync_playwright() as playwright, serve(options.model, folder, more={"/bench/": folder}) as url:
        browser = launch(playwright)
        page = open_page(browser, url)
        ours = time_model(page, "shipped", "models/", options.side, options.strokes)
        if options.faithful:
            theirs = time_faithful(page, options.side, max(3, options.strokes // 5))
            print(f"faithful / shipped = {theirs / ours:.1f}")
        if options.heap:
            watch_heap(page, options.heap)
        if options.large:
            watch_large(page)
        browser.close()


if __name__ == "__main__":
    main()
