// What people do in a browser, and has to work with the guard in place.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

const NAME = { email: `ada.${randomBytes(4).toString("hex")}@example.com`, password: "A long Password-42" };

/** A link on a page of another site, and not an address that somebody has typed. */
async function follow(page, from, url) {
  await page.goto(from);
  await Promise.all([page.waitForNavigation(), page.evaluate((to) => location.assign(to), url)]);
}

/** The Alexa app opens the sign-in page, a person makes an account, and Alexa's redirect door says that it is linked. */
export async function linking(browser, stage, app) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { authorizeUrl } = await stage.device("POST", `/app/skills/${stage.skillId}/link`, {});
  await follow(page, app, authorizeUrl);
  assert.equal(new URL(page.url()).hostname, "127.0.0.1");
  await page.getByRole("link", { name: "Create an account" }).click();
  const answers = { email: NAME.email, name: "Ada Lovelace", password: NAME.password };
  for (const field of await page.locator("form input:not([type=hidden])").all()) {
    const answer = answers[await field.getAttribute("name")];
    assert.ok(answer, `the page asks for ${await field.getAttribute("name")}`);
    await field.fill(answer);
  }
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.locator("#code").waitFor();
  const { messages } = await stage.device("GET", `/outbox?to=${encodeURIComponent(NAME.email)}`);
  await page.locator("#code").fill(messages.at(-1).code);
  await page.getByRole("button", { name: "Confirm account" }).click();
  await page.waitForURL(/^http:\/\/localhost:/);
  assert.match(await page.locator("body").innerText(), /linked/i);
  assert.equal((await stage.device("GET", `/app/skills/${stage.skillId}`)).linked, true);
  return context;
}

/** The address that `cargo xtask local` prints. */
export async function pageOfTheStage(browser, stage) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const home = `${stage.url("device")}/`;
  const closed = await page.goto(home);
  assert.equal(closed.status(), 401);
  await page.goto(`${home}?token=${stage.access.token}`);
  assert.equal(page.url(), home);
  assert.equal(await page.evaluate(() => document.cookie), "", "a script can read the cookie");
  const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.href));
  assert.ok(links.length >= 4, `${links}`);
  for (const link of links) {
    await page.goto(home);
    const [answer] = await Promise.all([page.waitForResponse(link), page.locator(`a[href="${new URL(link).pathname}"]`).click()]);
    assert.equal(answer.status(), 200, link);
    assert.match(answer.headers()["content-type"], /json/);
  }
  return context;
}
