// Compiles documents as typed constants with `tsc --strict`.

import { fileURLToPath } from "node:url";

import ts from "typescript";

/** The type of each kind of document, as source. */
const TYPES = {
  manifest: "smapi.v1.skill.Manifest.SkillManifestEnvelope",
  interactionModel: "smapi.v1.skill.interactionModel.InteractionModelData",
  // PKCE is documented, and younger than the types.
  accountLinking: `{ accountLinkingRequest: smapi.v1.skill.accountLinking.AccountLinkingRequestPayload & {
    pkceConfiguration?: { status: "ENABLED" | "DISABLED"; codeChallengeMethod?: "S256" };
  } }`,
  request: "sdk.RequestEnvelope",
  response: "sdk.ResponseEnvelope",
  progressive: "sdk.services.directive.SendDirectiveRequest",
};

/** What the request reference documents and the types of `ask-sdk-model` lack. */
const YOUNGER = `declare module "ask-sdk-model" {
  interface Slot { source?: "USER" }
  interface Person {
    authenticationConfidenceLevel?: { level: number; customPolicy?: { policyName: string } };
  }
  namespace events.skillevents {
    interface SkillDisabledRequest {
      body?: { userInformationPersistenceStatus?: "PERSISTED" | "NOT_PERSISTED" };
    }
  }
}
`;

const HEAD = `import type * as sdk from "ask-sdk-model";
import type * as smapi from "ask-smapi-model";
${YOUNGER}`;

const OPTIONS = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

/**
 * Reasons why documents, each `{name, kind, text}`, are not what their types say. Where there are
 * requests, every type of request that there is has to be among them.
 */
export function judge(documents) {
  const file = fileURLToPath(new URL("documents.ts", import.meta.url));
  const source = write(documents);
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source.text, ...rest) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const message = ts.flattenDiagnosticMessageText(found.messageText, "\n  ");
    if (found.file?.fileName !== file) return message;
    const { line } = found.file.getLineAndCharacterOfPosition(found.start);
    const document = source.starts.findLast(({ start }) => start <= line);
    if (!document) return message;
    // What is missing from a document as a whole is reported at its declaration.
    return `${document.name}:${Math.max(line - document.start, 1)}: ${message}`;
  });
}

/** One source file, and the line at which each document starts. JSON is TypeScript already. */
function write(documents) {
  let text = HEAD;
  const starts = [];
  const add = (name, declaration, value) => {
    starts.push({ name, start: text.split("\n").length - 1 + declaration.split("\n").length - 1 });
    text += `${declaration} =\n${value};\n`;
  };
  for (const [index, document] of documents.entries()) {
    JSON.parse(document.text);
    add(document.name, `export const document${index}: ${TYPES[document.kind]}`, document.text);
  }
  const requests = documents.filter(({ kind }) => kind === "request");
  if (requests.length > 0) {
    const kinds = requests.map(({ text }) => JSON.stringify(JSON.parse(text).request.type));
    const missing = `Exclude<sdk.Request["type"], ${kinds.join(" | ")}>`;
    const declaration = `export const complete: [${missing}] extends [never] ? true : ${missing}`;
    add("a request of every type", declaration, "true");
  }
  return { text, starts };
}
