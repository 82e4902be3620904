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

const envelope = (request) =>
  document("request", {
    version: "1.0",
    context: {
      System: {
        application: { applicationId: "a" },
        user: { userId: "u" },
        apiEndpoint: "https://api.amazonalexa.com",
      },
    },
    request: { requestId: "r", timestamp: "2026-11-20T09:30:00Z", ...request },
  });
const response = (more) => document("response", { version: "1.0", response: more });

test("answers that follow the types are accepted", () => {
  const speech = { type: "SSML", ssml: "<speak>Hi</speak>" };
  const elicit = { type: "Dialog.ElicitSlot", slotToElicit: "city" };
  const directive = { type: "VoicePlayer.Speak", speech: "<speak>Wait</speak>" };
  const documents = [
    response({}),
    response({ outputSpeech: speech, reprompt: { outputSpeech: speech }, directives: [elicit] }),
    document("progressive", { header: { requestId: "r" }, directive }),
  ];
  assert.deepEqual(judge(documents), []);
});

test("answers that do not are refused", () => {
  const refused = (more, reason) => assert.match(judge([response(more)]).join("\n"), reason);
  refused({ outputSpeech: { type: "SSML", text: "Hi" } }, /text.* does not exist/);
  refused({ card: { type: "Simple", content: null } }, /null.* is not assignable/);
  refused({ directives: [{ type: "Dialog.ElicitSlots", slotToElicit: "a" }] }, /ElicitSlots/);
  refused({ shouldEndSessions: true }, /does not exist/);
});

test("requests have to be of every type", () => {
  const reason = "USER_INITIATED";
  const problems = judge([envelope({ type: "SessionEndedRequest", reason })]);
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^a request of every type:1: /);
  assert.match(problems[0], /AudioPlayer.PlaybackStarted|LaunchRequest/);
});

test("requests that do not follow the types are refused", () => {
  const problems = judge([envelope({ type: "SessionEndedRequest", reason: "BORED" })]);
  assert.match(problems[0], /^request:\d+: .*BORED/);
});
