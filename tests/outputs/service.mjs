// The page of the order service in a real browser, with the service behind it.
//
// node service.mjs PROGRAM [PICTURES]: the program `order-service`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [program, pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "order-service-"));

// Starts the service, and waits until it says where it is.
async function start(listen, ...more) {
  const service = spawn(program, ["--listen", listen, "--data", join(folder, "events"), ...more],
    { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(service.stdout), "line");
  return { service, home: line.replace("the shop is open at ", "") };
}

async function stop({ service }) {
  service.kill("SIGTERM");
  const [code] = await once(service, "exit");
  assert.equal(code, 0, "it ends well");
}

let shop = await start("127.0.0.1:0", "--day", "30", "--pace", "40");
const { home } = shop;
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--force-prefers-reduced-motion"],
});
const page = await browser.newPage();
const asked = [];
const troubles = [];
page.on("request", (request) => asked.push(request.url()));
page.on("pageerror", (error) => troubles.push(String(error)));
await page.setViewport({ width: 1400, height: 1000 });

const text = (selector) => page.$eval(selector, (node) => node.textContent);
const count = (selector) => page.$$eval(selector, (nodes) => nodes.length);
const picture = (name) => pictures && page.screenshot({ path: `${pictures}/service-${name}.png`, fullPage: true });
let passed = 0;
const fact = async (what, check) => { await check(); passed += 1; console.log(`ok: ${what}`); };
const tally = (id) => page.$eval(`#board [data-element="${id}"] .es-tally-text`, (node) => node.textContent);

try {
  await page.goto(home);

  await fact("orders come in while nobody does anything", async () => {
    await page.waitForSelector("#state[data-state=live]");
    await page.waitForFunction(() => document.querySelectorAll("#rows tr").length >= 5);
    const before = await count("#rows tr");
    await page.waitForFunction((before) => document.querySelectorAll("#rows tr").length > before, {}, before);
    assert(await count("#log li") > 3);
  });

  await fact("the board counts along", async () => {
    await page.waitForFunction(() => document.querySelectorAll("#rows tr").length === 30, { timeout: 60_000 });
    await page.waitForFunction(() => document.querySelector("#board [data-element='Ordering/event/OrderPlaced'] .es-tally-text")?.textContent.startsWith("30x"));
    assert.match(await tally("Ordering/event/OrderPlaced"), /^30x, 20/);
    await picture("light");
  });

  await fact("an order is placed on the page, and comes back by the events", async () => {
    await page.$eval("[name=customer]", (field) => { field.value = "grace"; });
    await page.click("#order button");
    await page.waitForFunction(() => /^web-\w+ is placed$/.test(document.querySelector("#answer").textContent));
    const order = (await text("#answer")).split(" ")[0];
    await page.waitForSelector(`tr[data-order="${order}"]`);
    const row = await text(`tr[data-order="${order}"]`);
    assert.match(row, /grace/);
    await page.waitForFunction(() => document.querySelector("#board [data-element='Ordering/event/OrderPlaced'] .es-tally-text").textContent.startsWith("31x"));
  });

  await fact("what the shop refuses is said", async () => {
    const said = await page.evaluate(async () => {
      const answer = await fetch("/orders/none/cancel", {
        method: "POST", headers: { "content-type": "application/json" }, body: '{"reason":"no"}',
      });
      return [answer.status, (await answer.json()).detail];
    });
    assert.deepEqual(said, [404, "no such order was placed"]);
  });

  await fact("a service that was away is met again, and nothing is missed", async () => {
    const before = Number(await text("#position"));
    await stop(shop);
    await page.waitForSelector("#state[data-state=lost]");
    await picture("lost");
    shop = await start(new URL(home).host);
    await page.evaluate(() => fetch("/orders", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        order: "while-away", customer: "ada",
        lines: [{ article: "article-01", quantity: 1, price: 790 }],
        deliver_to: { city: "Turin", country: "Italy" },
      }),
    }));
    await page.waitForSelector("#state[data-state=live]", { timeout: 20_000 });
    await page.waitForSelector('tr[data-order="while-away"]');
    assert(Number(await text("#position")) > before);
    const again = asked.filter((url) => url.includes("/events")).length;
    assert(again >= 2, "the browser came back by itself");
  });

  await fact("it is light or dark as the reader's system is", async () => {
    const ground = () => page.$eval("body", (node) => getComputedStyle(node).backgroundColor);
    const light = await ground();
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    assert.notEqual(await ground(), light);
    await picture("dark");
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  });

  await fact("a narrow window shows all of it", async () => {
    await page.setViewport({ width: 390, height: 844 });
    const [width, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert(width <= shown, `${width} of ${shown}`);
    await picture("narrow");
  });

  await fact("nobody but its own host is asked for anything, and nothing goes wrong", async () => {
    assert.deepEqual(asked.filter((url) => !url.startsWith(`${home}/`) && !url.startsWith("data:")), []);
    assert.deepEqual(troubles, []);
  });
} finally {
  await browser.close();
  if (shop.service.exitCode === null) await stop(shop);
  rmSync(folder, { recursive: true });
}
console.log(`service: ${passed} passed, 0 failed`);
