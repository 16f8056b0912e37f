"use strict";

const MOST_ROWS = 100, MOST_LINES = 60, BOARD_EVERY = 1000, FRESH = 1500;
const STEPS = ["Placed", "Confirmed", "Dispatched", "Delivered", "Returned", "Rejected", "Cancelled"];
const the = (id) => document.getElementById(id);
const make = (tag, text = "", name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });
const euros = (cents) => (cents / 100).toLocaleString([], { style: "currency", currency: "EUR" });

const orders = new Map(), fresh = new Set();
let position = 0, source, painting = false;

function tell(state, text) {
  the("state").dataset.state = state;
  the("state").textContent = text;
}

// What is known, then all that comes after it: nothing falls between the two.
async function begin() {
  source?.close();
  try {
    const known = await ask("/orders");
    orders.clear();
    for (const row of known.orders) orders.set(row.order, row);
    position = known.position;
    await offers();
    paint();
    drawBoard();
    follow();
  } catch (problem) {
    tell("lost", `${problem.message}; trying again`);
    setTimeout(begin, 2000);
  }
}

function follow() {
  source = new EventSource(`/events?after=${position}`);
  source.onopen = () => tell("live", "live");
  source.addEventListener("commit", (message) => take(JSON.parse(message.data)));
  source.onerror = () => {
    tell("lost", "reconnecting");
    // The browser tries again by itself, unless it was told that there is nothing to follow.
    if (source.readyState === EventSource.CLOSED) setTimeout(begin, 2000);
  };
}

function take(commit) {
  position = commit.position;
  for (const change of commit.orders) renew(change);
  const line = make("li");
  const time = make("time", clock(commit.time));
  line.append(time, ` ${commit.events.join(", ")} `, make("span", commit.actor));
  the("log").prepend(line);
  while (the("log").children.length > MOST_LINES) the("log").lastChild.remove();
  paint();
  drawBoard();
}

// Of an order that is not among those on the page, all of it is asked for.
async function renew(change) {
  const { order } = change;
  const known = orders.get(order) ?? (change.customer ? {} : await ask(`/orders/${encodeURIComponent(order)}`).catch(() => null));
  if (!known) return;
  orders.set(order, { ...known, ...change });
  fresh.add(order);
  setTimeout(() => { fresh.delete(order); paint(); }, FRESH);
  paint();
}

function paint() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    const rows = [...orders.values()].sort((a, b) => b.since.localeCompare(a.since) || b.order.localeCompare(a.order));
    for (const old of rows.splice(MOST_ROWS)) orders.delete(old.order);
    the("position").textContent = position;
    the("empty").hidden = rows.length > 0;
    the("totals").replaceChildren(...STEPS.map((step) => {
      const total = make("li", "", `mark ${step}`);
      total.append(`${step} `, make("b", String(rows.filter((row) => row.progress === step).length)));
      return total;
    }));
    const focused = document.activeElement?.dataset?.cancel;
    the("rows").replaceChildren(...rows.map(rowOf));
    if (focused) document.querySelector(`[data-cancel="${CSS.escape(focused)}"]`)?.focus();
  });
}

function rowOf(row) {
  const line = make("tr", "", fresh.has(row.order) ? "fresh" : "");
  line.dataset.order = row.order;
  const rings = row.failed_attempts ? `, ${row.failed_attempts} × nobody home` : "";
  const last = make("td");
  if (row.progress === "Placed") {
    const cancel = make("button", "Cancel");
    cancel.dataset.cancel = row.order;
    cancel.ariaLabel = `Cancel ${row.order}`;
    last.append(cancel);
  }
  line.append(make("td", row.order), make("td", row.customer), make("td", euros(row.total), "number"),
    make("td", row.progress + rings, `mark ${row.progress}`), make("td", clock(row.since)), last);
  return line;
}

// At most one board a second, and never two at once.
let boardIsDue = false, boardIsAsked = false;
async function drawBoard() {
  boardIsDue = true;
  if (boardIsAsked) return;
  boardIsAsked = true;
  while (boardIsDue) {
    boardIsDue = false;
    try {
      const answer = await fetch(`/board.svg?after=${position}`);
      if (answer.ok) showBoard(await answer.text());
    } catch { /* The events say that the connection is lost. */ }
    await new Promise((later) => setTimeout(later, BOARD_EVERY));
  }
  boardIsAsked = false;
}

function showBoard(text) {
  const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  const tallies = (root) => new Map([...root.querySelectorAll("[data-element]")]
    .map((note) => [note.dataset.element, note.querySelector(".es-tally-text")?.textContent]));
  const before = tallies(the("board"));
  for (const note of svg.querySelectorAll("[data-element]")) {
    const tally = note.querySelector(".es-tally-text")?.textContent;
    if (before.size && tally !== before.get(note.dataset.element)) note.classList.add("fresh");
  }
  the("board").replaceChildren(svg);
  setTimeout(() => svg.querySelectorAll(".fresh").forEach((note) => note.classList.remove("fresh")), FRESH);
}

async function ask(path, body, key) {
  const answer = await fetch(path, body && {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

// One key for one intention: a request whose answer was lost is sent again, and done once.
async function send(path, body) {
  const key = uuid();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(path, body, key);
    } catch (problem) {
      if (!(problem instanceof TypeError) || attempt === 5) throw problem;
      await new Promise((later) => setTimeout(later, attempt * 300));
    }
  }
}

// `crypto.randomUUID` is only there where a page came over TLS or from this machine.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

let prices = {};
async function offers() {
  prices = await ask("/articles");
  const select = the("order").elements.article;
  const chosen = select.value;
  select.replaceChildren(...Object.entries(prices).map(([article, { title, price }]) =>
    Object.assign(make("option", `${title}, ${euros(price)}`), { value: article })));
  if (chosen) select.value = chosen;
}

function answer(text, bad) {
  the("answer").textContent = text;
  the("answer").classList.toggle("bad", bad);
}

the("order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { customer, article, quantity, to } = Object.fromEntries(new FormData(event.target));
  const [city, country] = to.split("/");
  const order = `web-${uuid().slice(0, 8)}`;
  const line = { article, quantity: Number(quantity), price: prices[article].price };
  try {
    await send("/orders", { order, customer, lines: [line], deliver_to: { city, country } });
    answer(`${order} is placed`, false);
  } catch (problem) {
    answer(problem.message, true);
  }
});

the("order").elements.article.addEventListener("focus", () => offers().catch(() => {}));

the("rows").addEventListener("click", async (event) => {
  const order = event.target.dataset.cancel;
  if (!order) return;
  try {
    await send(`/orders/${encodeURIComponent(order)}/cancel`, { reason: "called off on the page" });
    answer(`${order} is cancelled`, false);
  } catch (problem) {
    answer(problem.message, true);
  }
});

begin();
