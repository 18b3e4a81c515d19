import type { JsonObject } from '../core/json.ts'
import { DURATION_IN_RANGE, MAX_DURATION_MS, MIN_DURATION_MS } from './duration.ts'
import { AGENT_FORMAT, FLAT_FORMAT } from './format.ts'
import { type RecordShape, type Shape, spellings } from './shape.ts'

/** The JSON Schema of agent files, for editors and other validators; made from the table that this package checks by. */
export function agentSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Agent',
    description: 'An agent: a model, what it is told, and the tools that it may call.',
    anyOf: [schemaOf(AGENT_FORMAT), schemaOf(FLAT_FORMAT)],
  }
}

function schemaOf(shape: Shape): JsonObject {
  switch (shape.kind) {
    case 'text':
      return { type: 'string', pattern: shape.pattern?.regex ?? '\\S', ...shape.schema }
    case 'word':
      return { type: ['string', 'number', 'boolean'], ...shape.schema }
    case 'number':
      return { type: shape.whole ? 'integer' : 'number', minimum: shape.min, maximum: shape.max }
    case 'boolean':
      return { type: 'boolean' }
    case 'choice':
      return { enum: spellings(shape) }
    case 'duration':
      return {
        anyOf: [
          { type: 'number', minimum: MIN_DURATION_MS / 1000, maximum: MAX_DURATION_MS / 1000 },
          { type: 'string', pattern: DURATION_IN_RANGE },
        ],
      }
    case 'list':
      return {
        type: 'array',
        items: schemaOf(shape.items),
        ...(shape.min !== undefined && { minItems: shape.min }),
        ...shape.schema,
      }
    case 'map':
      return {
        type: 'object',
        propertyNames: { pattern: shape.keys.regex },
        additionalProperties: schemaOf(shape.values),
        ...shape.schema,
      }
    case 'json_object':
      return { type: 'object', ...shape.schema }
    case 'record':
      return recordSchema(shape)
    case 'variants':
      return { anyOf: shape.variants.map((variant) => schemaOf(variant.shape)) }
  }
}

function recordSchema(shape: RecordShape): JsonObject {
  const fields = Object.entries(shape.fields)
  const required = fields.filter(([, field]) => field.required === true).map(([name]) => name)
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      fields.map(([name, field]) => [name, { description: field.doc, ...schemaOf(field.shape) }]),
    ),
    ...shape.together,
  }
}
