// `/.well-known`: what a client finds out by itself.

import * as openid from "openid-client";

const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "end_session_endpoint"];

async function keys(world) {
  return (await (await fetch(world.metadata.jwks_uri)).json()).keys;
}

/** What a script of the web app reads at an address. */
async function read(world, url) {
  const page = await world.page(world.context);
  const found = await page.evaluate(async (url) => (await fetch(url)).json(), url);
  await page.close();
  return found;
}

export const discovery = {
  "discovery.issuer": async (world) => {
    const options = { execute: [openid.allowInsecureRequests] };
    const found = await openid.discovery(new URL(world.issuer), world.clients.public.id, undefined, openid.None(), options);
    return found.serverMetadata().issuer === world.issuer ? "the pool's issuer" : "another issuer";
  },
  "discovery.endpoints": async (world) => ENDPOINTS.map((name) => new URL(world.metadata[name]).pathname).join(" "),
  "discovery.client-authentication": async (world) => world.metadata.token_endpoint_auth_methods_supported.join(" "),
  "discovery.response-types": async (world) => world.metadata.response_types_supported.join(" "),
  "discovery.algorithm": async (world) => world.metadata.id_token_signing_alg_values_supported.join(" "),
  "discovery.page": async (world) => {
    const page = await world.page(world.context);
    const issuer = await page.evaluate((settings) => new oidc.UserManager(settings).metadataService.getIssuer(), world.settings(world.clients.public));
    await page.close();
    return issuer === world.issuer ? "the pool's issuer" : "another issuer";
  },
  "discovery.pool-unknown": async (world) => {
    const url = `${world.stage.url("aws")}/${world.stage.userPoolId}x/.well-known/openid-configuration`;
    return `${(await fetch(url)).status}`;
  },
  "jwks.keys": async (world) => [...new Set((await keys(world)).map(({ kty, alg, use }) => `${kty} ${alg} ${use}`))].join(", "),
  "jwks.members": async (world) => Object.keys((await keys(world))[0]).sort().join(" "),
  "jwks.both": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    const kid = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;
    const known = (await keys(world)).map((key) => key.kid);
    const [access, id] = [kid(tokens.access_token), kid(tokens.id_token)];
    return known.includes(access) && known.includes(id) && access !== id ? "a key each" : "not both";
  },
  "jwks.page": async (world) => ((await read(world, world.metadata.jwks_uri)).keys.length > 0 ? "readable" : "empty"),
};
