import assert from "node:assert/strict";
import test from "node:test";

import { Judge, parse } from "./judge.mjs";

const SKILL = "/v1/skills/amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55";
const LINKING = `${SKILL}/stages/development/accountLinkingClient`;

function judge(exchange, exceptions = []) {
  const judge = new Judge(exceptions);
  judge.exchange(exchange);
  return judge.finish().join("\n");
}

const put = (linking) => ({
  method: "PUT",
  path: LINKING,
  requestBody: linking,
  status: 204,
});

test("a wrapped linking request is accepted", () => {
  const linking = { type: "AUTH_CODE", clientId: "c", skipOnEnablement: true };
  assert.equal(judge(put({ accountLinkingRequest: linking })), "");
});

test("an unwrapped, misspelt or wrongly typed linking request is refused", () => {
  assert.match(judge(put({ type: "AUTH_CODE" })), /additional properties \(type\)/);
  const refused = (linking) => judge(put({ accountLinkingRequest: linking }));
  assert.match(refused({ skipOnEnablement: "true" }), /skipOnEnablement must be boolean/);
  assert.match(refused({ type: "CODE" }), /\(AUTH_CODE, IMPLICIT\)/);
  assert.match(refused({ clientid: "c" }), /\(clientid\)/);
});

test("events need an endpoint, and an endpoint an ARN or https", () => {
  const manifest = (events) => ({
    method: "PUT",
    path: `${SKILL}/stages/development/manifest`,
    requestBody: { manifest: { events } },
    status: 202,
  });
  assert.match(judge(manifest({ subscriptions: [] })), /must have required property 'endpoint'/);
  assert.match(judge(manifest({ endpoint: { uri: "http://a" } })), /must match pattern/);
  const uri = "arn:aws:lambda:us-east-1:000000000000:function:a:live";
  assert.equal(judge(manifest({ endpoint: { uri } })), "");
});

test("violations may carry what a standardised error carries", () => {
  const validationDetails = { originalInstance: { propertyPath: "/a" } };
  const answer = (more) => ({
    ...put({ accountLinkingRequest: {} }),
    status: 400,
    responseBody: { message: "No.", violations: [{ message: "No.", ...more }] },
  });
  assert.equal(judge(answer({ code: "C", validationDetails })), "");
  assert.notEqual(judge(answer({ details: {} })), "");
});

test("interfaces are told apart by their type", () => {
  const manifest = (type) => ({
    method: "PUT",
    path: `${SKILL}/stages/development/manifest`,
    requestBody: { manifest: { apis: { custom: { interfaces: [type] } } } },
    status: 202,
  });
  assert.equal(judge(manifest({ type: "AUDIO_PLAYER" })), "");
  assert.match(judge(manifest({ type: "TELEPATHY" })), /interfaces\/0\/type/);
});

test("what the specification does not have is refused", () => {
  const vendors = { method: "GET", path: "/v1/vendors", status: 200, responseBody: {} };
  assert.equal(judge(vendors), "");
  assert.match(judge({ ...vendors, path: "/v1/vendor" }), /no such operation/);
  assert.match(judge({ ...vendors, status: 418 }), /status: not one of 200, /);
  assert.match(judge({ ...vendors, path: "/v1/vendors?all=1" }), /"all" is unknown/);
  assert.match(judge({ ...vendors, requestBody: {} }), /there should be no body/);
  assert.match(judge({ ...vendors, responseBody: undefined }), /there should be a body/);
  assert.match(judge({ ...vendors, path: "/v1/skills" }), /"vendorId" is missing/);
});

test("exceptions are used where needed and refused where not", () => {
  const exceptions = new Judge().exceptions;
  const answer = (responseBody) => ({ method: "GET", path: LINKING, status: 200, responseBody });
  const wrapped = { accountLinkingResponse: { clientId: "c", pkceConfiguration: {} } };
  const problems = judge(answer(wrapped), exceptions).split("\n");
  assert.deepEqual(
    problems.map((problem) => problem.match(/exception "(.*)" is not needed/)?.[1]),
    ["PKCE, sent", "skipOnEnablement, read back", "the kind of instance in violations"],
  );
  const unknown = { accountLinkingResponse: { clientid: "c" } };
  assert.match(judge(answer(unknown), exceptions), /\(clientid\)/);
});

test("an exception may reach into every item of a list", () => {
  const exception = {
    name: "kind",
    operation: "*",
    body: "response",
    remove: "/violations/*/validationDetails/originalInstance/type",
  };
  const violation = {
    message: "No.",
    validationDetails: { originalInstance: { type: "BODY", propertyPath: "/a" } },
  };
  const answer = {
    ...put({ accountLinkingRequest: {} }),
    status: 400,
    responseBody: { message: "No.", violations: [{ message: "No." }, violation, violation] },
  };
  assert.equal(judge(answer, [exception]), "");
  assert.match(judge(answer), /\(type\)/);
});

test("an empty recording is refused, also beside another", () => {
  const nothing = new Judge([]);
  assert.match(nothing.finish().join(), /no exchange was recorded/);
  const half = new Judge([]);
  half.recording("deployments.jsonl", [put({ accountLinkingRequest: { type: "AUTH_CODE" } })]);
  half.recording("client.jsonl", parse("\n"));
  assert.deepEqual(half.finish(), ["client.jsonl is empty: nothing of it was judged"]);
});

test("enumerations that are typed as objects are still enumerations", () => {
  const skills = (stage) => ({
    method: "GET",
    path: "/v1/skills?vendorId=M1",
    status: 200,
    responseBody: { skills: [{ stage }] },
  });
  assert.equal(judge(skills("development")), "");
  assert.match(judge(skills("beta")), /\(live, certified, development\)/);
});
