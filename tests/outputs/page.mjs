// The page in a real browser: what a reader can do with it.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [file, pictures] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--force-prefers-reduced-motion"],
});
const page = await browser.newPage();
const asked = [];
const troubles = [];
page.on("request", (request) => asked.push(request.url()));
page.on("pageerror", (error) => troubles.push(String(error)));
page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
await page.setViewport({ width: 1400, height: 900 });
await page.goto(pathToFileURL(file).href);
await page.waitForSelector("html[data-ready=yes]");

const text = (selector) => page.$eval(selector, (node) => node.textContent);
const count = (selector) => page.$$eval(selector, (nodes) => nodes.length);
const transform = () => page.$eval("#board", (node) => node.style.transform);
const picture = (name) => pictures && page.screenshot({ path: `${pictures}/page-${name}.png` });
const say = (what) => console.log(`ok: ${what}`);
let passed = 0;
const fact = async (what, check) => { await check(); passed += 1; say(what); };

await fact("the whole board is in view when it opens", async () => {
  const [board, stage] = await page.evaluate(() => ["#board svg", "#stage"].map((one) => {
    const { left, top, right, bottom } = document.querySelector(one).getBoundingClientRect();
    return { left, top, right, bottom };
  }));
  assert(board.left >= stage.left - 1 && board.right <= stage.right + 1, "width");
  assert(board.top >= stage.top - 1 && board.bottom <= stage.bottom + 1, "height");
  await picture("whole");
});

await fact("the wheel zooms towards the pointer, and dragging moves", async () => {
  const before = await transform();
  await page.mouse.move(500, 400);
  await page.mouse.wheel({ deltaY: -400 });
  const nearer = await transform();
  assert.notEqual(before, nearer);
  await page.mouse.down();
  await page.mouse.move(620, 460, { steps: 4 });
  await page.mouse.up();
  assert.notEqual(nearer, await transform());
  assert.equal(await page.$eval("#panel", (node) => node.hidden), true, "a drag is no click");
  await page.keyboard.press("0");
  assert.equal(await transform(), before, "0 shows the whole board again");
});

await fact("a search leads to an element, by keyboard alone", async () => {
  const label = await page.$eval("[data-element*='/event/']", (node) => node.dataset.element.split("/").pop());
  const words = label.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  await page.keyboard.press("/");
  await page.keyboard.type(words);
  assert(await count("#hits li") > 0);
  await page.keyboard.press("Enter");
  assert.equal((await text("#panel h2")).toLowerCase(), words);
  assert((await page.url()).endsWith(`/event/${label}`), "it can be linked to");
  await picture("focus");
});

await fact("an element in focus is lit with what it touches, and the rest is dim", async () => {
  const [lit, all] = [await count("#board .es-note.lit"), await count("#board .es-note")];
  assert(lit > 1 && lit < all, `${lit} of ${all}`);
  const faint = await page.$eval("#board.dim .es-note:not(.lit)", (node) => getComputedStyle(node).opacity);
  assert(Number(faint) < .5, faint);
  await page.keyboard.press("Escape");
  assert.equal(await count("#board.dim"), 0);
});

await fact("a click on a note, and Enter on one, show it", async () => {
  const note = await page.$("[data-element*='/command/'] .es-label");
  await note.click();
  assert.match(await text("#panel .kind"), /^command/);
  await page.keyboard.press("Escape");
  await page.$eval("[data-element*='/policy/']", (node) => node.focus());
  await page.keyboard.press("Enter");
  assert.match(await text("#panel .kind"), /^policy/);
  await page.keyboard.press("Escape");
});

await fact("notes are buttons with names, from one to the next in the order of time", async () => {
  await page.keyboard.press("Escape");
  await page.$eval("[data-element]", (node) => node.focus());
  const told = [];
  for (let at = 0; at < 6; at += 1) {
    told.push(await page.evaluate(() => document.activeElement.dataset.element));
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(told, await page.$$eval("[data-element]", (all) => all.slice(0, 6).map((one) => one.dataset.element)));
  const { nodes } = await (await page.createCDPSession()).send("Accessibility.getFullAXTree");
  const buttons = nodes.filter((node) => node.role?.value === "button" && !node.ignored).map((node) => node.name.value);
  const labels = await page.$$eval("[data-element] > g", (all) => all.map((one) => one.getAttribute("aria-label")));
  assert.deepEqual(labels.filter((label) => !buttons.includes(label)), []);
  await page.keyboard.press(" ");
  assert.equal(await page.$eval("#panel", (node) => node.hidden), false, "a space is as good as Enter");
  await page.keyboard.press("Escape");
});

await fact("arrows move the board, plus and minus zoom, and a question mark tells the keys", async () => {
  await page.keyboard.press("0");
  const scale = async () => Number((await transform()).match(/scale\(([\d.]+)\)/)[1]);
  const [before, small] = [await transform(), await scale()];
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await transform(), before);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await transform(), before);
  await page.keyboard.press("+");
  assert(await scale() > small);
  await page.keyboard.press("-");
  assert(Math.abs(await scale() - small) < 1e-9);
  await page.keyboard.press("?");
  assert.equal(await page.$eval("#keys", (node) => node.open), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.$eval("#keys", (node) => node.open), false);
  await page.keyboard.press("0");
});

await fact("a link to an element opens the page there", async () => {
  const other = await browser.newPage();
  const id = await page.$eval("[data-element*='/command/']", (node) => node.dataset.element);
  await other.goto(`${pathToFileURL(file).href}#${encodeURI(id)}`);
  await other.waitForSelector("html[data-ready=yes]");
  assert.equal(await other.$eval(".here", (node) => node.dataset.element), id);
  await other.close();
});

await fact("the flow is walked step by step, and back", async () => {
  await page.keyboard.press("w");
  const kinds = [];
  for (let step = 1; step <= 5; step += 1) {
    assert.match(await text("#step"), new RegExp(`^Step ${step}`));
    kinds.push((await text("#panel .kind")).split(" of ")[0]);
    await page.keyboard.press("ArrowRight");
  }
  assert.deepEqual(kinds.slice(0, 3), ["actor", "command", "event"]);
  const [seen, told] = await page.evaluate(() => [document.activeElement.dataset.element, location.hash]);
  assert.equal(told, `#${encodeURI(seen)}`, "the keyboard goes along");
  await picture("walk");
  const here = await text("#panel h2");
  await page.keyboard.press("ArrowLeft");
  assert.notEqual(await text("#panel h2"), here);
  await page.keyboard.press("Escape");
  assert.equal(await page.$eval("#panel", (node) => node.hidden), true);
});

await fact("a level shows no more than it says", async () => {
  await page.select("#level", "big-picture");
  assert.equal(await count("#board [data-element*='/command/']"), 0);
  assert(await count("#board [data-element*='/event/']") > 0);
  await page.select("#level", "process");
  assert(await count("#board [data-element*='/command/']") > 0);
  assert.equal(await count("#board [data-element*='/aggregate/']"), 0);
  await page.select("#level", "design");
  assert(await count("#board [data-element*='/aggregate/']") > 0);
});

await fact("a context alone is lit", async () => {
  const name = await page.$eval("#context option:nth-child(2)", (node) => node.value);
  await page.select("#context", name);
  const homes = await page.$$eval("#board .es-note.lit", (notes) => notes.map((note) => note.dataset.element));
  assert(homes.some((id) => id.startsWith(`${name}/`)));
  assert(homes.every((id) => id.startsWith(`${name}/`) || /^(actor|hotspot)\//.test(id)), homes.join());
  await page.select("#context", "");
});

await fact("light and dark are a choice, and first that of the reader's system", async () => {
  const ground = () => page.$eval("#board .es-paper", (node) => getComputedStyle(node).fill);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  const dark = await ground();
  await picture("dark");
  await page.keyboard.press("t");
  const light = await ground();
  assert.notEqual(dark, light);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  assert.equal(await ground(), light, "the choice stays");
});

await fact("print shows the board alone, on one page of its own shape, light whatever the screen is", async () => {
  await page.keyboard.press("t");
  assert.equal(await page.$eval("html", (node) => node.dataset.theme), "dark");
  await page.$eval("[data-element*='/event/']", (node) => node.focus());
  await page.keyboard.press("Enter");
  await page.emulateMediaType("print");
  const shown = (selector) => page.$eval(selector, (node) => getComputedStyle(node).display);
  for (const rest of ["header", "aside", ".zoom"]) assert.equal(await shown(rest), "none", rest);
  assert.equal(await page.$eval("#board .es-paper", (node) => getComputedStyle(node).fill), "rgb(255, 255, 255)");
  const faint = await page.$$eval("#board .es-note:not(.es-retired)", (notes) => notes.filter((note) => getComputedStyle(note).opacity !== "1").length);
  assert.equal(faint, 0, "what is not in focus is printed as well");
  const paper = await page.pdf({ preferCSSPageSize: true, printBackground: true, path: pictures && `${pictures}/page.pdf` });
  const pdf = Buffer.from(paper).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1, "pages");
  await page.emulateMediaType("screen");
  const [, width, height] = pdf.match(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/).map(Number);
  const [wide, high] = await page.$eval("#board svg", (node) => [node.width.baseVal.value, node.height.baseVal.value]);
  assert.equal(width > height, wide > high, `${width} x ${height} for ${wide} x ${high}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
});

await fact("no network is asked for anything, and nothing goes wrong", async () => {
  assert.deepEqual(asked.filter((url) => !url.startsWith("file:")), []);
  assert.equal(asked.length, 1, asked.join());
  assert.deepEqual(troubles, []);
});

await browser.close();
console.log(`page: ${passed} passed, 0 failed`);
