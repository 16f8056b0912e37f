// Hands what is generated to judges that nobody here wrote.
//
// node judge.mjs FOLDER: the folder that `cargo eventstorming docs` has written.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2];
const files = (function walk(at) {
  return readdirSync(at).sort().flatMap((name) => {
    const path = join(at, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
})(folder);
const ending = (end) => files.filter((file) => file.endsWith(end));
const text = (file) => readFileSync(file, "utf8");
const json = (file) => JSON.parse(text(file));

let passed = 0;
let failed = 0;
async function judge(who, over, look) {
  assert(over.length > 0, `${who}: there is nothing to judge`);
  for (const file of over) {
    const name = relative(folder, file) || ".";
    try {
      await look(file);
      passed += 1;
      console.log(`ok: ${who}: ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED: ${who}: ${name}\n  ${String(error.stderr?.toString() || error.stack || error).split("\n").slice(0, 12).join("\n  ")}`);
    }
  }
}
const run = (program, ...words) => execFileSync(program, words, { stdio: ["ignore", "pipe", "pipe"] });

const svgs = ending(".svg");
await judge("xmllint", svgs, (file) => run("xmllint", "--noout", "--nonet", file));
await judge("librsvg", svgs, (file) => run("rsvg-convert", "--width", "1200", file));
await judge("dot", ending(".dot"), (file) => assert.match(run("dot", "-Tsvg", file).toString(), /<svg/));

const { parse } = await import("@mermaid-js/parser");
await judge("mermaid's parser", ending("event-model.mmd"), async (file) => {
  const model = await parse("eventmodeling", text(file));
  assert(model.frames.length > 0);
});

const { default: puppeteer } = await import("puppeteer-core");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
await page.addScriptTag({ path: join(here, "node_modules/mermaid/dist/mermaid.min.js") });
await judge("mermaid", ending(".mmd"), async (file) => {
  const drawn = await page.evaluate(async (source) => {
    mermaid.initialize({ startOnLoad: false, maxTextSize: 1e6, maxEdges: 5000 });
    const { svg } = await mermaid.render("drawn", source);
    return svg;
  }, text(file));
  assert.match(drawn, /<svg/);
});
await browser.close();

const { Parser } = await import("@asyncapi/parser");
await judge("@asyncapi/parser", ending("asyncapi.json"), async (file) => {
  const { diagnostics } = await new Parser().parse(text(file));
  const errors = diagnostics.filter((one) => one.severity === 0);
  assert.deepEqual(errors.map((one) => `${one.path.join(".")}: ${one.message}`), []);
});

const { default: Ajv2020 } = await import("ajv/dist/2020.js");
const { default: addFormats } = await import("ajv-formats");
const numbers = ["uint8", "uint16", "uint32", "uint64", "uint", "int8", "int16", "int", "uint128", "int128"];
function ajv() {
  const judge = new Ajv2020({ strict: true, allErrors: true });
  addFormats(judge);
  // What schemas say besides is no keyword of theirs.
  judge.addVocabulary(["x-personal", "x-aliases", "x-other"]);
  for (const format of numbers) judge.addFormat(format, { type: "number", validate: Number.isInteger });
  return judge;
}
const ofModel = join(folder, "model.schema.json");
await judge("ajv, on the model by its published schema", [join(folder, "model.json")], (file) => {
  const judge = ajv();
  const valid = judge.compile(json(ofModel));
  assert(valid(json(file)), judge.errorsText(valid.errors));
  const broken = json(file);
  broken.relations[0].verb = "likes";
  assert(!valid(broken), "a verb that there is not");
});
await judge("ajv, strict 2020-12", ending(".schema.json").filter((file) => file !== ofModel), (file) => {
  const judge = ajv();
  const valid = judge.compile(json(file));
  const samples = json(file.replace(".schema.json", ".samples.json"));
  assert(samples.length > 0, "no samples");
  for (const sample of samples) {
    assert(valid(sample), `${JSON.stringify(sample)}: ${judge.errorsText(valid.errors)}`);
  }
});

const { CloudEvent } = await import("cloudevents");
await judge("the CloudEvents SDK", ending("asyncapi.json"), (file) => {
  const messages = Object.values(json(file).components.messages);
  const examples = messages.flatMap((message) => (message.examples ?? []).map((one) => one.payload));
  assert(examples.length > 0, "no examples");
  for (const example of examples) assert(new CloudEvent(example).validate());
});
await judge("ajv, on the messages of AsyncAPI", ending("asyncapi.json"), (file) => {
  const document = json(file);
  for (const [name, message] of Object.entries(document.components.messages)) {
    const judge = ajv();
    // The payload by itself, so that its references lead through it.
    const moved = JSON.parse(JSON.stringify(message.payload).replaceAll(`#/components/messages/${name}/payload`, "#"));
    const valid = judge.compile(moved);
    for (const { payload } of message.examples ?? []) {
      assert(valid(payload), `${name}: ${judge.errorsText(valid.errors)}`);
    }
  }
});

// It speaks to programs in one language, and needs no other.
process.env.DOTNET_SYSTEM_GLOBALIZATION_INVARIANT = "1";
const multitool = join(here, "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
chmodSync(multitool, 0o755);
await judge("the SARIF multitool", ending(".sarif"), (file) => {
  const said = `${file}.judged`;
  try {
    run(multitool, "validate", file, "--output", said, "--log", "ForceOverwrite");
  } catch (error) {
    // It fails where it has found something, which is told below.
    if (!existsSync(said)) throw error;
  }
  const found = json(said).runs.flatMap((run) => run.results ?? []);
  const told = found.filter((one) => (one.level ?? "warning") !== "note").map((one) =>
    `${one.level ?? "warning"} ${one.ruleId}: ${(one.message.arguments ?? [one.message.text]).join(" ")}`);
  assert.deepEqual(told, []);
});

await judge("the EventCatalog linter", [join(folder, "eventcatalog")], (catalog) => {
  run(process.execPath, join(here, "node_modules/@eventcatalog/linter/dist/cli/index.js"), catalog);
});

const html = ending("board.html");
await judge("Chromium, as a reader", html, (file) => {
  const said = run(process.execPath, join(here, "page.mjs"), file).toString();
  assert.match(said, /page: \d+ passed, 0 failed/);
});

console.log(`outputs: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
