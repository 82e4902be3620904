// What people do in a browser, and has to work with the guard in place.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as openid from "openid-client";

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

async function client(stage, name, callback, secret) {
  const { UserPoolClient } = await stage.call("cognito-idp", "CreateUserPoolClient", {
    UserPoolId: stage.userPoolId,
    ClientName: name,
    GenerateSecret: secret,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "aws.cognito.signin.user.admin"],
    CallbackURLs: [callback],
    SupportedIdentityProviders: ["COGNITO"],
  });
  const { ClientId, ClientSecret } = UserPoolClient;
  await stage.call("cognito-idp", "CreateManagedLoginBranding", { UserPoolId: stage.userPoolId, ClientId, UseCognitoProvidedValues: true });
  return { id: ClientId, secret: ClientSecret };
}

/** The script of a web page gets tokens, and calls what Cognito lets scripts call. `app` is at localhost. */
export async function scripts(context, stage, app) {
  const callback = `${app}/callback`;
  const { id } = await client(stage, "page", callback, false);
  const page = await context.newPage();
  const verifier = randomBytes(32).toString("base64url");
  const issuer = `${stage.url("aws")}/${stage.userPoolId}`;
  const read = (script, argument) => page.evaluate(script, argument);
  await page.goto(app);
  const found = await read(async (url) => (await fetch(url)).json(), `${issuer}/.well-known/openid-configuration`);
  const keys = await read(async (url) => (await fetch(url)).json(), found.jwks_uri);
  assert.ok(keys.keys.length > 0);
  const authorize = new URL(found.authorization_endpoint);
  authorize.search = new URLSearchParams({
    response_type: "code",
    client_id: id,
    redirect_uri: callback,
    scope: "openid email aws.cognito.signin.user.admin",
    state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  await follow(page, app, authorize.href);
  await page.waitForURL(`${callback}?*`);
  const tokens = await read(
    async ({ url, form }) => (await fetch(url, { method: "POST", body: new URLSearchParams({ ...form, code: new URLSearchParams(location.search).get("code") }) })).json(),
    { url: found.token_endpoint, form: { grant_type: "authorization_code", client_id: id, redirect_uri: callback, code_verifier: verifier } },
  );
  assert.ok(tokens.access_token, JSON.stringify(tokens));
  const account = await read(
    async ({ url, token }) => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json(),
    { url: found.userinfo_endpoint, token: tokens.access_token },
  );
  assert.equal(account.email, NAME.email);
  const operation = ({ url, name, input }) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `AWSCognitoIdentityProviderService.${name}`, "cache-control": "no-store" },
      body: JSON.stringify(input),
    }).then(async (answer) => ({ status: answer.status, ...(await answer.json()) }));
  const url = `${stage.url("aws")}/`;
  const user = await read(operation, { url, name: "GetUser", input: { AccessToken: tokens.access_token } });
  assert.equal(user.Username, account.sub);
  const refused = await read(operation, { url, name: "GetUser", input: { AccessToken: "none" } });
  assert.equal(refused.status, 400);
  const gone = await read(
    async ({ url, form }) => (await fetch(url, { method: "POST", body: new URLSearchParams(form) })).status,
    { url: found.revocation_endpoint, form: { client_id: id, token: tokens.refresh_token } },
  );
  assert.equal(gone, 200);
}

/** The npm package `openid-client`, with the fetch of Node.js, as the back end of a web page. */
export async function backEnd(context, stage, app) {
  const callback = `${app}/back`;
  const { id, secret } = await client(stage, "back end", callback, true);
  const issuer = new URL(`${stage.url("aws")}/${stage.userPoolId}`);
  for (const [credentials, name] of [
    [openid.ClientSecretBasic(secret), "basic"],
    [openid.ClientSecretPost(secret), "post"],
  ]) {
    const options = { execute: [openid.allowInsecureRequests] };
    const configuration = await openid.discovery(issuer, id, undefined, credentials, options);
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const nonce = openid.randomNonce();
    const authorize = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope: "openid email",
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const page = await context.newPage();
    await follow(page, app, authorize.href);
    await page.waitForURL(`${callback}?*`);
    const tokens = await openid.authorizationCodeGrant(configuration, new URL(page.url()), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    const { sub } = tokens.claims();
    const account = await openid.fetchUserInfo(configuration, tokens.access_token, sub);
    assert.equal(account.email, NAME.email, name);
  }
}
