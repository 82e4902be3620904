// `/oauth2/authorize` and `/login`: where they send the browser.

import { createHash } from "node:crypto";
import * as openid from "openid-client";

const CHALLENGE = createHash("sha256").update("v".repeat(43)).digest("base64url");

/** A new browser, in which nobody is signed in. */
async function stranger(world, then) {
  const context = await world.browser.newContext();
  try {
    return await then(context);
  } finally {
    await context.close();
  }
}

const returned = (name) => async (world) => {
  const value = "a b&c=%/?é";
  const location = await world.redirect(world.authorizeUrl(world.clients.public, { state: value, ...name }));
  const said = new URLSearchParams(location.search);
  return `${said.has("error") ? `redirect ${said.get("error")}` : "code"} ${said.get("state") === value ? "state" : "no state"}`;
};

const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

export const authorize = {
  "authorize.code": async (world) => world.authorize(world.clients.confidential),
  "authorize.pkce": async (world) => world.tell((await world.code(world.clients.public)).callback),
  "authorize.state": returned({}),
  "authorize.state-with-error": returned({ scope: "unknown" }),
  "authorize.nonce": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public);
    const tokens = await openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs);
    return tokens.claims().nonce === proofs.expectedNonce ? "in the ID token" : "lost";
  },
  "authorize.without-session": (world) =>
    stranger(world, async (context) => {
      const url = new URL(world.authorizeUrl(world.clients.public, { state: "s" }));
      const location = await world.redirect(url.href, context);
      return `${world.tell(location)}${location.search === url.search ? " with every parameter" : ""}`;
    }),
  "authorize.client-missing": (world) => world.authorize({}),
  "authorize.client-unknown": (world) => world.authorize({ id: "1example23456789" }),
  "authorize.redirect-missing": (world) => world.authorize(world.clients.public, { redirect_uri: undefined }),
  "authorize.redirect-unregistered": (world) => world.authorize(world.clients.public, { redirect_uri: `${world.callback}/` }),
  "authorize.response-type-missing": (world) => world.authorize(world.clients.public, { response_type: undefined }),
  "authorize.response-type-unsupported": (world) => world.authorize(world.clients.public, { response_type: "id_token" }),
  "authorize.implicit": (world) => world.authorize(world.clients.implicit, { response_type: "token" }),
  "authorize.implicit-without-openid": (world) =>
    world.authorize(world.clients.implicit, { response_type: "token", scope: "aws.cognito.signin.user.admin" }),
  "authorize.implicit-not-allowed": (world) => world.authorize(world.clients.public, { response_type: "token" }),
  "authorize.code-not-allowed": (world) => world.authorize(world.clients.implicit),
  "authorize.scope-unknown": (world) => world.authorize(world.clients.public, { scope: "openid unknown" }),
  "authorize.scope-not-allowed": (world) => world.authorize(world.clients.public, { scope: "openid phone" }),
  "authorize.scope-without-openid": (world) => world.authorize(world.clients.public, { scope: "email" }),
  "authorize.scope-missing": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public, { scope: "" });
    const tokens = await openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs);
    return claims(tokens.access_token).scope;
  },
  "authorize.challenge-without-method": (world) => world.authorize(world.clients.public, { code_challenge: CHALLENGE }),
  "authorize.challenge-plain": (world) =>
    world.authorize(world.clients.public, { code_challenge: CHALLENGE, code_challenge_method: "plain" }),
  "authorize.method-without-challenge": (world) => world.authorize(world.clients.public, { code_challenge_method: "S256" }),
  "authorize.prompt-none": (world) => world.authorize(world.clients.other, { prompt: "none" }),
  "authorize.prompt-none-without-session": (world) =>
    stranger(world, (context) => world.authorize(world.clients.public, { prompt: "none" }, context)),
  "authorize.prompt-login": (world) => world.authorize(world.clients.public, { prompt: "login" }),
  "authorize.prompt-login-consent": (world) => world.authorize(world.clients.public, { prompt: "login consent" }),
  "authorize.prompt-select-account": (world) => world.authorize(world.clients.public, { prompt: "select_account" }),
  "authorize.prompt-consent": (world) => world.authorize(world.clients.public, { prompt: "consent" }),
  "authorize.identity-provider": (world) => world.authorize(world.clients.public, { identity_provider: "COGNITO" }),
  "authorize.max-age": (world) => world.authorize(world.clients.public, { max_age: "3600" }),
  "authorize.max-age-malformed": (world) => world.authorize(world.clients.public, { max_age: "soon" }),
  "authorize.resource": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public, { resource: "https://api.example.com" });
    const tokens = await openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs);
    return claims(tokens.access_token).aud;
  },
  "authorize.resource-malformed": (world) => world.authorize(world.clients.public, { resource: "api.example.com" }),
  "authorize.page": async (world) => {
    const context = await world.browser.newContext();
    const { page, error } = await world.signIn(context, world.clients.public);
    const email = error ?? (await page.evaluate(async () => (await manager.getUser()).profile.email));
    await context.close();
    return email === world.email ? "signed in" : email;
  },
  "authorize.page-prompt-none": async (world) => {
    const { page, error } = await world.signIn(world.context, world.clients.public, { prompt: "none" });
    await page.close();
    return error ?? "signed in";
  },
  "authorize.page-prompt-none-without-session": (world) =>
    stranger(world, async (context) => (await world.signIn(context, world.clients.public, { prompt: "none" })).error),
  "authorize.max-age-over": async (world) => {
    await world.advance(30);
    return world.authorize(world.clients.public, { max_age: "20" });
  },
  "authorize.session-over": async (world) => {
    await world.advance(3600);
    return world.authorize(world.clients.public, { prompt: "none" });
  },
  "login.page": (world) =>
    stranger(world, async (context) => {
      const page = await context.newPage();
      await page.goto(world.authorizeUrl(world.clients.public).replace("/oauth2/authorize", "/login"));
      await world.enterPassword(page);
      await page.waitForURL(`${world.callback}?*`);
      return world.tell(new URL(page.url()));
    }),
  "login.wrong-request": (world) =>
    world.redirect(world.authorizeUrl(world.clients.public, { scope: "unknown" }).replace("/oauth2/authorize", "/login")).then((to) => world.tell(to)),
  "login.hint": (world) =>
    stranger(world, async (context) => {
      const page = await context.newPage();
      await page.goto(world.authorizeUrl(world.clients.public, { login_hint: "somebody@example.com" }));
      return page.locator("input[name=username]").inputValue();
    }),
  "login.language": (world) =>
    stranger(world, async (context) => {
      const page = await context.newPage();
      await page.goto(world.authorizeUrl(world.clients.public, { lang: "de" }));
      return page.locator("html").getAttribute("lang");
    }),
  "login.framed": (world) =>
    stranger(world, async (context) => {
      const answer = await context.request.get(world.authorizeUrl(world.clients.public));
      return answer.headers()["x-frame-options"];
    }),
};
