// From what a chart says to what ECharts draws: step lines over time, and bars by month or by class.
import { dayName, exact, mark, oneLine, scaled, short, timeMark } from "./charts-figures.js";

const DIRECT = 3; // up to so many series are named where they are, not in a legend
const NARROW = 560;

function base(spec, look) {
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: 12, color: look.ink2 },
    aria: { enabled: true, label: { enabled: false }, decal: { show: look.print } },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // HTML would need inline style, which the site's policy forbids
      confine: true,
      transitionDuration: 0,
      backgroundColor: look.surface,
      borderColor: look.line2,
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { fontFamily: look.font, fontSize: 12, color: look.ink, lineHeight: 19 },
      formatter: (points) => tooltip(spec, points),
    },
    yAxis: {
      type: "value",
      name: spec.unit,
      nameGap: 10,
      nameTextStyle: { color: look.ink3, align: "left", padding: [0, 0, 0, -4] },
      axisLabel: { color: look.ink3, formatter: mark },
      splitLine: { lineStyle: { color: look.line } },
      splitNumber: 4,
      // A part of the stack too thin to see below zero does not pull the axis down.
      min: ({ min, max }) => (min < 0 && min > -max / 50 ? 0 : null),
    },
  };
}

// The swatch is ECharts' own: in rich text it takes no styles from us.
function tooltip(spec, points) {
  const place = points[0].dataIndex;
  const heading = spec.kind === "steps" ? dayName(spec.at[place], spec.chinese) : oneLine(spec.labels[place]);
  const lines = [heading];
  for (const series of spec.total ? [...spec.series, spec.total] : spec.series) {
    const value = series.values[place];
    const point = points.find(({ seriesName }) => seriesName === series.name);
    if (value === null || !point || (spec.kind !== "steps" && Number(value) === 0 && spec.series.length > 2)) continue;
    lines.push(`${point.marker} ${series.name}\u2003${exact(value, spec)}`);
  }
  return lines.join("\n");
}

function legend(spec, look) {
  return {
    top: 0,
    left: 0,
    padding: 0,
    itemGap: 14,
    itemWidth: 12,
    itemHeight: 8,
    icon: "roundRect",
    selectedMode: false,
    textStyle: { color: look.ink2, fontSize: 12 },
    data: spec.series.map((series) => series.name),
  };
}

function steps(spec, look) {
  const direct = spec.series.length <= DIRECT && look.width >= NARROW;
  const several = spec.series.length > 1;
  const days = (Date.parse(spec.at.at(-1)) - Date.parse(spec.at[0])) / 86400000;
  const begin = Date.parse(spec.at[0]);
  return {
    ...base(spec, look),
    ...(several && !direct ? { legend: legend(spec, look) } : {}),
    grid: { left: 4, right: direct ? (several ? 132 : 72) : 14, top: several && !direct ? 50 : 30, bottom: 4, containLabel: true },
    xAxis: {
      type: "time",
      min: spec.at[0],
      max: spec.at.at(-1),
      minInterval: days > 100 ? 28 * 86400000 : 86400000,
      splitNumber: Math.max(2, Math.min(8, Math.floor(look.width / 110))),
      axisLine: { lineStyle: { color: look.line2 } },
      axisTick: { show: false },
      axisLabel: {
        color: look.ink3,
        hideOverlap: true,
        showMinLabel: days > 100,
        showMaxLabel: false,
        formatter(value, place) {
          if (days <= 100) return dayName(isoDay(value), spec.chinese).replace(/^\d{4}-| \d{4}$/g, "");
          return timeMark(value, spec.chinese, place <= 1 && value - begin < 45 * 86400000);
        },
      },
      axisPointer: { lineStyle: { color: look.line2 }, label: { show: false } },
    },
    series: spec.series.map((series) => {
      const colour = look.series[series.colour - 1];
      return {
        type: "line",
        name: series.name,
        step: "end",
        symbol: "none",
        color: colour,
        lineStyle: { width: 2, color: colour },
        areaStyle: several ? undefined : { color: colour, opacity: 0.08 },
        emphasis: { disabled: true },
        data: spec.at.map((day, place) => [day, scaled(series.values[place], spec)]),
        endLabel: {
          show: direct,
          distance: 8,
          color: colour,
          fontSize: 12,
          lineHeight: 16,
          formatter: ({ value }) => `${several ? `${series.name} ` : ""}${short(value[1], spec)}`,
        },
        labelLayout: { moveOverlap: "shiftY" },
      };
    }),
  };
}

function isoDay(moment) {
  const at = new Date(moment);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

function bars(spec, look) {
  const several = spec.series.length > 1;
  const last = spec.labels.length - 1;
  const each = Math.max(1, Math.ceil(spec.labels.length / (look.width / 64)));
  const figures = spec.kind === "ladder" && look.width / spec.labels.length > 52;
  return {
    ...base(spec, look),
    ...(several ? { legend: legend(spec, look) } : {}),
    grid: { left: 4, right: 14, top: several ? 52 : 30, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: spec.labels,
      axisLine: { lineStyle: { color: look.ink3 } },
      axisTick: { show: false },
      axisLabel: { color: look.ink3, lineHeight: 15, interval: (place) => (last - place) % each === 0, hideOverlap: true },
      axisPointer: { type: "shadow", label: { show: false } },
    },
    series: [
      ...spec.series.map((series) => {
        const colour = look.series[series.colour - 1];
        return {
          type: "bar",
          name: series.name,
          stack: spec.kind === "stacked" ? "all" : undefined,
          barMaxWidth: spec.kind === "stacked" ? 34 : 26,
          barGap: "10%",
          color: colour,
          emphasis: { disabled: true },
          label: { show: figures, position: "top", color: look.ink2, fontSize: 11, formatter: ({ value }) => (value ? short(value, spec) : "") },
          data: series.values.map((value, place) => ({
            value: scaled(value, spec),
            itemStyle: spec.openEnd && place === last ? { opacity: 0.55 } : undefined,
          })),
        };
      }),
      ...(spec.total
        ? [{
            type: "scatter",
            name: spec.total.name,
            symbol: "diamond",
            symbolSize: 8,
            itemStyle: { color: look.ink, borderColor: look.surface, borderWidth: 1 },
            emphasis: { disabled: true },
            data: spec.total.values.map((value) => scaled(value, spec)),
            z: 5,
          }]
        : []),
    ],
  };
}

// Each bar begins where the one before ended: an invisible bar lifts it. Bars across zero are drawn in two pieces.
function waterfall(spec, look) {
  const values = spec.series[0].values.map((value) => scaled(value, spec) ?? 0);
  const ends = values.reduce((found, value) => [...found, (found.at(-1) ?? 0) + value], []);
  const spans = values.map((value, place) => [place, ends[place] - value, ends[place]]);
  return {
    ...base(spec, look),
    grid: { left: 4, right: 14, top: 30, bottom: 4, containLabel: true },
    tooltip: {
      ...base(spec, look).tooltip,
      trigger: "item",
      formatter: ({ dataIndex }) => `${oneLine(spec.labels[dataIndex])}\n${exact(spec.series[0].values[dataIndex], spec)}`,
    },
    xAxis: {
      type: "category",
      data: spec.labels,
      axisLine: { lineStyle: { color: look.ink3 } },
      axisTick: { show: false },
      axisLabel: { color: look.ink3, lineHeight: 15, interval: 0, hideOverlap: true },
    },
    series: [{
      type: "custom",
      name: spec.series[0].name,
      encode: { x: 0, y: [1, 2] },
      data: spans,
      renderItem(_parameters, api) {
        const [x, from] = api.coord([api.value(0), api.value(1)]);
        const to = api.coord([api.value(0), api.value(2)])[1];
        const wide = Math.min(44, api.size([1, 0])[0] * 0.62);
        const value = api.value(2) - api.value(1);
        const fill = look.series[value < 0 ? 1 : 0];
        return {
          type: "group",
          children: [
            {
              type: "rect",
              shape: { x: x - wide / 2, y: Math.min(from, to), width: wide, height: Math.max(1, Math.abs(from - to)) },
              style: { fill },
            },
            {
              type: "text",
              style: { text: (value > 0 ? "+" : "") + value.toFixed(1), x, y: Math.min(from, to) - 4, fill: look.ink2, textAlign: "center", textVerticalAlign: "bottom", font: `11px ${look.font}` },
            },
          ],
        };
      },
    }],
  };
}

export function optionOf(spec, look) {
  if (spec.kind === "waterfall") return waterfall(spec, look);
  return spec.kind === "steps" ? steps(spec, look) : bars(spec, look);
}
