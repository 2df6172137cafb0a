// Charts: found wherever they appear, drawn when seen, redrawn when the theme or the width changes.
import { optionOf } from "./charts-options.js";
import { networkOption, startNetwork } from "./charts-network.js";
import { fillTable, saveImage } from "./charts-beside.js";
import { palette } from "./charts-palette.js";
import { startTreemap, treemapOption } from "./charts-treemap.js";

const drawn = new Map(); // figure -> {chart, spec}
let library;

function loadLibrary(address) {
  library ??= new Promise((resolve, reject) => {
    if (window.echarts) return resolve(window.echarts);
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => {
      library = undefined; // the next chart tries again
      reject(new Error("echarts"));
    };
    document.head.append(script);
  });
  return library;
}

async function specOf(figure) {
  const inline = figure.querySelector('script[type="application/json"]');
  if (inline) return JSON.parse(inline.textContent);
  const response = await fetch(figure.dataset.source, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  const spec = await response.json();
  if (spec.finding) {
    figure.querySelector("h3").textContent = spec.finding;
    figure.querySelector(".gx-chart-words p").textContent = spec.what;
  }
  return spec;
}

function option(spec, plot) {
  const look = { ...palette(plot), width: plot.clientWidth, height: plot.clientHeight };
  if (spec.kind === "network") return networkOption(spec, look);
  return spec.kind === "treemap" ? treemapOption(spec, look) : optionOf(spec, look);
}

async function draw(figure) {
  const plot = figure.querySelector("[data-chart-plot]");
  try {
    const [echarts, spec] = await Promise.all([loadLibrary(figure.dataset.echarts), specOf(figure)]);
    if (!figure.isConnected) return;
    if (spec.empty) {
      plot.textContent = spec.empty;
      plot.classList.add("gx-chart-empty");
      plot.setAttribute("role", "status");
      figure.dataset.state = "empty";
      return;
    }
    const chart = echarts.init(plot, null, { renderer: "svg" });
    chart.setOption(option(spec, plot));
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", [spec.finding, spec.what].filter(Boolean).join(". "));
    drawn.set(figure, { chart, spec, plot });
    if (spec.kind === "network") startNetwork(figure, chart, spec);
    else fillTable(figure.querySelector("[data-chart-rows]"), spec);
    if (spec.kind === "treemap") startTreemap(chart);
    resizes.observe(plot);
    figure.dataset.state = "drawn";
  } catch (problem) {
    console.error("chart", figure.id, problem);
    figure.querySelector("[data-chart-problem]").hidden = false;
    figure.dataset.state = "problem";
  }
}

function redraw({ chart, spec, plot }) {
  if (!plot.clientWidth) return; // hidden behind its table
  chart.resize();
  chart.setOption(option(spec, plot), { notMerge: true });
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "240px" },
);

const resizes = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const one = drawn.get(entry.target.closest("[data-chart]"));
    if (one && Math.abs(one.chart.getWidth() - entry.contentRect.width) > 1) redraw(one);
  }
});

function find() {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll("[data-chart]:not([data-state])")) {
    figure.dataset.state = "waiting";
    seen.observe(figure);
  }
}

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-chart-table], [data-chart-image]");
  const figure = tool?.closest("[data-chart]");
  const one = figure && drawn.get(figure);
  if (!one) return;
  if (tool.matches("[data-chart-image]")) {
    saveImage(window.echarts, one.spec, option, figure.id);
    return;
  }
  const table = figure.querySelector("[data-chart-rows]");
  table.hidden = !table.hidden;
  one.plot.hidden = !table.hidden;
  tool.setAttribute("aria-pressed", String(!table.hidden));
  if (table.hidden) redraw(one);
});

// On paper everything is light, whatever the screen is, and as wide as the paper.
let onScreen;
window.addEventListener("beforeprint", () => {
  onScreen = document.documentElement.dataset.bsTheme;
  document.documentElement.dataset.bsTheme = "light";
  drawn.forEach(redraw);
});
window.addEventListener("afterprint", () => {
  if (onScreen) document.documentElement.dataset.bsTheme = onScreen;
  drawn.forEach(redraw);
});

new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
new MutationObserver(() => drawn.forEach(redraw)).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-bs-theme"],
});
find();
