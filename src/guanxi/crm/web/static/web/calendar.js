// The calendar of the desktop: drawn by FullCalendar, moved by mouse and by keyboard, each move with its way back. Times
// are what the bank's clock shows: they travel without a zone, and the calendar is told they are of one without leaps.
const frame = document.getElementById("gc-calendar");
const WIDE = matchMedia("(min-width: 768px)");
const VIEWS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth" };
const MINUTE = 60000;

const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"] || "";
const setup = frame ? JSON.parse(frame.dataset.setup) : {};
const local = (date) => date.toISOString().slice(0, 16);

async function send(url, fields) {
  const body = new URLSearchParams(fields);
  const headers = { "X-CSRFToken": token(), "X-Calendar": "1" };
  const answer = await fetch(url, { method: "POST", body, headers, credentials: "same-origin" });
  const type = answer.headers.get("Content-Type") || "";
  return { ok: answer.ok, ...(type.includes("json") ? await answer.json() : { message: setup.words.offline }) };
}

const toast = document.querySelector("[data-calendar-toast]");
let fading = 0;
function say(message, back) {
  toast.querySelector("span").textContent = message;
  const button = toast.querySelector("button");
  button.hidden = !back;
  button.onclick = back || null;
  toast.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.hidden = true), back ? 20000 : 8000);
}

// Which of a series: asked once a move, "" for none.
function which(series) {
  const dialog = document.getElementById("gc-which");
  if (!series) return Promise.resolve("this");
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

function start({ Calendar, dayGrid, timeGrid, interaction, theme, chinese, english }) {
  const begun = Date.now();
  const now = Date.parse(`${setup.now}:00Z`);
  let focused = "";

  // One move after the other, each made of what the one before left: nobody overtakes themselves.
  let turn = Promise.resolve();
  let loading = Promise.resolve();
  const queued = (work) => (turn = turn.then(work, work));
  async function refetch() {
    calendar.refetchEvents();
    await new Promise((resolve) => setTimeout(resolve));
    await loading.catch(() => {});
  }

  async function put(id, begin, end, allDay, revert) {
    const { version, series, move } = calendar.getEventById(id).extendedProps;
    const chosen = await which(series);
    if (!chosen) return revert();
    focused = id;
    try {
      const minutes = Math.max(1, Math.round((end - begin) / MINUTE));
      const fields = { version, starts: local(begin), minutes, all_day: allDay ? "1" : "", which: chosen };
      const answer = await send(move, fields);
      if (!answer.ok) revert();
      say(answer.message, answer.token && (() => queued(() => undo(answer.token))));
    } catch {
      revert();
      say(setup.words.offline);
    }
    await refetch();
  }

  async function undo(back) {
    try {
      const answer = await send(setup.undo, { token: back });
      say(answer.message);
    } catch {
      say(setup.words.offline);
    }
    await refetch();
  }

  // An arrow with Alt is a move, with Alt and Shift a length: by how many minutes, 0 for no such key.
  const step = (key, allDay) => ({ ArrowLeft: -1440, ArrowRight: 1440 })[key] || (allDay ? 0 : { ArrowUp: -15, ArrowDown: 15 }[key] || 0);
  async function byKey(id, key, shift) {
    const event = calendar.getEventById(id);
    if (!event) return;
    const begin = event.start;
    const end = event.end || new Date(begin.getTime() + (event.allDay ? 1440 : 60) * MINUTE);
    const by = step(key, event.allDay) * MINUTE;
    const from = shift ? begin : new Date(begin.getTime() + by);
    const to = new Date(end.getTime() + by);
    if (to > from) await put(id, from, to, event.allDay, () => {});
  }

  const calendar = new Calendar(frame.firstElementChild, {
    plugins: [dayGrid, timeGrid, interaction, theme],
    locales: [chinese, english],
    locale: document.documentElement.lang === "en" ? "en-gb" : "zh-cn",
    initialView: VIEWS[frame.dataset.view] || "timeGridWeek",
    initialDate: frame.dataset.day,
    timeZone: "UTC",
    now: () => new Date(now + Date.now() - begun).toISOString(),
    headerToolbar: false,
    firstDay: 1,
    height: "100%",
    nowIndicator: true,
    scrollTime: "07:45:00",
    slotMinTime: "06:00:00",
    slotMaxTime: "22:00:00",
    slotDuration: "00:30:00",
    snapDuration: "00:15:00",
    businessHours: setup.hours,
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    views: {
      timeGridWeek: { titleFormat: { year: "numeric", month: "short", day: "numeric" } },
      timeGridDay: { titleFormat: { year: "numeric", month: "short", day: "numeric", weekday: "short" } },
    },
    dayMaxEvents: 4,
    eventInteractive: true,
    selectable: Boolean(setup.make),
    selectMirror: true,
    events(range, done, failed) {
      const query = new URLSearchParams({ start: range.startStr.slice(0, 10), end: range.endStr.slice(0, 10), staff: setup.staff });
      loading = fetch(`${setup.entries}?${query}`, { credentials: "same-origin", headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
      loading.then(done, (error) => {
        say(setup.words.offline);
        failed(error);
      });
    },
    select(range) {
      const minutes = Math.round((range.end - range.start) / MINUTE);
      const at = range.allDay ? range.startStr.slice(0, 10) : local(range.start);
      location.assign(`${setup.make}?at=${at}&minutes=${minutes}${range.allDay ? "&all_day=1" : ""}`);
    },
    eventDrop: ({ event, revert }) => {
      const length = event.end ? event.end - event.start : (event.allDay ? 1440 : 60) * MINUTE;
      const end = new Date(event.start.getTime() + length);
      queued(() => put(event.id, event.start, end, event.allDay, revert));
    },
    eventResize: ({ event, revert }) => {
      queued(() => put(event.id, event.start, event.end, event.allDay, revert));
    },
    eventDidMount({ event, el }) {
      if (event.display === "background") return;
      if (event.extendedProps.place) el.title = `${event.title} · ${event.extendedProps.place}`;
      else el.title = event.title;
      el.dataset.event = event.id;
      if (event.id === focused) {
        focused = "";
        requestAnimationFrame(() => (el.matches("a,[tabindex]") ? el : el.querySelector("a,[tabindex]"))?.focus());
      }
    },
    datesSet({ view, startStr, start: from }) {
      document.querySelector("[data-calendar-title]").textContent = view.title;
      const name = Object.keys(VIEWS).find((one) => VIEWS[one] === view.type);
      const shown = calendar.getDate().toISOString().slice(0, 10);
      for (const one of document.querySelectorAll("[data-calendar-view]")) {
        one.toggleAttribute("aria-current", one.dataset.calendarView === name);
        if (one.dataset.calendarView === name) one.setAttribute("aria-current", "true");
      }
      const address = new URL(location.href);
      address.searchParams.set("view", name);
      address.searchParams.set("day", shown);
      if (address.href !== location.href) history.replaceState(history.state, "", address);
    },
  });
  frame.hidden = false;
  calendar.render();
  document.querySelector("[data-calendar-hint]").hidden = false;

  frame.addEventListener("keydown", (pressed) => {
    if (!pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
    const id = pressed.target.closest("[data-event]")?.dataset.event;
    const event = id && calendar.getEventById(id);
    if (!event || !event.extendedProps.move || event.startEditable === false) return;
    if (!step(pressed.key, event.allDay)) return;
    pressed.preventDefault();
    queued(() => byKey(id, pressed.key, pressed.shiftKey));
  });
  document.addEventListener("click", (clicked) => {
    if (clicked.defaultPrevented || clicked.ctrlKey || clicked.metaKey || clicked.button) return;
    const go = clicked.target.closest("[data-calendar-go]");
    const view = clicked.target.closest("[data-calendar-view]");
    if (go) calendar[go.dataset.calendarGo]();
    else if (view && VIEWS[view.dataset.calendarView]) calendar.changeView(VIEWS[view.dataset.calendarView]);
    else return;
    clicked.preventDefault();
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-calendar-whose]")) event.target.form.requestSubmit();
});

if (frame && WIDE.matches && VIEWS[frame.dataset.view]) {
  document.documentElement.classList.add("gc-drawn");
  import("../vendor/calendar.min.js").then(start, () => document.documentElement.classList.remove("gc-drawn"));
}
