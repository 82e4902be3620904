// One pool with its clients and a person, and a browser in which the person is signed in.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as openid from "openid-client";
import { launch } from "../chromium.mjs";
import { site } from "../sites.mjs";

const PERSON = { email: `ada.${randomBytes(4).toString("hex")}@example.com`, password: "A-long-Password-42" };
const LIBRARY = join(dirname(createRequire(import.meta.url).resolve("oidc-client-ts/package.json")), "dist/browser/oidc-client-ts.min.js");

/** The clients of the matrix, by what is special about them. */
const CLIENTS = {
  confidential: { GenerateSecret: true },
  other: { GenerateSecret: true },
  public: {},
  implicit: { AllowedOAuthFlows: ["implicit"] },
  unrevocable: { EnableTokenRevocation: false },
  rotating: {
    RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
    ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
  },
  brief: { RefreshTokenValidity: 60, TokenValidityUnits: { RefreshToken: "minutes" } },
  blind: { ReadAttributes: ["email", "name"] },
};

export class World {
  email = PERSON.email;
  clients = {};

  static async start(stage) {
    const world = new World();
    try {
      await world.#start(stage);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async #start(stage) {
    this.stage = stage;
    this.site = await site();
    this.app = `http://localhost:${this.site.port}`;
    this.callback = `${this.app}/callback`;
    this.bye = `${this.app}/bye`;
    this.issuer = `${stage.url("aws")}/${stage.userPoolId}`;
    this.metadata = await (await fetch(`${this.issuer}/.well-known/openid-configuration`)).json();
    for (const [name, settings] of Object.entries(CLIENTS)) this.clients[name] = await this.#client(name, settings);
    await this.#person();
    this.browser = await launch({ names: [], internet: [] });
    this.context = await this.signedIn();
  }

  async stop() {
    await this.browser?.close();
    this.site?.close();
  }

  async #client(name, settings) {
    const { UserPoolClient } = await this.stage.call("cognito-idp", "CreateUserPoolClient", {
      UserPoolId: this.stage.userPoolId,
      ClientName: name,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
      CallbackURLs: [this.callback, `${this.app}/second`],
      LogoutURLs: [this.bye],
      SupportedIdentityProviders: ["COGNITO"],
      ...settings,
    });
    const { ClientId: id, ClientSecret: secret } = UserPoolClient;
    const branding = { UserPoolId: this.stage.userPoolId, ClientId: id, UseCognitoProvidedValues: true };
    await this.stage.call("cognito-idp", "CreateManagedLoginBranding", branding);
    return { id, secret };
  }

  async #person() {
    const person = { UserPoolId: this.stage.userPoolId, Username: PERSON.email };
    const UserAttributes = Object.entries({ email: PERSON.email, email_verified: "true", name: "Ada Lovelace" });
    await this.stage.call("cognito-idp", "AdminCreateUser", {
      ...person,
      MessageAction: "SUPPRESS",
      UserAttributes: UserAttributes.map(([Name, Value]) => ({ Name, Value })),
    });
    await this.stage.call("cognito-idp", "AdminSetUserPassword", { ...person, Password: PERSON.password, Permanent: true });
  }

  /** A browser profile in which the person is signed in. */
  async signedIn() {
    const context = await this.browser.newContext();
    const page = await context.newPage();
    await page.goto(this.authorizeUrl(this.clients.public));
    await this.enterPassword(page);
    await page.waitForURL(`${this.callback}?*`);
    await page.close();
    return context;
  }

  /** Fills in the sign-in page that is shown. */
  async enterPassword(page) {
    await page.locator("input[name=username]").fill(PERSON.email);
    await page.locator("#password").fill(PERSON.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /** Lets time pass at the stage. */
  advance(seconds) {
    return this.stage.device("POST", "/control/clock", { advanceSeconds: seconds });
  }

  /** An authorization request; a parameter that is `undefined` is left out. */
  authorizeUrl(client, more = {}) {
    const url = new URL(this.metadata.authorization_endpoint);
    url.search = this.query({ response_type: "code", client_id: client.id, redirect_uri: this.callback, scope: "openid email", ...more });
    return url.href;
  }

  query(parameters) {
    return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined)).toString();
  }

  /** Where a browser is sent from an address, which it does not follow. */
  async redirect(url, context = this.context) {
    const answer = await context.request.get(url, { maxRedirects: 0 });
    assert.equal(answer.status(), 302, await answer.text());
    return new URL(answer.headers().location, url);
  }

  /** What became of an authorization request, in the words of the matrix. */
  async authorize(client, more, context) {
    return this.tell(await this.redirect(this.authorizeUrl(client, more), context));
  }

  /** A redirect in the words of the matrix. */
  tell(location) {
    const said = new URLSearchParams(location.hash ? location.hash.slice(1) : location.search);
    if (location.origin !== this.app) {
      return location.pathname === "/error" ? `page ${said.get("error")}` : `page ${location.pathname}`;
    }
    if (said.has("error")) return `redirect ${said.get("error")}`;
    if (said.has("code")) return "code";
    return ["access_token", "id_token", "refresh_token"].filter((name) => said.has(name)).join(" ") || location.pathname;
  }

  /** A client as openid-client knows it. `proof` is how it shows its secret. */
  relyingParty(client, proof = client.secret ? openid.ClientSecretBasic(client.secret) : openid.None()) {
    const configuration = new openid.Configuration(this.metadata, client.id, undefined, proof);
    openid.allowInsecureRequests(configuration);
    return configuration;
  }

  /** The callback of an authorization with a code, and what its exchange has to prove. */
  async code(client, more = {}) {
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const nonce = openid.randomNonce();
    const url = openid.buildAuthorizationUrl(this.relyingParty(client), {
      redirect_uri: this.callback,
      scope: "openid email",
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...more,
    });
    const callback = await this.redirect(url.href);
    return { callback, proofs: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } };
  }

  /** Fresh tokens of the person for a client. */
  async tokens(client, more) {
    const { callback, proofs } = await this.code(client, more);
    return openid.authorizationCodeGrant(this.relyingParty(client), callback, proofs);
  }

  /** A page of the web app, with oidc-client-ts in it. */
  async page(context, path = "/") {
    const page = await context.newPage();
    await page.goto(this.app + path);
    await page.addScriptTag({ path: LIBRARY });
    return page;
  }

  /** What oidc-client-ts is told of a client. */
  settings(client) {
    return { authority: this.issuer, client_id: client.id, redirect_uri: this.callback, scope: "openid email aws.cognito.signin.user.admin" };
  }

  /**
   * Has oidc-client-ts send the browser away, and answers what its callback says: the page with the library, and
   * the error if there is one.
   */
  async signIn(context, client, request = {}, more = {}) {
    const page = await this.page(context);
    const settings = { ...this.settings(client), ...more };
    await page.evaluate(({ settings, request }) => void new oidc.UserManager(settings).signinRedirect(request), { settings, request });
    await page.waitForURL((url) => url.pathname === "/callback" || url.origin !== this.app);
    if (new URL(page.url()).origin !== this.app) {
      await this.enterPassword(page);
      await page.waitForURL(`${this.callback}?*`);
    }
    await page.addScriptTag({ path: LIBRARY });
    const error = await page.evaluate(async (settings) => {
      window.manager = new oidc.UserManager(settings);
      return manager.signinCallback().then(
        () => null,
        (error) => error.error ?? error.message,
      );
    }, settings);
    return { page, error };
  }
}

/** What a request by openid-client came to, in the words of the matrix. */
export async function outcome(promise, done = "ok") {
  try {
    const answer = await promise;
    return typeof done === "function" ? done(answer) : done;
  } catch (error) {
    if (error instanceof openid.ResponseBodyError) return `${error.status} ${error.error}`;
    if (error instanceof openid.WWWAuthenticateChallengeError) return `${error.status} ${error.cause[0].parameters.error}`;
    throw error;
  }
}

/** The names of the tokens in an answer. */
export const names = (answer) => ["access_token", "id_token", "refresh_token"].filter((name) => answer[name]).join(" ");

/** A request of which no library would be capable. */
export async function post(url, form, headers = {}) {
  const body = typeof form === "string" ? form : new URLSearchParams(form).toString();
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body });
  const said = await answer.text();
  return `${answer.status} ${said ? JSON.parse(said).error : "empty"}`;
}
