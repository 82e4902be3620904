// Attacks two stages from pages in Chromium, of which one has no guard, and then uses the other as people
// and programs do. Reads from stdin what `cargo xtask ci --only browsers` knows about them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { launch } from "./chromium.mjs";
import { attacks, prepare } from "./damage.mjs";
import { manyTurns, path, SIZES } from "./page.mjs";
import { linking } from "./people.mjs";
import { site } from "./sites.mjs";
import { Stage } from "./stage.mjs";
import { casesOf, FOREIGN, mayArrive, NEIGHBOUR, REBOUND, sweep, tell } from "./sweep.mjs";

const input = JSON.parse(await text(process.stdin));
const LISTENERS = ["aws", "smapi", "lwa", "signIn", "device", "runtime"];

let foreign, neighbour, browser, folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "browsers-"));
  foreign = await site();
  neighbour = await site();
  browser = await launch({ names: ["evil.example", "rebind.example"], internet: [foreign.port] });
});

after(async () => {
  await browser?.close();
  foreign?.close();
  neighbour?.close();
  rmSync(folder, { recursive: true, force: true });
});

const stages = { guarded: new Stage(input.guarded), unguarded: new Stage(input.unguarded) };

/** The browser of a developer who has the stage's page open, with pages of others beside it. */
async function pagesOf(stage, runtime) {
  const context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(stage.access.device + `?token=${stage.access.token}`);
  const at = async (url) => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const rebound = {};
  for (const listener of LISTENERS) {
    const url = new URL(listener === "runtime" ? `http://${runtime}` : stage.url(listener));
    url.hostname = "rebind.example";
    rebound[listener] = await fromBefore(context, url.href);
  }
  return {
    context,
    rebound,
    foreign: await at(`http://evil.example:${foreign.port}/`),
    neighbour: await at(`http://127.0.0.1:${neighbour.port}/`),
  };
}

/** A page that came while the name still led to its own site. Nothing stands in for a server afterwards. */
async function fromBefore(context, url) {
  const page = await context.newPage();
  await page.route(url, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(url);
  await page.unroute(url);
  return page;
}

const outcomes = {};

for (const [name, stage] of Object.entries(stages)) {
  describe(`a stage that is ${name}`, () => {
    let prepared, pages;
    before(async () => {
      prepared = await prepare(stage);
      pages = await pagesOf(stage, prepared.runtime);
    });
    after(() => pages?.context.close());

    test("the attacks that would do harm", async (t) => {
      for (const [what, attack] of Object.entries(attacks(stage, prepared, pages, mkdtempSync(join(folder, "x"))))) {
        await t.test(what, async () => assert.equal(Boolean(await attack()), name === "unguarded"));
      }
    });

    test("every door, in every way that a page has", async () => {
      const urlOf = (listener) => (listener === "runtime" ? `http://${prepared.runtime}` : stage.url(listener));
      const expected = (one) => name === "unguarded" || mayArrive(one);
      const attempt = (page, cases) => sweep(page, stage, cases, expected);
      const tried = [];
      tried.push(...(await attempt(pages.foreign, casesOf(FOREIGN, input.doors, urlOf, false))));
      tried.push(...(await attempt(pages.neighbour, casesOf(NEIGHBOUR, input.doors, urlOf, true))));
      for (const listener of LISTENERS) {
        const doors = input.doors.filter((door) => door.listener === listener);
        tried.push(...(await attempt(pages.rebound[listener], casesOf(REBOUND, doors, () => "", true))));
      }
      outcomes[name] = tried;
      const arrived = tried.filter((one) => one.arrived).length;
      console.log(`${tried.length} tried, ${arrived} arrived`);
    });
  });
}

test("the guard stops what is not for pages, and nothing else does", () => {
  const { guarded, unguarded } = outcomes;
  const lost = unguarded.filter((one) => !one.arrived).map(tell);
  assert.deepEqual(lost, [], "the control did not see these arrive, so they prove nothing");
  const wrong = guarded.filter((one) => one.arrived !== mayArrive(one)).map((one) => `${tell(one)} ${one.arrived ? "arrived" : "did not arrive"}`);
  assert.deepEqual(wrong, []);
  // Scripts read what is for them, and a rebound name why it was refused.
  const told = guarded.filter(({ site, how, method, arrived, read }) => {
    const forScripts = arrived && how === "fetch";
    const refusal = site === REBOUND && (method === "HEAD" || read?.text.includes("its own name lead to this machine"));
    return read && !forScripts && !refusal;
  });
  assert.deepEqual(told.map(tell), [], "a page could read these");
});

describe("with the guard in place", () => {
  const app = () => `http://localhost:${neighbour.port}`;
  let person;
  after(() => person?.close());

  test("a person links an account", async () => {
    person = await linking(browser, stages.guarded, app());
  });
  for (const [size, options] of Object.entries(SIZES)) {
    test(`the page of the stage, from the printed address to a saved test, on ${size}`, async () => {
      await stages.guarded.start();
      await (await path(browser, stages.guarded, options)).close();
    });
  }
  test("ten thousand turns leave the page quick", () => manyTurns(browser, stages.guarded));
  test("the fetch of Node.js, which says that it is one, is no page", async () => {
    const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const sent = await (await fetch(`http://127.0.0.1:${server.address().port}/`)).json();
    server.close();
    assert.equal(sent["sec-fetch-mode"], "cors");
    assert.ok(Array.isArray((await stages.guarded.device("GET", "/outbox")).messages));
  });
});
