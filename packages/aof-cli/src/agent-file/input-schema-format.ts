import { type FormatSchema, JSON_MAP } from './format-parts.ts'

/** The types of arguments that a command can take unchanged. */
export const SCALAR_TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'null']

const NO_SCALAR: FormatSchema = { type: ['object', 'array'] }

/** The schema of one value: it has a type that a command can take, or lists all values. */
const SCALAR: FormatSchema = {
  type: 'object',
  anyOf: [
    {
      required: ['type'],
      properties: {
        type: {
          anyOf: [{ enum: [...SCALAR_TYPES] }, { type: 'array', minItems: 1, items: { enum: [...SCALAR_TYPES] } }],
        },
      },
    },
    {
      not: { required: ['type'] },
      anyOf: [{ required: ['enum'], properties: { enum: { type: 'array', minItems: 1 } } }, { required: ['const'] }],
      properties: { enum: { items: { not: NO_SCALAR } }, const: { not: NO_SCALAR } },
    },
  ],
}

/** The JSON Schema of `input_schema`; `readInputSchema` checks the same rules. */
export const INPUT_SCHEMA: FormatSchema = {
  ...JSON_MAP,
  allOf: [
    ...(JSON_MAP.allOf ?? []),
    {
      required: ['type'],
      properties: {
        type: { const: 'object' },
        properties: {
          type: 'object',
          additionalProperties: {
            anyOf: [
              SCALAR,
              { type: 'object', required: ['type', 'items'], properties: { type: { const: 'array' }, items: SCALAR } },
            ],
          },
        },
        required: { items: { type: 'string' } },
      },
    },
  ],
}
