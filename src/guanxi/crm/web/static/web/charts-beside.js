// What stands beside a chart: its figures as a table, and the chart as an image.
import { dayName, exact, oneLine } from "./charts-figures.js";

function cell(kind, text, css) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (css) made.className = css;
  return made;
}

export function fillTable(place, spec) {
  const columns = spec.total ? [...spec.series, spec.total] : spec.series;
  const table = document.createElement("table");
  table.className = "gx-table";
  const head = table.createTHead().insertRow();
  head.append(cell("th", spec.axis ?? (spec.chinese ? "日期" : "Date")));
  for (const column of columns) head.append(cell("th", column.name, "gx-number"));
  for (const heading of head.children) heading.scope = "col";
  const body = table.createTBody();
  for (let row = spec.at.length - 1; row >= 0; row -= 1) {
    const line = body.insertRow();
    const name = cell("th", spec.kind === "steps" ? dayName(spec.at[row], spec.chinese) : oneLine(spec.labels[row]));
    name.scope = "row";
    line.append(name, ...columns.map((column) => cell("td", exact(column.values[row], spec), "gx-number")));
  }
  if (spec.kind === "ladder" || spec.kind === "treemap") body.append(...[...body.rows].reverse());
  const frame = document.createElement("div");
  frame.className = "gx-scroll";
  frame.tabIndex = 0;
  frame.append(table);
  place.replaceChildren(frame);
}

const WIDTH = 960;
const HEAD = 80;

// Drawn anew on a canvas, light whatever the screen is, with the title and the day it is of, for reports and slides.
export function saveImage(echarts, spec, optionOf, name) {
  const network = spec.kind === "network";
  const plot = document.createElement("div");
  plot.className = `gx-chart-offscreen${network ? " gx-chart-offscreen-tall" : ""}`;
  document.body.append(plot);
  const option = optionOf(spec, plot);
  const height = plot.clientHeight + HEAD;
  const chart = echarts.init(plot, null, { renderer: "canvas", width: WIDTH, height, devicePixelRatio: 2 });
  try {
    const date = document.querySelector(".gx-date time")?.textContent ?? "";
    const title = {
      text: spec.finding,
      subtext: [spec.what, date].filter(Boolean).join(" · "),
      left: 20,
      top: 16,
      textStyle: { color: option.tooltip.textStyle.color, fontSize: 18, fontFamily: option.textStyle.fontFamily },
      subtextStyle: { color: option.textStyle.color, fontSize: 12 },
    };
    if (network || spec.kind === "treemap") option.series[0].top += HEAD;
    if (option.legend) option.legend = { ...option.legend, left: 20, top: HEAD };
    if (option.grid) option.grid = { ...option.grid, left: 20, right: Math.max(28, option.grid.right), top: option.grid.top + HEAD, bottom: 16 };
    chart.setOption({ ...option, title, tooltip: { show: false } });
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: option.tooltip.backgroundColor });
    link.download = `${name}.png`;
    link.click();
  } finally {
    chart.dispose();
    plot.remove();
  }
}
