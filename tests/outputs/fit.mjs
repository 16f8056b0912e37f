// Whether every text is within its note, whatever the font: measured in a real browser.
//
// node fit.mjs FOLDER..: every `.svg` below these folders, under four fonts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import puppeteer from "puppeteer-core";

const FONTS = ["Liberation Sans", "DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono"];
const files = process.argv.slice(2).flatMap(function walk(at) {
  if (!statSync(at).isDirectory()) return at.endsWith(".svg") ? [at] : [];
  return readdirSync(at).sort().flatMap((name) => walk(join(at, name)));
});
assert(files.length > 0, "there is nothing to measure");

// How far a text may reach over its note, in pixels: of a box of letters, the part above and below
// the letters. In a font whose letters are all as wide, a line of narrow letters reaches up to 4.
const REACH = { "DejaVu Sans Mono": 4 };

// A font that is not there would be measured as another.
const there = execFileSync("fc-list", [":", "family"]).toString();
for (const font of FONTS) assert(there.includes(font), `the font ${font} is not installed`);

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
let texts = 0;
const outside = [];
for (const file of files) {
  await page.setContent(`<!DOCTYPE html><body style="margin:0">${readFileSync(file, "utf8")}</body>`);
  for (const font of FONTS) {
    const found = await page.evaluate((font, reach) => {
      document.querySelector("svg").style.fontFamily = `"${font}"`;
      const found = [];
      let count = 0;
      for (const note of document.querySelectorAll(".es-note")) {
        const paper = note.querySelector("rect:not(.es-shadow)").getBBox();
        for (const text of note.querySelectorAll("text")) {
          count += 1;
          const box = text.getBBox();
          const over = Math.max(paper.x - box.x, box.x + box.width - paper.x - paper.width,
            paper.y - box.y, box.y + box.height - paper.y - paper.height);
          if (over > reach) found.push(`${over.toFixed(1)} px: ${text.textContent} on ${note.dataset.element}`);
        }
      }
      return { count, found };
    }, font, REACH[font] ?? 2);
    texts += found.count;
    outside.push(...found.found.map((one) => `${basename(file)}, ${font}: ${one}`));
  }
}
await browser.close();
console.log(`fit: ${texts} texts of ${files.length} boards measured under ${FONTS.length} fonts, ${outside.length} outside of their notes`);
for (const one of outside.slice(0, 20)) console.log(`  ${one}`);
process.exit(outside.length ? 1 : 0);
