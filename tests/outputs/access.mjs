// A board for those who cannot see it: what a real browser tells a screen reader.
//
// node access.mjs FILE..: SVG files, opened by themselves.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
const session = await page.createCDPSession();
await session.send("Accessibility.enable");
let notes = 0;

/* What is said, in the order in which it is said, without what is ignored. */
async function told() {
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const known = new Map(nodes.map((node) => [node.nodeId, node]));
  const said = [];
  (function walk(node, within) {
    const role = node.role?.value, name = node.name?.value ?? "";
    const own = node.ignored ? null : { role, name, description: node.description?.value ?? "", within };
    if (own) said.push(own);
    for (const id of node.childIds ?? []) if (known.has(id)) walk(known.get(id), own ?? within);
  })(nodes[0], null);
  return said;
}

for (const file of process.argv.slice(2)) {
  await page.goto(pathToFileURL(file).href);
  const said = await told();
  const drawn = await page.$$eval("[data-element] > g", (all) => all.map((one) => one.getAttribute("aria-label")));
  const roles = (...wanted) => said.filter((one) => wanted.includes(one.role));
  const [board] = roles("graphics-document", "GraphicsDocument");
  assert(board, "the board is a document");
  assert.match(board.name, /EventStorming board$/);
  assert.match(board.description, /Time runs left to right/, "and tells its flow");
  const symbols = roles("graphics-symbol", "GraphicsSymbol").map((one) => one.name);
  assert.deepEqual(symbols.filter((name) => drawn.includes(name)), drawn, "every note is told once, in order of time");
  const unnamed = said.filter((one) => /graphics/i.test(one.role) && !one.name);
  assert.deepEqual(unnamed, [], "whatever is told has a name");
  const doubled = said.filter((one) => one.role === "StaticText");
  assert.deepEqual(doubled.map((one) => one.name), [], "what is painted is not told a second time");
  notes += drawn.length;
}
await browser.close();
console.log(`access: ${notes} notes of ${process.argv.length - 2} boards are told`);
