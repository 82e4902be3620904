// Turns the definitions of a Swagger 2.0 document into JSON schemas that refuse unknown members.
//
// Swagger's objects are open, so that a misspelt or unwrapped body would pass. Here an object has
// the members that are written down for it and its ancestors, and no others.

const PREFIX = "#/definitions/";
/** Suffix of a definition's own members, where the name itself stands for it and its subtypes. */
const OWN = "!";

/** The name of the definition that a reference means. */
export function referenced(schema) {
  return schema?.$ref?.startsWith(PREFIX) ? schema.$ref.slice(PREFIX.length) : undefined;
}

/** All definitions of a specification, sealed. */
export function seal(definitions) {
  const sealed = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const own = closed(flat(definition, definitions));
    const subtypes = subtypesOf(name, definitions);
    if (subtypes.length === 0 || !(definition.discriminator || definition["x-baseType"])) {
      sealed[name] = own;
      continue;
    }
    sealed[name + OWN] = own;
    sealed[name] = definition.discriminator
      ? byDiscriminator(definition.discriminator, subtypes, definitions)
      : { anyOf: [name + OWN, ...subtypes].map(reference) };
  }
  return sealed;
}

function reference(name) {
  return { $ref: PREFIX + name };
}

function parentsOf(definition) {
  const parents = (definition.allOf ?? []).map(referenced);
  return new Set([...parents, definition["x-inheritsFrom"]].filter((name) => name !== undefined));
}

function subtypesOf(base, definitions) {
  return Object.keys(definitions).filter((name) => parentsOf(definitions[name]).has(base));
}

function byDiscriminator(member, subtypes, definitions) {
  const value = (name) => definitions[name]["x-discriminator-value"] ?? name.split(".").at(-1);
  return {
    type: "object",
    required: [member],
    properties: { [member]: { enum: subtypes.map(value) } },
    allOf: subtypes.map((name) => ({
      if: { properties: { [member]: { const: value(name) } } },
      then: reference(name),
    })),
  };
}

/** A definition with everything that it inherits, as one schema. */
function flat(definition, definitions) {
  const parents = [...parentsOf(definition)].map((name) => flat(definitions[name], definitions));
  const inline = (definition.allOf ?? []).filter((part) => referenced(part) === undefined);
  const parts = [...parents, ...inline, definition];
  if (parts.length === 1) {
    return definition;
  }
  const properties = Object.assign({}, ...parts.map((part) => part.properties));
  const required = [...new Set(parts.flatMap((part) => part.required ?? []))];
  return { type: "object", properties, required };
}

/** A schema, and those inside it, without members that are not written down. */
function closed(schema) {
  if (schema.$ref) {
    return { $ref: schema.$ref };
  }
  const { type, properties, required, additionalProperties, items } = schema;
  const result = {};
  for (const name of ["type", "enum", "pattern", "format"]) {
    if (schema[name] !== undefined) result[name] = schema[name];
  }
  for (const name of ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"]) {
    if (schema[name] !== undefined) result[name] = schema[name];
  }
  // Some enumerations of texts are typed as objects by mistake.
  if (result.enum?.every((value) => typeof value === "string")) result.type = "string";
  if (required?.length) result.required = required;
  if (items) result.items = closed(items);
  if (properties && Object.keys(properties).length) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, closed(member)]),
    );
    result.additionalProperties = false;
  }
  if (additionalProperties && typeof additionalProperties === "object") {
    const values = closed(additionalProperties);
    // A map of plain objects means a map of anything: the body of a request to a skill is one.
    const anything = values.type === "object" && values.additionalProperties === true;
    result.additionalProperties = anything ? true : values;
  }
  if (type === "object" && !result.properties && result.additionalProperties === undefined) {
    result.additionalProperties = true;
  }
  return result;
}
