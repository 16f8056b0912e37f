"use strict";
const model = JSON.parse(document.getElementById("model").textContent);
const said = JSON.parse(document.getElementById("words").textContent);
const $ = (id) => document.getElementById(id);
const stage = $("stage"), board = $("board"), panel = $("panel"), hits = $("hits");
const elements = new Map(model.elements.map((element) => [element.id, element]));
const kind = (id) => { const parts = id.split("/"); return parts[parts.length - 2]; };
const context = (id) => { const parts = id.split("/"); return parts.length === 3 ? decodeURIComponent(parts[0]) : null; };
const name = (id) => decodeURIComponent(id.split("/").pop());
const outgoing = (id, verb) => model.relations.filter((one) => one.from === id && (!verb || one.verb === verb));
const incoming = (id, verb) => model.relations.filter((one) => one.to === id && (!verb || one.verb === verb));

// ---------------------------------------------------------------- what is shown

const state = { level: "design", context: "", focus: null, walk: null, view: { x: 0, y: 0, scale: 1 }, theme: null };
const dark = matchMedia("(prefers-color-scheme: dark)");

function theme() { return state.theme || (dark.matches ? "dark" : "light"); }

/* A picture follows the reader's preference by a media query; a choice made here overrules it.
   Paper is light. */
function paint() {
  document.documentElement.dataset.theme = theme();
  for (const style of board.querySelectorAll("style")) {
    const text = style.dataset.text || style.textContent;
    style.dataset.text = text;
    style.textContent = text.replace("@media (prefers-color-scheme: dark)", theme() === "dark" ? "@media screen" : "@media not all");
  }
}

function show(level) {
  state.level = level;
  $("level").value = level;
  board.replaceChildren($("board-" + level).content.cloneNode(true));
  for (const note of board.querySelectorAll("[data-element]")) {
    note.setAttribute("tabindex", "0");
    note.setAttribute("role", "button");
  }
  const { width, height } = size();
  $("paper").textContent = `@page { size: A3 ${width > height ? "landscape" : "portrait"}; margin: 10mm }`;
  paint();
  light();
}

function notes(id) { return [...board.querySelectorAll("[data-element]")].filter((note) => note.dataset.element === id); }

function light() {
  const on = state.focus ? touched(state.focus) : state.context ? within(state.context) : null;
  board.classList.toggle("dim", on !== null);
  for (const note of board.querySelectorAll("[data-element]")) {
    note.classList.toggle("lit", on !== null && on.has(note.dataset.element));
    note.classList.toggle("here", note.dataset.element === state.focus);
  }
  for (const edge of board.querySelectorAll("[data-from]")) {
    const { from, to } = edge.dataset;
    const ends = on !== null && on.has(from) && on.has(to);
    edge.classList.toggle("lit", ends && (!state.focus || from === state.focus || to === state.focus));
  }
}

/* An element and its neighbours. */
function touched(id) {
  const near = new Set([id]);
  for (const one of model.relations) {
    if (one.from === id) near.add(one.to);
    if (one.to === id) near.add(one.from);
  }
  return near;
}

function within(name) {
  const own = new Set(model.elements.map((one) => one.id).filter((id) => context(id) === name));
  for (const one of model.relations) {
    if (own.has(one.to) && ["actor", "hotspot"].includes(kind(one.from))) own.add(one.from);
    if (own.has(one.from) && kind(one.to) === "actor") own.add(one.to);
  }
  return own;
}

// ---------------------------------------------------------------- moving about

function place() {
  const { x, y, scale } = state.view;
  board.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
}

function size() {
  const svg = board.querySelector("svg");
  return { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
}

function fit() {
  const { width, height } = size(), box = stage.getBoundingClientRect();
  const scale = Math.min(box.width / width, box.height / height, 1.5);
  state.view = { scale, x: (box.width - width * scale) / 2, y: Math.max(0, (box.height - height * scale) / 2) };
  place();
}

function zoom(factor, at) {
  const box = stage.getBoundingClientRect(), view = state.view;
  const point = at || { x: box.width / 2, y: box.height / 2 };
  const scale = Math.min(6, Math.max(.08, view.scale * factor));
  const ratio = scale / view.scale;
  state.view = { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio };
  place();
}

function centre(note) {
  const rect = note.getBBox(), box = stage.getBoundingClientRect();
  const scale = Math.max(state.view.scale, .85);
  state.view = { scale, x: box.width / 2 - (rect.x + rect.width / 2) * scale, y: box.height / 2 - (rect.y + rect.height / 2) * scale };
  place();
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY * (event.ctrlKey ? .01 : .0016)), { x: event.clientX - box.left, y: event.clientY - box.top });
}, { passive: false });

const fingers = new Map();
let moved = 0;
stage.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  moved = 0;
});
addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const now = { x: event.clientX, y: event.clientY };
  if (fingers.size === 2) {
    const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
    const box = stage.getBoundingClientRect();
    const span = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
    zoom(span(now) / span(before), { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top });
  } else {
    state.view.x += now.x - before.x;
    state.view.y += now.y - before.y;
    place();
  }
  moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
  stage.classList.toggle("dragging", moved > 4);
  fingers.set(event.pointerId, now);
});
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, (event) => { fingers.delete(event.pointerId); stage.classList.remove("dragging"); });
}
stage.addEventListener("click", (event) => {
  if (moved > 4) { event.preventDefault(); return; }
  const note = event.target.closest("[data-element]");
  if (note) { event.preventDefault(); walkEnd(); focus(note.dataset.element, false); }
  else if (event.target.closest("svg")) clear();
});

stage.addEventListener("keydown", (event) => {
  const note = event.target.closest("[data-element]");
  if (note && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); walkEnd(); focus(note.dataset.element); }
});
stage.addEventListener("focusin", (event) => {
  const note = event.target.closest("[data-element]");
  if (!note || !note.matches(":focus-visible")) return;
  stage.scrollTo(0, 0);
  centre(note);
});

// ---------------------------------------------------------------- one element

function focus(id, move = true) {
  if (!elements.has(id)) return;
  if (!notes(id).length && state.level !== "design" && kind(id) !== "context") show("design");
  state.focus = id;
  light();
  const all = notes(id), now = document.activeElement;
  const note = all.includes(now) ? now : all[0];
  if (note && move) {
    if (stage.contains(now)) note.focus({ preventScroll: true });
    centre(note);
  }
  describe(id);
  history.replaceState(null, "", "#" + encodeURI(id));
}

function clear() {
  state.focus = null;
  state.walk = null;
  panel.hidden = true;
  light();
  history.replaceState(null, "", "#");
}

function make(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function link(id) {
  const button = make("button", elements.get(id).label, { class: "link", type: "button" });
  button.addEventListener("click", () => { walkEnd(); focus(id); });
  const item = make("li");
  item.append(button, make("span", " " + said.kinds[kind(id)], { class: "kind" }));
  return item;
}

function describe(id) {
  const element = elements.get(id), home = context(id);
  const parts = [make("div", said.kinds[kind(id)] + (home ? " of " + home : ""), { class: "kind" }), make("h2", element.label)];
  if (element.docs) parts.push(make("p", element.docs));
  for (const rule of element.invariants || []) parts.push(make("p", "Always: " + rule));
  for (const note of element.notes || []) parts.push(make("p", "Note: " + note));
  const facts = [];
  if (element.version) facts.push("schema version " + element.version);
  if (element.aliases) facts.push("also stored as " + element.aliases.join(", "));
  if (element.phase) facts.push("opens the phase " + element.phase);
  if (element.visibility) facts.push(element.visibility);
  if (element.deprecated) facts.push("deprecated " + element.deprecated);
  if (element.retired) facts.push("retired: read, but no longer emitted");
  if (element.after) facts.push("after " + element.after);
  if (element.key) facts.push("keeps a state for each " + element.key);
  if (element.answer) facts.push("answered with " + element.answer);
  if (element.refusals) facts.push("refused as " + element.refusals.join(", "));
  if (element.owner) facts.push("owned by " + element.owner);
  if (element.tags) facts.push("tagged " + element.tags.join(", "));
  if (said.seen[id]) facts.push(said.seen[id]);
  if (facts.length) parts.push(make("p", facts.join(", ")));
  for (const finding of said.findings[id] || []) parts.push(make("p", finding, { class: "finding" }));
  for (const verb of Object.keys(said.verbs)) {
    for (const [title, ids] of [
      [said.verbs[verb][1], incoming(id, verb).map((one) => one.from)],
      [said.verbs[verb][0], outgoing(id, verb).map((one) => one.to)],
    ]) {
      if (!ids.length) continue;
      const list = make("ul");
      list.append(...ids.map(link));
      parts.push(make("h3", title), list);
    }
  }
  if (element.location) {
    const place = element.location.file + ":" + element.location.line;
    parts.push(make("h3", "written in"));
    parts.push(said.base ? make("a", place, { href: said.base + element.location.file + "#L" + element.location.line }) : make("p", place));
  }
  const steps = make("div", "", { class: "steps" });
  const start = make("button", "Walk the flow from here", { type: "button", id: "walk-here" });
  start.addEventListener("click", () => walk(id));
  steps.append(start);
  parts.push(steps);
  panel.replaceChildren(...parts);
  panel.hidden = false;
}

// ---------------------------------------------------------------- walking the flow

const onwards = { actor: ["issues"], policy: ["issues"], command: ["emits"], event: ["activates", "notifies", "feeds"], external_system: ["issues", "emits"], read_model: ["informs"] };
const led = (id) => (onwards[kind(id)] || []).flatMap((verb) => outgoing(id, verb));

/* How much follows from an element. */
const reaches = new Map();
function reach(id) {
  if (!reaches.has(id)) {
    const seen = new Set([id]), open = [id];
    while (open.length) for (const one of led(open.pop())) if (!seen.has(one.to)) { seen.add(one.to); open.push(one.to); }
    reaches.set(id, seen.size);
  }
  return reaches.get(id);
}

/* What happens next: the outcomes of a command, what an event leads to, what a policy asks for.
   First comes what was not seen yet, and of that what leads on the farthest. */
function next(id) {
  const path = state.walk ? state.walk.path : [], before = path[path.length - 2];
  const upon = (one) => kind(id) !== "policy" || !one.upon || !before || one.upon.includes(before);
  const all = led(id).filter(upon).map((one) => one.to);
  return all.sort((a, b) => path.includes(a) - path.includes(b) || reach(b) - reach(a));
}

function first() {
  const asked = model.relations.filter((one) => one.verb === "issues" && kind(one.from) === "actor");
  asked.sort((a, b) => reach(b.to) - reach(a.to));
  const command = model.elements.find((one) => kind(one.id) === "command");
  return asked.length ? asked[0].from : command && command.id;
}

function walk(id) {
  state.walk = { path: [id || state.focus || first()].filter(Boolean) };
  if (state.walk.path.length) step();
}

function step() {
  const { path } = state.walk, id = path[path.length - 1];
  focus(id);
  const onward = next(id), steps = make("div", "", { class: "steps" });
  const add = (text, title, enabled, go) => {
    const button = make("button", text, { type: "button", title });
    button.disabled = !enabled;
    button.addEventListener("click", go);
    steps.append(button);
  };
  add("Back", "Left arrow", path.length > 1, back);
  onward.forEach((to, index) => add((index ? "or: " : "Next: ") + elements.get(to).label, index ? "Key " + (index + 1) : "Right arrow", true, () => go(to)));
  add("End", "Escape", true, clear);
  const heading = make("h3", onward.length ? `Step ${path.length}` : `Step ${path.length}: nothing follows`);
  heading.id = "step";
  panel.prepend(heading, steps);
  panel.scrollTop = 0;
}

function go(to) { if (to) { state.walk.path.push(to); step(); } }
function back() { if (state.walk.path.length > 1) { state.walk.path.pop(); step(); } }
function walkEnd() { state.walk = null; }

// ---------------------------------------------------------------- search

let chosen = 0;
function search() {
  const words = $("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (one) => (one.label.toLowerCase().startsWith(words[0]) ? 0 : one.label.toLowerCase().includes(words[0]) ? 1 : 2);
  const found = !words.length ? [] : model.elements.filter((one) => {
    const text = (one.label + " " + name(one.id) + " " + (one.docs || "") + " " + (one.owner || "") + " " + (one.tags || []).join(" ") + " " + said.kinds[kind(one.id)]).toLowerCase();
    return kind(one.id) !== "context" && words.every((word) => text.includes(word));
  });
  found.sort((a, b) => rank(a) - rank(b));
  chosen = 0;
  hits.replaceChildren(...found.slice(0, 30).map((one, index) => {
    const item = make("li", one.label + " ", { role: "option", "aria-selected": index === 0, "data-id": one.id });
    item.append(make("small", said.kinds[kind(one.id)] + (context(one.id) ? " of " + context(one.id) : "")));
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(one.id); });
    return item;
  }));
}
function pick(id) { hits.replaceChildren(); $("query").value = ""; $("query").blur(); walkEnd(); focus(id); }
$("query").addEventListener("input", search);
$("query").addEventListener("blur", () => hits.replaceChildren());
$("query").addEventListener("keydown", (event) => {
  const items = [...hits.children];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen = Math.max(0, Math.min(items.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
    items.forEach((item, index) => item.setAttribute("aria-selected", index === chosen));
    items[chosen] && items[chosen].scrollIntoView({ block: "nearest" });
    event.preventDefault();
  } else if (event.key === "Enter" && items[chosen]) pick(items[chosen].dataset.id);
  else if (event.key === "Escape") { $("query").value = ""; hits.replaceChildren(); $("query").blur(); }
  event.stopPropagation();
});

// ---------------------------------------------------------------- controls and keys

$("level").addEventListener("change", () => { show($("level").value); fit(); });
$("context").addEventListener("change", () => { state.context = $("context").value; state.focus = null; panel.hidden = true; light(); });
$("theme").addEventListener("click", () => { state.theme = theme() === "dark" ? "light" : "dark"; paint(); });
$("walk").addEventListener("click", () => walk());
$("print").addEventListener("click", () => print());
$("help").addEventListener("click", () => $("keys").showModal());
$("closer").addEventListener("click", () => zoom(1.25));
$("farther").addEventListener("click", () => zoom(.8));
$("whole").addEventListener("click", fit);
addEventListener("resize", fit);
dark.addEventListener("change", paint);

addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const pan = (x, y) => { state.view.x += x; state.view.y += y; place(); };
  const keys = {
    "/": () => { event.preventDefault(); $("query").focus(); },
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(.8), "0": fit,
    "?": () => $("keys").showModal(), w: () => walk(), t: () => $("theme").click(), p: () => print(),
    Escape: clear,
    ArrowLeft: () => state.walk ? back() : pan(80, 0),
    ArrowRight: () => state.walk ? go(next(state.walk.path[state.walk.path.length - 1])[0]) : pan(-80, 0),
    ArrowUp: () => pan(0, 80), ArrowDown: () => pan(0, -80),
  };
  const digit = Number(event.key);
  if (state.walk && digit > 0) go(next(state.walk.path[state.walk.path.length - 1])[digit - 1]);
  else if (keys[event.key]) keys[event.key]();
});

for (const one of model.elements.filter((one) => kind(one.id) === "context")) {
  $("context").append(make("option", one.label, { value: name(one.id) }));
}
show("design");
fit();
const wanted = decodeURI(location.hash.slice(1));
if (elements.has(wanted)) focus(wanted);
document.documentElement.dataset.ready = "yes";
