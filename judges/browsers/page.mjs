// The page of the stage, as a person who has never seen it uses it: with the keyboard alone, on a phone and on
// a desktop, in the dark and in the light.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const SIZES = {
  "a phone in the dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true },
  "a desktop in the light": { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
};

/** Fails with what axe-core finds. */
async function accessible(page, where) {
  // The page's own policy lets no script of others in; the browser's debugger does.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
  assert.deepEqual(found, [], where);
}

/** Reaches an element with the Tab key alone, and presses a key on it. */
async function press(page, element, key = "Enter") {
  await element.waitFor();
  for (let pressed = 0; pressed < 120; pressed += 1) {
    if (await element.evaluate((one) => one === document.activeElement)) {
      await page.keyboard.press(key);
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`the Tab key does not lead to ${element}`);
}

/** On a phone, one part of the page is shown at a time; arrows lead from one tab to the next. */
async function part(page, name) {
  const tab = page.getByRole("tab", { name });
  if (!(await tab.isVisible())) return;
  for (let pressed = 0; pressed < 120; pressed += 1) {
    const focused = await page.evaluate(() => document.activeElement.getAttribute("role"));
    if (focused === "tab") break;
    await page.keyboard.press("Tab");
  }
  for (let pressed = 0; pressed < 3 && (await tab.getAttribute("aria-selected")) !== "true"; pressed += 1) await page.keyboard.press("ArrowRight");
  assert.equal(await tab.getAttribute("aria-selected"), "true");
}

async function say(page, text) {
  await part(page, "Talk");
  const log = page.getByRole("log", { name: "Conversation" });
  const before = await log.locator(".turn").last().getAttribute("data-turn").catch(() => null, { timeout: 1 });
  const box = page.getByRole("textbox", { name: "Say something" });
  await press(page, box, "End");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  const newest = log.locator(".turn").last();
  await page.waitForFunction((old) => document.querySelector("#conversation > :last-child")?.dataset.turn !== (old ?? undefined), before);
  return newest.innerText();
}

/** From the printed address to a conversation that is saved as a test. `shot` takes a picture. */
export async function path(browser, stage, size, { shot = async () => {} } = {}) {
  const context = await browser.newContext(size);
  const page = await context.newPage();
  const outside = [];
  page.on("request", (request) => new URL(request.url()).origin === stage.url("device") || outside.push(request.url()));
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  assert.equal((await context.request.get(stage.access.device)).status(), 401, "the page is open to everybody");
  await page.goto(stage.access.device + `?token=${stage.access.token}`);
  assert.equal(page.url(), `${stage.url("device")}/`);
  assert.equal(await page.evaluate(() => document.cookie), "", "a script can read the cookie");
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "Account Guide" }).or(page.getByRole("textbox", { name: "Say something" })).first().waitFor();
  await accessible(page, "an empty page");

  const asked = await say(page, "open account guide");
  assert.match(asked, /link/i);
  await shot(page, "asked");
  await accessible(page, "a card that asks to link");
  const opened = context.waitForEvent("page");
  await press(page, page.getByRole("button", { name: "Link account" }));
  const signIn = await opened;
  await signUp(signIn, { shot, check: accessible });
  await signIn.close();

  const welcome = await say(page, "open account guide");
  assert.match(welcome, /Grace/);
  assert.match(await say(page, "what is my full name"), /Grace/);
  await part(page, "Alexa app");
  const app = page.getByRole("region", { name: "Alexa app" });
  await app.getByText("Linked", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Link account" }).count(), 0);
  await page.getByRole("region", { name: "Outbox" }).locator(".digits").first().waitFor();
  await accessible(page, "a linked account");
  await shot(page, "app");

  await part(page, "Inspector");
  await page.getByRole("region", { name: "Request and answer" }).getByText("RequestInfoIntent").first().waitFor();
  await accessible(page, "a request and its answer");
  await shot(page, "inspector");
  const token = async () => (await lastTurn(page)).token;
  const before = await token();
  await press(page, page.getByRole("region", { name: "Clock" }).getByRole("button", { name: "Past the access token" }));
  await page.getByText(/The stage is .* ahead/).waitFor();
  assert.match(await say(page, "what is my full name"), /Grace/);
  assert.notEqual(await token(), before, "the access token was not refreshed");

  await part(page, "Talk");
  await press(page, page.getByRole("button", { name: "Save as test" }));
  const saved = await page.getByText(/^Saved as/).innerText();
  const file = saved.match(/tests\/conversations\/[a-z0-9-]+\.yaml/)[0];
  const yaml = readFileSync(join(stage.project, file), "utf8");
  assert.match(yaml, /account: not-linked[^]*account: linked/);
  assert.doesNotMatch(yaml, /Grace/);
  await accessible(page, "a saved test");
  await shot(page, "saved");
  assert.deepEqual(errors, []);
  assert.deepEqual(outside, [], "the page has asked others");
  return context;
}

const lastTurn = (page) => page.evaluate(async () => (await (await fetch("/turns")).json()).turns.at(-1));

/** Makes an account at whatever pages a provider has, with the strip's help where a code is asked for. */
export async function signUp(page, { shot = async () => {}, check = async () => {} } = {}) {
  const unique = randomBytes(4).toString("hex");
  const answers = {
    email: `grace.${unique}@example.com`,
    name: "Grace Hopper",
    phone_number: `+1425555${unique.replace(/\D/g, "").padEnd(4, "0").slice(0, 4)}`,
    username: `grace${unique}`,
    password: "A long Password-42",
  };
  const account = page.getByRole("link", { name: /^Create (an|your Amazon) account$/ });
  await press(page, account);
  await account.waitFor({ state: "hidden" });
  const strip = page.getByRole("button", { name: "Fill in" });
  for (let pages = 0; pages < 8 && !/link-result/.test(page.url()); pages += 1) {
    const main = page.locator("button[type=submit]").first();
    await main.waitFor();
    const before = page.url();
    if (await strip.isVisible()) {
      await check(page, "a sign-in page with the strip");
      await shot(page, "fill-in");
      await press(page, strip);
      assert.match(await page.locator("#code").inputValue(), /^\d{6}$/);
    } else {
      for (const field of await page.locator("form input:not([type=hidden])").all()) {
        const name = await field.getAttribute("name");
        assert.ok(answers[name], `${page.url()} asks for ${name}`);
        await press(page, field, "End");
        if (!(await field.inputValue())) await page.keyboard.type(answers[name]);
      }
    }
    await press(page, main);
    await page.waitForURL((url) => url.href !== before);
  }
  assert.match(await page.locator("body").innerText(), /linked/i);
}

/**
 * From the printed address to the first answer to a linked account, whatever its provider asks for. Takes pictures
 * of it if there is a folder for them.
 */
export async function firstAnswer(browser, stage, pictures) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = await context.newPage();
  await page.goto(stage.access.device + `?token=${stage.access.token}`);
  await page.getByRole("button", { name: "Disable" }).waitFor();
  assert.match(await say(page, "open account guide"), /link/i);
  const opened = context.waitForEvent("page");
  await press(page, page.getByRole("button", { name: "Link account" }));
  await signUp(await opened);
  await say(page, "open account guide");
  const answer = await lastTurn(page);
  assert.ok(answer.linked && answer.sessionOpen && !answer.error, JSON.stringify(answer));
  if (pictures) {
    await say(page, "what is my email address");
    await page.evaluate(() => document.querySelectorAll(".column").forEach((column) => (column.scrollTop = 0)));
    await page.screenshot({ path: join(pictures, "page.png") });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: join(pictures, "page-phone.png") });
  }
  await context.close();
}

/** Ten thousand turns: the stage keeps the newest, the page shows fewer still and answers as fast as before. */
export async function manyTurns(browser, stage) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(stage.access.device + `?token=${stage.access.token}`);
  await page.getByText("Live", { exact: true }).waitFor();
  // The device speaks no French, so that no function runs.
  const lane = async () => {
    for (let said = 0; said < 2500; said += 1) await stage.device("POST", "/say", { text: "bonjour", locale: "fr-FR" });
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const { turns } = await stage.device("GET", "/turns");
  assert.equal(turns.length, 500);
  await page.waitForFunction((newest) => document.querySelector("#conversation > :last-child")?.dataset.turn === String(newest), turns.at(-1).turn);
  assert.equal(await page.locator(".turn").count(), 200);
  const began = performance.now();
  await say(page, "help");
  const took = performance.now() - began;
  assert.ok(took < 3000, `a turn took ${Math.round(took)} ms`);
  assert.equal(await page.locator(".turn").count(), 200);
  await context.close();
}
