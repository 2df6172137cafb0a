// The network around a customer: the customer in the middle, the first step around it, the second beyond. The places
// are reckoned, not found by trial, so that the same network always looks the same.

const FAMILY = { 1: 0, 2: 1, 3: 2, 5: 4 }; // family, ownership, work, others -> place in the palette
const CROWDED = 9;
const NARROW = 480;
const TOP = 34;
const BOTTOM = 46;

function places(spec, look) {
  const children = new Map();
  const step = new Map(spec.nodes.map((node) => [node.key, node.step]));
  const parent = new Map();
  for (const { source, target } of spec.edges) {
    for (const [near, far] of [[source, target], [target, source]]) {
      if (step.get(near) === 1 && step.get(far) === 2 && !parent.has(far)) {
        parent.set(far, near);
        children.set(near, [...(children.get(near) ?? []), far]);
      }
    }
  }
  const first = spec.nodes.filter((node) => node.step === 1).sort((one, other) => familyOf(spec, one.key) - familyOf(spec, other.key));
  const two = spec.nodes.some((node) => node.step === 2);
  const weight = (key) => Math.max(1, (children.get(key)?.length ?? 0) * 0.8);
  const whole = first.reduce((sum, node) => sum + weight(node.key), 0);
  const [wide, high] = reach(look);
  const found = new Map([["n0", [0, 0]]]);
  let angle = first.length === 2 ? Math.PI : -Math.PI / 2 - (Math.PI * weight(first[0]?.key)) / (whole || 1);
  for (const node of first) {
    const sector = (2 * Math.PI * weight(node.key)) / whole;
    const middle = angle + sector / 2;
    const beyond = children.get(node.key) ?? [];
    const out = beyond.length ? 0.56 : two ? 0.84 : 0.9;
    found.set(node.key, [Math.cos(middle) * wide * out, Math.sin(middle) * high * out]);
    const spread = Math.min(sector * 0.86, beyond.length * 0.5);
    beyond.forEach((key, place) => {
      const at = beyond.length === 1 ? middle : middle - spread / 2 + (spread * place) / (beyond.length - 1);
      found.set(key, [Math.cos(at) * wide, Math.sin(at) * high]);
    });
    angle += sector;
  }
  return found;
}

// Half the drawing's width and height: the plot without the room that names need at its edges.
function reach(look) {
  return [look.width / 2 - sides(look), (look.height - TOP - BOTTOM) / 2];
}

function sides(look) {
  return look.width < NARROW ? 48 : 76;
}

function familyOf(spec, key) {
  const edge = spec.edges.find(({ source, target }) => (source === "n0" && target === key) || (target === "n0" && source === key));
  return edge?.family ?? 9;
}

// A Chinese character takes the room of two Latin letters.
function shortened(name, look) {
  let room = look.width < NARROW ? 13 : 28;
  let shown = "";
  for (const character of name) {
    room -= character > "\u2e80" ? 2 : 1;
    if (room < 0) return `${shown}…`;
    shown += character;
  }
  return name;
}

export function networkOption(spec, look) {
  const at = places(spec, look);
  const narrow = look.width < NARROW;
  const crowded = spec.nodes.length > CROWDED;
  const [wide, high] = reach(look);
  const colour = (family) => look.series[FAMILY[family] ?? 4];
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: 12, color: look.ink2 },
    tooltip: {
      renderMode: "richText",
      confine: true,
      transitionDuration: 0,
      backgroundColor: look.surface,
      borderColor: look.line2,
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { fontFamily: look.font, fontSize: 12, lineHeight: 18, color: look.ink, rich: { name: { fontWeight: 600, color: look.ink, fontSize: 12 } } },
      formatter: ({ dataType, data }) =>
        dataType === "edge" ? data.words.join("\n") : [`{name|${data.full}}`, ...data.words].join("\n"),
    },
    series: [
      {
        type: "graph",
        layout: "none",
        roam: false,
        left: sides(look),
        right: sides(look),
        top: TOP,
        bottom: BOTTOM,
        cursor: "default",
        edgeSymbol: ["none", "arrow"],
        edgeSymbolSize: 7,
        label: { show: true, position: "bottom", distance: 3, fontSize: 12, color: look.ink, backgroundColor: look.surface, padding: [1, 3], borderRadius: 3, formatter: ({ data }) => data.short },
        edgeLabel: { show: true, fontSize: 11, color: look.ink2, backgroundColor: look.surface, padding: [1, 3] },
        emphasis: { focus: "adjacency", label: { fontWeight: 600 }, edgeLabel: { show: true }, lineStyle: { width: 2 } },
        blur: { itemStyle: { opacity: 0.25 }, lineStyle: { opacity: 0.15 }, label: { opacity: 0.3 } },
        data: [...corners(wide, high), ...spec.nodes.map((node) => {
          const [x, y] = at.get(node.key) ?? [0, 0];
          const centre = node.step === 0;
          const hidden = node.kind === "hidden";
          const fill = hidden ? look.surface2 : node.kind === "organisation" ? look.series[2] : look.series[0];
          return {
            id: node.key,
            name: node.key,
            x,
            y,
            full: node.name,
            short: shortened(node.name, look),
            words: node.words,
            url: node.url,
            symbol: node.kind === "organisation" ? "roundRect" : "circle",
            symbolSize: centre ? 34 : node.step === 1 ? 22 : 14,
            cursor: node.url && !centre ? "pointer" : "default",
            itemStyle: { color: fill, borderColor: hidden ? look.ink3 : look.surface, borderWidth: hidden ? 1 : 2, borderType: hidden ? "dashed" : "solid" },
            label: { fontWeight: centre ? 600 : 400, fontSize: node.step === 2 ? 11 : 12, color: hidden ? look.ink3 : look.ink },
          };
        })],
        links: spec.edges.map((edge) => ({
          source: edge.source,
          target: edge.target,
          words: edge.words,
          symbol: edge.mutual ? ["none", "none"] : ["none", "arrow"],
          label: { show: !narrow && (!crowded || inFirst(edge)), rotate: 0, formatter: edge.words.length > 1 ? `${edge.words[0]} +${edge.words.length - 1}` : edge.words[0] },
          lineStyle: { color: colour(edge.family), width: 1.5, opacity: 0.9 },
        })),
      },
    ],
  };
}

// Two points that nobody sees hold the drawing to its frame, so that circles stay circles.
function corners(wide, high) {
  return [[-wide, -high], [wide, high]].map(([x, y], place) => ({ name: `corner${place}`, x, y, symbolSize: 0, label: { show: false }, tooltip: { show: false } }));
}

function inFirst(edge) {
  return edge.source === "n0" || edge.target === "n0";
}

// A click on a party opens it; a row of the list beside lights up its party, with the pointer and with the keyboard.
export function startNetwork(figure, chart, spec) {
  chart.on("click", ({ dataType, data }) => {
    if (dataType === "node" && data.url && data.id !== "n0") window.location.assign(data.url);
  });
  const list = figure.closest(".gx-relations")?.querySelector("[data-network-list]");
  if (!list) return;
  const light = (event) => {
    const key = event.target.closest("[data-node]")?.dataset.node;
    chart.dispatchAction({ type: "downplay", seriesIndex: 0 });
    if (key && spec.nodes.some((node) => node.key === key)) chart.dispatchAction({ type: "highlight", seriesIndex: 0, name: key });
  };
  list.addEventListener("mouseover", light);
  list.addEventListener("focusin", light);
  list.addEventListener("mouseleave", () => chart.dispatchAction({ type: "downplay", seriesIndex: 0 }));
  list.addEventListener("focusout", () => chart.dispatchAction({ type: "downplay", seriesIndex: 0 }));
}
