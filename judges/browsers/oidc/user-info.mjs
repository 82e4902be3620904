// `/oauth2/userInfo`, and `GetUser`, which a page's script may call with the same token.

import * as openid from "openid-client";
import { outcome } from "./world.mjs";

/** What the endpoint answers to a token, and with which attributes. */
async function ask(world, token, method = "GET") {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(world.metadata.userinfo_endpoint, { method, headers });
  const challenge = answer.headers.get("www-authenticate");
  if (answer.ok) return Object.keys(await answer.json()).sort().join(" ");
  return `${answer.status} ${/error="(\w+)"/.exec(challenge)?.[1]}`;
}

const library = (world, token, sub) => outcome(openid.fetchUserInfo(world.relyingParty(world.clients.public), token, sub), "attributes");

export const userInfo = {
  "userinfo.get": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    const account = await openid.fetchUserInfo(world.relyingParty(world.clients.public), tokens.access_token, tokens.claims().sub);
    return account.email === world.email ? "attributes" : account.email;
  },
  "userinfo.email": async (world) => ask(world, (await world.tokens(world.clients.public)).access_token),
  "userinfo.verified": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    const account = await openid.fetchUserInfo(world.relyingParty(world.clients.public), tokens.access_token, tokens.claims().sub);
    return `${typeof account.email_verified} ${account.email_verified}`;
  },
  "userinfo.openid-alone": async (world) => ask(world, (await world.tokens(world.clients.public, { scope: "openid" })).access_token),
  "userinfo.profile": async (world) => ask(world, (await world.tokens(world.clients.public, { scope: "openid profile" })).access_token),
  "userinfo.post": async (world) => ask(world, (await world.tokens(world.clients.public)).access_token, "POST"),
  "userinfo.without-token": (world) => ask(world),
  "userinfo.malformed": (world) => library(world, "none", openid.skipSubjectCheck),
  "userinfo.id-token": async (world) => library(world, (await world.tokens(world.clients.public)).id_token, openid.skipSubjectCheck),
  "userinfo.without-openid": async (world) => {
    const { callback, proofs } = await world.code(world.clients.public, { scope: "aws.cognito.signin.user.admin", nonce: "" });
    delete proofs.expectedNonce;
    const tokens = await openid.authorizationCodeGrant(world.relyingParty(world.clients.public), callback, proofs);
    return library(world, tokens.access_token, openid.skipSubjectCheck);
  },
  "userinfo.revoked": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    await openid.tokenRevocation(world.relyingParty(world.clients.public), tokens.refresh_token);
    return library(world, tokens.access_token, openid.skipSubjectCheck);
  },
  "userinfo.signed-out-everywhere": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    await world.stage.call("cognito-idp", "AdminUserGlobalSignOut", { UserPoolId: world.stage.userPoolId, Username: world.email });
    return library(world, tokens.access_token, openid.skipSubjectCheck);
  },
  "userinfo.page": async (world) => {
    const { page, error } = await world.signIn(world.context, world.clients.public, {}, { loadUserInfo: true });
    const username = error ?? (await page.evaluate(async () => (await manager.getUser()).profile.username));
    await page.close();
    return username ? "attributes" : "none";
  },
  "userinfo.page-origin": async (world) =>
    (await fetch(world.metadata.userinfo_endpoint, { headers: { origin: world.app } })).headers.get("access-control-allow-origin"),
  "userinfo.page-get-user": async (world) => {
    const { page } = await world.signIn(world.context, world.clients.public);
    const same = await page.evaluate(async (url) => {
      const user = await manager.getUser();
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSCognitoIdentityProviderService.GetUser", "cache-control": "no-store" },
        body: JSON.stringify({ AccessToken: user.access_token }),
      });
      return (await answer.json()).Username === user.profile["cognito:username"];
    }, `${world.stage.url("aws")}/`);
    await page.close();
    return same ? "the same person" : "somebody else";
  },
  "userinfo.late": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    await world.advance(3600);
    return library(world, tokens.access_token, openid.skipSubjectCheck);
  },
};
