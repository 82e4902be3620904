// Asks a local stage's OAuth endpoints what the matrix lists, through clients that know nothing of the stage.
// Reads from stdin what `cargo xtask ci --only oidc` knows about the stage.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { Stage } from "../stage.mjs";
import { authorize } from "./authorize.mjs";
import { discovery } from "./discovery.mjs";
import { logout } from "./logout.mjs";
import { revoke } from "./revoke.mjs";
import { token } from "./token.mjs";
import { userInfo } from "./user-info.mjs";
import { verify } from "./verify.mjs";
import { World } from "./world.mjs";

const input = JSON.parse(await text(process.stdin));
const { rows, pages } = JSON.parse(readFileSync(new URL("matrix.json", import.meta.url), "utf8"));
const checks = { ...authorize, ...token, ...userInfo, ...revoke, ...logout, ...discovery, ...verify };

const CLIENTS = ["openid-client", "oidc-client-ts", "aws-jwt-verify", "plain"];
const exercised = [];
let world;

before(async () => {
  world = await World.start(new Stage(input));
});
after(() => world?.stop());

// Time only goes on, so what has to wait for it comes last.
const inTime = rows.filter((row) => !row.late);
const late = rows.filter((row) => row.late);

for (const endpoint of new Set(rows.map((row) => row.endpoint))) {
  describe(endpoint, () => inTime.filter((row) => row.endpoint === endpoint).forEach(ask));
}
describe("later", () => late.forEach(ask));

function ask(row) {
  test(`${row.id}: ${row.case}`, async (t) => {
    exercised.push(row.id);
    // What came before may have let the session end.
    if (row.late) world.context = await world.signedIn();
    assert.equal(await checks[row.id](world, t), row.outcome, row.source);
  });
}

describe("the matrix", () => {
  const known = new Map(rows.map((row) => [row.id, row]));

  test("has every row once, each with its client and source", () => {
    assert.equal(known.size, rows.length);
    for (const row of rows) {
      assert.ok(CLIENTS.includes(row.client), row.id);
      assert.ok(row.outcome, row.id);
      assert.match(row.source, /^(https:\/\/docs\.aws\.amazon\.com\/|not documented: )/, row.id);
    }
    for (const client of CLIENTS) assert.ok(rows.some((row) => row.client === client), client);
  });

  test("is asked row by row, and nothing else is", () => {
    const ids = [...known.keys()].sort();
    assert.deepEqual(Object.keys(checks).sort(), ids);
    assert.deepEqual([...exercised].sort(), ids);
  });

  test("has a row for every parameter and every error of Amazon's pages, or says why there is none", () => {
    const endpoints = new Set(rows.map((row) => row.endpoint));
    assert.deepEqual([...endpoints].sort(), pages.map((page) => page.endpoint).sort());
    for (const { endpoint, page, parameters, errors } of pages) {
      assert.match(page, /^https:\/\/docs\.aws\.amazon\.com\//);
      for (const part of [...parameters, ...errors]) {
        const what = `${endpoint}: ${part.parameter ?? part.error}`;
        assert.ok(part.unreachable ? !part.rows : part.rows?.length > 0, what);
        for (const id of part.rows ?? []) {
          assert.equal(known.get(id)?.endpoint, endpoint, `${what}: ${id}`);
          if (part.error) assert.ok(known.get(id).outcome.split(" ").includes(part.error), `${what}: ${id}`);
        }
      }
    }
  });
});
