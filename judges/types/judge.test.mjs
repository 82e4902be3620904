import assert from "node:assert/strict";
import test from "node:test";

import { judge } from "./judge.mjs";

const document = (kind, value) => ({ kind, name: kind, text: JSON.stringify(value, null, 2) });

const linking = (more) =>
  document("accountLinking", { accountLinkingRequest: { type: "AUTH_CODE", ...more } });
const manifest = (events) => document("manifest", { manifest: { events } });

test("documents that follow the types are accepted", () => {
  const uri = "arn:aws:lambda:us-east-1:000000000000:function:a:live";
  const languageModel = { invocationName: "a b", intents: [{ name: "X", samples: ["x"] }] };
  const documents = [
    linking({ skipOnEnablement: true, pkceConfiguration: { status: "ENABLED" } }),
    manifest({ endpoint: { uri }, subscriptions: [{ eventName: "SKILL_ENABLED" }] }),
    document("interactionModel", { interactionModel: { languageModel } }),
  ];
  assert.deepEqual(judge(documents), []);
});

test("documents that do not are refused with file and line", () => {
  const refused = (document, reason) => {
    const problems = judge([linking({}), document]);
    assert.equal(problems.length, 1);
    assert.match(problems[0], reason);
  };
  refused(linking({ skipOnEnablement: "false" }), /^accountLinking:4: Type 'string'.*'boolean'/);
  refused(linking({ clientid: "c" }), /clientid.* does not exist/);
  refused(document("accountLinking", { type: "AUTH_CODE" }), /type.* does not exist/);
  refused(manifest({ subscriptions: [] }), /Property .*endpoint.* is missing/);
  refused(
    manifest({ endpoint: { uri: "x" }, subscriptions: [{ eventName: "SKILL_LOST" }] }),
    /"SKILL_LOST"' is not assignable/,
  );
});
