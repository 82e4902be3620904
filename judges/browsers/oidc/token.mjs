// `/oauth2/token`: codes and refresh tokens become tokens, and nothing else does.

import * as openid from "openid-client";
import { names, outcome, post } from "./world.mjs";

/** The exchange of a fresh code of `of`, by `by`, after a change to the callback or to what is proven. */
function exchange({ of, by = of, proof, change = () => {}, more }) {
  return async (world) => {
    const code = await world.code(world.clients[of], more);
    change(code, world);
    const client = world.clients[by];
    const party = world.relyingParty(client, proof?.(client));
    return outcome(openid.authorizationCodeGrant(party, code.callback, code.proofs), names);
  };
}

async function refreshed(world, name) {
  const client = world.clients[name];
  const tokens = await world.tokens(client);
  return { party: world.relyingParty(client), tokens };
}

const used = (code) => code.callback.searchParams.get("code");

export const token = {
  "token.basic": exchange({ of: "confidential", proof: ({ secret }) => openid.ClientSecretBasic(secret) }),
  "token.post": exchange({ of: "confidential", proof: ({ secret }) => openid.ClientSecretPost(secret) }),
  "token.public": exchange({ of: "public" }),
  "token.without-openid": exchange({
    of: "public",
    more: { scope: "aws.cognito.signin.user.admin" },
    change: ({ proofs }) => delete proofs.expectedNonce,
  }),
  "token.secret-wrong": exchange({ of: "confidential", proof: () => openid.ClientSecretBasic("wrong") }),
  "token.secret-wrong-in-body": exchange({ of: "confidential", proof: () => openid.ClientSecretPost("wrong") }),
  "token.secret-missing": exchange({ of: "confidential", proof: () => openid.None() }),
  "token.client-unknown": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public);
    return outcome(openid.authorizationCodeGrant(world.relyingParty({ id: "1example23456789" }), callback, proofs));
  },
  "token.verifier-wrong": exchange({ of: "public", change: ({ proofs }) => (proofs.pkceCodeVerifier = openid.randomPKCECodeVerifier()) }),
  "token.verifier-missing": exchange({ of: "public", change: ({ proofs }) => delete proofs.pkceCodeVerifier }),
  "token.code-used": async (world) => {
    const party = world.relyingParty(world.clients.public);
    const { callback, proofs } = await world.code(world.clients.public);
    await openid.authorizationCodeGrant(party, callback, proofs);
    return outcome(openid.authorizationCodeGrant(party, callback, proofs));
  },
  "token.code-unknown": exchange({ of: "public", change: ({ callback }) => callback.searchParams.set("code", crypto.randomUUID()) }),
  "token.code-of-another": exchange({ of: "confidential", by: "other" }),
  "token.code-missing": (world) =>
    post(world.metadata.token_endpoint, { grant_type: "authorization_code", client_id: world.clients.public.id, redirect_uri: world.callback }),
  "token.redirect-wrong": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public);
    callback.pathname = "/second";
    const failed = openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs);
    const error = await failed.catch((error) => error);
    return `${error.status} ${error.error} ${error.error_description}`;
  },
  "token.redirect-missing": async (world) => {
    const code = await world.code(world.clients.public);
    const form = { grant_type: "authorization_code", client_id: world.clients.public.id, code: used(code), code_verifier: code.proofs.pkceCodeVerifier };
    return post(world.metadata.token_endpoint, form);
  },
  "token.flow-not-allowed": (world) =>
    outcome(openid.genericGrantRequest(world.relyingParty(world.clients.implicit), "authorization_code", { code: "any", redirect_uri: world.callback })),
  "token.attribute-unreadable": exchange({ of: "blind" }),
  "token.client-credentials": (world) => outcome(openid.clientCredentialsGrant(world.relyingParty(world.clients.confidential))),
  "token.grant-type-unsupported": (world) => outcome(openid.genericGrantRequest(world.relyingParty(world.clients.confidential), "password", {})),
  "token.grant-type-missing": (world) => post(world.metadata.token_endpoint, { client_id: world.clients.public.id }),
  "token.client-missing": (world) => post(world.metadata.token_endpoint, { grant_type: "refresh_token", refresh_token: "any" }),
  "token.content-type": (world) =>
    post(world.metadata.token_endpoint, JSON.stringify({ grant_type: "refresh_token", client_id: world.clients.public.id }), { "content-type": "application/json" }),
  "token.refresh": async (world) => {
    const { party, tokens } = await refreshed(world, "confidential");
    return outcome(openid.refreshTokenGrant(party, tokens.refresh_token), names);
  },
  "token.refresh-resource": async (world) => {
    const tokens = await world.tokens(world.clients.public, { resource: "https://api.example.com" });
    const { access_token } = await openid.refreshTokenGrant(world.relyingParty(world.clients.public), tokens.refresh_token);
    return JSON.parse(Buffer.from(access_token.split(".")[1], "base64url")).aud;
  },
  "token.refresh-rotates": async (world) => {
    const { party, tokens } = await refreshed(world, "rotating");
    return outcome(openid.refreshTokenGrant(party, tokens.refresh_token), names);
  },
  "token.refresh-rotated-out": async (world) => {
    const { party, tokens } = await refreshed(world, "rotating");
    await openid.refreshTokenGrant(party, tokens.refresh_token);
    return outcome(openid.refreshTokenGrant(party, tokens.refresh_token));
  },
  "token.refresh-revoked": async (world) => {
    const { party, tokens } = await refreshed(world, "confidential");
    await openid.tokenRevocation(party, tokens.refresh_token);
    return outcome(openid.refreshTokenGrant(party, tokens.refresh_token));
  },
  "token.refresh-of-another": async (world) => {
    const { tokens } = await refreshed(world, "confidential");
    return outcome(openid.refreshTokenGrant(world.relyingParty(world.clients.other), tokens.refresh_token));
  },
  "token.refresh-missing": (world) => post(world.metadata.token_endpoint, { grant_type: "refresh_token", client_id: world.clients.public.id }),
  "token.page-refresh": async (world) => {
    const { page } = await world.signIn(world.context, world.clients.public);
    const renewed = await page.evaluate(async () => {
      const before = (await manager.getUser()).access_token;
      const after = await manager.signinSilent();
      return after.access_token !== before && Boolean(after.profile.email);
    });
    await page.close();
    return renewed ? "renewed" : "not renewed";
  },
  "token.page-origin": async (world) => {
    const headers = { origin: world.app, "content-type": "application/x-www-form-urlencoded" };
    return (await fetch(world.metadata.token_endpoint, { method: "POST", headers })).headers.get("access-control-allow-origin");
  },
  "token.code-late": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public);
    await world.advance(300);
    return outcome(openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs));
  },
  "token.refresh-late": async (world) => {
    const { party, tokens } = await refreshed(world, "brief");
    await world.advance(3600);
    return outcome(openid.refreshTokenGrant(party, tokens.refresh_token));
  },
};
