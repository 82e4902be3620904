// `/oauth2/revoke`: the end of a refresh token and of what was made from it.

import * as openid from "openid-client";
import { outcome, post } from "./world.mjs";

const by = (client, token = (tokens) => tokens.refresh_token) => async (world) => {
  const tokens = await world.tokens(world.clients[client]);
  return outcome(openid.tokenRevocation(world.relyingParty(world.clients[client]), token(tokens)), "200");
};

export const revoke = {
  "revoke.public": by("public"),
  "revoke.confidential": by("confidential"),
  "revoke.empty": async (world) => {
    const { refresh_token: token } = await world.tokens(world.clients.public);
    return post(world.metadata.revocation_endpoint, { token, client_id: world.clients.public.id });
  },
  "revoke.again": async (world) => {
    const party = world.relyingParty(world.clients.public);
    const { refresh_token: token } = await world.tokens(world.clients.public);
    await openid.tokenRevocation(party, token);
    return outcome(openid.tokenRevocation(party, token), "200");
  },
  "revoke.unknown": by("public", () => "2YotnFZFEjr1zCsicMWpAA"),
  "revoke.access-token": by("public", (tokens) => tokens.access_token),
  "revoke.id-token": by("public", (tokens) => tokens.id_token),
  "revoke.off": by("unrevocable"),
  "revoke.token-missing": (world) => post(world.metadata.revocation_endpoint, { client_id: world.clients.public.id }),
  "revoke.content-type": (world) =>
    post(world.metadata.revocation_endpoint, JSON.stringify({ token: "any", client_id: world.clients.public.id }), { "content-type": "application/json" }),
  "revoke.secret-wrong": async (world) => {
    const { refresh_token: token } = await world.tokens(world.clients.confidential);
    const party = world.relyingParty(world.clients.confidential, openid.ClientSecretBasic("wrong"));
    return outcome(openid.tokenRevocation(party, token), "200");
  },
  "revoke.client-unknown": (world) => post(world.metadata.revocation_endpoint, { token: "any", client_id: "1example23456789" }),
  "revoke.of-another": async (world) => {
    const owner = world.relyingParty(world.clients.confidential);
    const { refresh_token: token } = await world.tokens(world.clients.confidential);
    await openid.tokenRevocation(world.relyingParty(world.clients.other), token).catch(() => {});
    return outcome(openid.refreshTokenGrant(owner, token), "still refreshes");
  },
  "revoke.others-stay": async (world) => {
    const party = world.relyingParty(world.clients.public);
    const [first, second] = [await world.tokens(world.clients.public), await world.tokens(world.clients.public)];
    await openid.tokenRevocation(party, first.refresh_token);
    return outcome(openid.refreshTokenGrant(party, second.refresh_token), "still refreshes");
  },
  "revoke.page": async (world) => {
    const { page } = await world.signIn(world.context, world.clients.public);
    const said = await page.evaluate(async () => {
      const user = await manager.getUser();
      await manager.revokeTokens(["refresh_token"]);
      // The library has forgotten the token, so it is told once more.
      await manager.storeUser(user);
      return manager.signinSilent().then(
        () => "still refreshes",
        (error) => error.error,
      );
    });
    await page.close();
    return said;
  },
  "revoke.page-origin": async (world) => {
    const headers = { origin: world.app, "content-type": "application/x-www-form-urlencoded" };
    return (await fetch(world.metadata.revocation_endpoint, { method: "POST", headers })).headers.get("access-control-allow-origin");
  },
};
