// The page's tokens as colours that a canvas understands.
const NAMES = {
  ink: "--gx-ink",
  ink2: "--gx-ink-2",
  ink3: "--gx-ink-3",
  line: "--gx-line",
  line2: "--gx-line-2",
  surface: "--gx-surface",
  surface2: "--gx-surface-2",
  accent: "--gx-accent",
  accentSoft: "--gx-accent-soft",
};

const pixel = document.createElement("canvas");
pixel.width = pixel.height = 1;
const pen = pixel.getContext("2d", { willReadFrequently: true });

// Any CSS colour, oklch and light-dark() among them, as rgb.
function plain(colour) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${red},${green},${blue})`;
}

export function palette(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe); // within, so that light-dark() goes by the element's own scheme
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return plain(getComputedStyle(probe).color);
  };
  const look = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, read(name)]));
  look.series = [1, 2, 3, 4, 5, 6].map((place) => read(`--gx-chart-${place}`));
  probe.remove();
  look.font = getComputedStyle(element).fontFamily;
  look.still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  look.print = window.matchMedia("print").matches;
  return look;
}
