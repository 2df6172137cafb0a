// A treemap: fields as large as their figure, coloured by which way it went, each with its name and a note.
import { exact, scaled } from "./charts-figures.js";

// A mix of two rgb colours; `share` is of the first.
function mix(one, other, share) {
  const [a, b] = [one, other].map((colour) => colour.match(/\d+/g).map(Number));
  return `rgb(${a.map((part, place) => Math.round(part * share + b[place] * (1 - share))).join(",")})`;
}

function colourOf(tone, spec, look) {
  if (!tone) return mix(look.ink3, look.surface, 0.16);
  const more = spec.redUp ? look.series[5] : look.series[2];
  const less = spec.redUp ? look.series[2] : look.series[5];
  return mix(tone > 0 ? more : less, look.surface, Math.abs(tone) > 1 ? 0.42 : 0.2);
}

export function treemapOption(spec, look) {
  const [series] = spec.series;
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: 12, color: look.ink2 },
    aria: { enabled: true, label: { enabled: false } },
    tooltip: {
      renderMode: "richText", // HTML would need inline style, which the site's policy forbids
      confine: true,
      transitionDuration: 0,
      backgroundColor: look.surface,
      borderColor: look.line2,
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { fontFamily: look.font, fontSize: 12, color: look.ink, lineHeight: 19 },
      formatter: ({ data }) => [data.name, `${series.name}\u2003${data.said}`, data.note].filter(Boolean).join("\n"),
    },
    series: [
      {
        type: "treemap",
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        visibleMin: 1,
        itemStyle: { borderColor: look.surface, borderWidth: 0, gapWidth: 2 },
        emphasis: { itemStyle: { borderColor: look.accent }, label: { color: look.ink } },
        label: {
          position: [8, 7],
          align: "left",
          verticalAlign: "top",
          color: look.ink,
          fontSize: 12,
          lineHeight: 17,
          overflow: "truncate",
          formatter: ({ data }) => `${data.name}\n{note|${data.note}}`,
          rich: { note: { color: look.ink2, fontSize: 12, lineHeight: 17 } },
        },
        data: spec.labels.map((name, place) => ({
          name,
          value: scaled(series.values[place], spec),
          said: exact(series.values[place], spec),
          note: spec.notes[place],
          link: spec.links[place],
          itemStyle: { color: colourOf(spec.tones[place], spec, look) },
        })),
      },
    ],
  };
}

// A field leads on to what is inside it.
export function startTreemap(chart) {
  chart.on("click", ({ data }) => {
    if (data?.link) window.location.assign(data.link);
  });
}
