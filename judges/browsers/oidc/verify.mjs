// Tokens as a back end judges them that has nothing but the pool's public keys.

import { generateKeyPairSync, sign } from "node:crypto";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import * as openid from "openid-client";

/** The library reads keys by https alone, which a stage has not. */
const jwksCache = () => new SimpleJwksCache({ fetcher: { fetch: async (url) => (await fetch(url)).arrayBuffer() } });

/** aws-jwt-verify with an issuer that is not AWS, in the way that its README gives. */
function verifier(world, expected, issuer = world.issuer) {
  const properties = {
    issuer,
    audience: null,
    jwksUri: world.metadata.jwks_uri,
    scope: expected.scope,
    customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, { clientId: world.clients.public.id, ...expected }),
  };
  return JwtVerifier.create(properties, { jwksCache: jwksCache() });
}

/** "accepted", or the name of the error. */
async function verdict(made, token) {
  try {
    await made.verify(token);
    return "accepted";
  } catch (error) {
    return error.constructor.name;
  }
}

const judged = (which, expected, change = (token) => token) => async (world) => {
  const tokens = await world.tokens(world.clients.public);
  return verdict(verifier(world, expected), change(tokens[which]));
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));

/** The token with other claims under its old signature. */
function tampered(token) {
  const [header, payload, signature] = token.split(".");
  return [header, encode({ ...decode(payload), username: "somebody" }), signature].join(".");
}

/** The token's claims, signed by a key of somebody else under a name of theirs or of the pool's key. */
const forged = (kid) => (token) => {
  const [header, payload] = token.split(".");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const message = `${encode({ ...decode(header), ...(kid && { kid }) })}.${payload}`;
  return `${message}.${sign("RSA-SHA256", Buffer.from(message), privateKey).toString("base64url")}`;
};

function unsigned(token) {
  const [header, ...rest] = token.split(".");
  return [encode({ ...decode(header), alg: "none" }), ...rest].join(".");
}

export const verify = {
  "verify.access": judged("access_token", { tokenUse: "access" }),
  "verify.id": judged("id_token", { tokenUse: "id" }),
  "verify.scope": judged("access_token", { tokenUse: "access", scope: "email" }),
  "verify.scope-missing": judged("access_token", { tokenUse: "access", scope: "phone" }),
  "verify.use": judged("id_token", { tokenUse: "access" }),
  "verify.client": judged("access_token", { tokenUse: "access", clientId: "1example23456789" }),
  "verify.audience": judged("id_token", { tokenUse: "id", clientId: "1example23456789" }),
  "verify.tampered": judged("access_token", { tokenUse: "access" }, tampered),
  "verify.forged": judged("access_token", { tokenUse: "access" }, forged()),
  "verify.key-unknown": judged("access_token", { tokenUse: "access" }, forged("1234example=")),
  "verify.unsigned": judged("access_token", { tokenUse: "access" }, unsigned),
  "verify.pool": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    return verdict(verifier(world, { tokenUse: "access" }, `${world.issuer}x`), tokens.access_token);
  },
  "verify.aws": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    const { userPoolId } = world.stage;
    const made = CognitoJwtVerifier.create({ userPoolId, tokenUse: "access", clientId: world.clients.public.id });
    return verdict(made, tokens.access_token);
  },
  "verify.revoked": async (world) => {
    const tokens = await world.tokens(world.clients.public);
    await openid.tokenRevocation(world.relyingParty(world.clients.public), tokens.refresh_token);
    return verdict(verifier(world, { tokenUse: "access" }), tokens.access_token);
  },
  "verify.expired": async (world, t) => {
    const tokens = await world.tokens(world.clients.public);
    const made = verifier(world, { tokenUse: "access" });
    // The library has no clock of its own to set.
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3601 * 1000 });
    return verdict(made, tokens.access_token);
  },
};
