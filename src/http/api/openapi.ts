/** The OpenAPI 3.1 document, made of the operations and their shapes, and its page for people. */
import { z } from "zod";

import { ERRORS } from "../../bytes/index.ts";
import { ENTRIES_MAX } from "./entries.ts";
import type { Operation } from "./operations.ts";
import * as schemas from "./schemas.ts";

type Json = Record<string, unknown>;

function schemaOf(type: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io: "output",
    unrepresentable: "any",
    override: ({ jsonSchema }) => void delete jsonSchema.$schema,
  }) as Json;
  return inlined(schema, (schema["$defs"] ?? {}) as Record<string, Json>);
}

/** Named shapes are put in where they are used: the document stays one that any tool reads. */
function inlined(value: Json, shapes: Record<string, Json>): Json {
  const resolve = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(resolve);
    if (typeof item !== "object" || item === null) return item;
    const reference = "$ref" in item && typeof item.$ref === "string" ? item.$ref.split("/").at(-1) : undefined;
    if (reference !== undefined && shapes[reference] !== undefined) return resolve(shapes[reference]);
    return Object.fromEntries(
      Object.entries(item)
        .filter(([name]) => name !== "$defs" && name !== "id")
        .map(([name, inner]) => [name, resolve(inner)]),
    );
  };
  return resolve(value) as Json;
}

function parametersOf({ path, query }: Operation): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const shape = schemaOf(query);
  const required = Array.isArray(shape["required"]) ? shape["required"] : [];
  const inQuery = Object.entries((shape["properties"] ?? {}) as Record<string, Json>).map(([name, schema]) => ({
    ...{ name, in: "query", required: required.includes(name) && !("default" in schema), schema },
    ...(typeof schema["description"] === "string" ? { description: schema["description"] } : {}),
  }));
  return [...inPath, ...inQuery];
}

function errorResponses(statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(ERRORS)
        .filter(([, each]) => each.status === status)
        .map(([code]) => code);
      return [
        String(status),
        {
          description: codes.join(", "),
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      ];
    }),
  );
}

function readOperation(operation: Operation): Json {
  const { result, media } = operation;
  const content =
    media === undefined
      ? { "application/json": { schema: result === undefined ? {} : schemaOf(result) } }
      : { [media]: { schema: { type: "string" } } };
  return {
    get: {
      summary: operation.summary,
      operationId: operationId(operation.path),
      parameters: parametersOf(operation),
      responses: { "200": { description: operation.summary, content }, ...errorResponses([400, 404, 500, 503]) },
    },
  };
}

function operationId(path: string): string {
  return (
    path
      .replaceAll(/[^a-z]+/gi, " ")
      .trim()
      .split(" ")
      .slice(1)
      .join("-") || "api"
  );
}

const SUBMISSION = {
  type: "string",
  format: "binary",
  description: `Canonical CBOR: a map {entry: bytes, parts: [[salt16, bytes] …]}, parts in the order in which the entry names them; or a list of at most ${ENTRIES_MAX} such maps. In place of bytes, null and then the SHA-256 of a part that is held already: [salt16, null, digest32].`,
} as const;

const WRITE: Json = {
  post: {
    summary: "Write entries: each signed by its author; durable when this answers",
    operationId: "c-id-entries",
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    requestBody: { required: true, content: { "application/cbor": { schema: SUBMISSION } } },
    responses: {
      "201": {
        description: "Stored",
        content: {
          "application/json": { schema: { oneOf: [schemaOf(schemas.acknowledgement), schemaOf(schemas.written)] } },
        },
      },
      ...errorResponses([400, 403, 404, 409, 413, 415, 422, 429, 503]),
    },
  },
};

const USE: Json = {
  post: {
    summary: "Say that a version was used: a receipt signed by its reader",
    operationId: "c-id-uses",
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    requestBody: {
      required: true,
      content: {
        "application/cbor": {
          schema: {
            type: "string",
            format: "binary",
            description: "A canonical map and its signature: docs/formats/credit.md",
          },
        },
      },
    },
    responses: {
      "201": { description: "Taken in", content: { "application/json": { schema: schemaOf(schemas.used) } } },
      ...errorResponses([400, 403, 404, 413, 415, 422, 429, 503]),
    },
  },
};

export function openApi(operations: readonly Operation[]): Json {
  const paths: Json = {
    "/api/c": {
      get: {
        summary: "Communities that anyone may read",
        operationId: "c",
        responses: {
          "200": {
            description: "Communities",
            content: { "application/json": { schema: schemaOf(schemas.community.array()) } },
          },
        },
      },
    },
  };
  for (const operation of operations) paths[operation.path] = readOperation(operation);
  paths["/api/c/{id}/entries"] = WRITE;
  paths["/api/c/{id}/uses"] = USE;
  return {
    openapi: "3.1.0",
    info: {
      title: "Commonlore",
      version: "1",
      description:
        "What communities know: pages, tables, tools, with everyone who wrote them. Reading needs no key; writing needs a signature, nothing else.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: { schemas: { Error: schemaOf(schemas.errorBody) } },
  };
}
