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
