// Compiles documents as typed constants with `tsc --strict`.

import { fileURLToPath } from "node:url";

import ts from "typescript";

/** The type of each kind of document, as source. */
const TYPES = {
  manifest: "v1.skill.Manifest.SkillManifestEnvelope",
  interactionModel: "v1.skill.interactionModel.InteractionModelData",
  // PKCE is documented, and younger than the types.
  accountLinking: `{ accountLinkingRequest: v1.skill.accountLinking.AccountLinkingRequestPayload & {
    pkceConfiguration?: { status: "ENABLED" | "DISABLED"; codeChallengeMethod?: "S256" };
  } }`,
};

const OPTIONS = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

/** Reasons why documents, each `{name, kind, text}`, are not what their types say. */
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
    return `${document.name}:${line - document.start + 1}: ${message}`;
  });
}

/** One source file, and the line at which each document starts. JSON is TypeScript already. */
function write(documents) {
  let text = 'import type { v1 } from "ask-smapi-model";\n';
  const starts = [];
  for (const [index, document] of documents.entries()) {
    JSON.parse(document.text);
    text += `export const document${index}: ${TYPES[document.kind]} =\n`;
    starts.push({ name: document.name, start: text.split("\n").length - 1 });
    text += `${document.text};\n`;
  }
  return { text, starts };
}
