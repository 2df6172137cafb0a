// Figures as text: exact decimals stay text from the server to the screen; only positions are numbers.

export function grouped(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  return whole === undefined ? text : sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ?? "");
}

// To the cent for money with its unit, to the basis point and finer for rates.
export function exact(text, spec) {
  if (text === null || text === undefined) return "–";
  if (spec.measure === "rate") {
    const per = (Number(text) * 100).toFixed(4).replace(/0{1,2}$/, "");
    return `${per}%`;
  }
  if (spec.measure === "count") return grouped(text);
  return spec.chinese ? `${grouped(text)} 元` : `CNY ${grouped(text)}`;
}

export function scaled(text, spec) {
  return text === null ? null : Number(text) / 10 ** spec.shift;
}

// A mark of the axis: as few digits as tell the marks apart.
export function mark(value) {
  const [whole, rest] = String(Number(value.toPrecision(10))).split(".");
  return grouped(whole) + (rest ? `.${rest}` : "");
}

// Beside a line: the figure in the reader's unit.
export function short(value, spec) {
  const size = Math.abs(value);
  const places = spec.measure === "rate" ? 2 : spec.shift === 0 ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return grouped(value.toFixed(places)) + (spec.measure === "rate" ? "%" : "");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function dayName(day, chinese) {
  const [year, month, date] = day.split("-").map(Number);
  return chinese ? day : `${date} ${MONTHS[month - 1]} ${year}`;
}

export function oneLine(label) {
  return label.replace("\n", " ");
}

// A mark of a time axis: the month, and the year where it begins.
export function timeMark(moment, chinese, first) {
  const at = new Date(moment);
  const month = at.getMonth();
  if (at.getDate() !== 1) return "";
  if (month === 0 || first) return chinese ? `${at.getFullYear()}年${month ? `${month + 1}月` : ""}` : month ? `${MONTHS[month]} ${at.getFullYear()}` : String(at.getFullYear());
  return chinese ? `${month + 1}月` : MONTHS[month];
}
