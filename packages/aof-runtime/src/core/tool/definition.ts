import type { ToolAnnotations } from '../contract/annotations.ts'
import { thrownMessage } from '../values/failure.ts'
import { MisuseError } from '../contract/misuse.ts'
import { NoObjectSchema, objectSchema, type ObjectSchema } from '../contract/object-schema.ts'
import { isStandardSchema, type JsonSchema } from '../contract/schema.ts'
import { sentName } from '../contract/sent-name.ts'
import { printable } from '../contract/text.ts'
import type { AnyTool } from './tool.ts'

/** The definition of a tool for a model, in a form that every provider takes. */
export interface ToolDefinition {
  /** The name that is sent to providers: the tool's own, unless a provider refuses that (`a.b` is sent as `a_b`). */
  readonly name: string
  readonly description?: string
  /** Draft 7: `type: 'object'` with `properties`, and no union, reference or constant at the root. */
  readonly inputSchema: JsonSchema & ObjectSchema
  readonly annotations?: ToolAnnotations
}

/**
 * The definitions of tools for a model, sorted by name: the same tools give the same bytes in any order of registration, so
 * that providers' prompt caches stay valid.
 *
 * @throws MisuseError if a tool has no JSON Schema for a model, or one that no object fits, or if two tools have the same name,
 *   or names that are sent as the same one
 */
export function toolDefinitions(tools: Iterable<AnyTool>): ToolDefinition[] {
  const all = [...tools]
  checkNames(all)
  return all.map(toolDefinition).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function checkNames(tools: readonly AnyTool[]): void {
  const names = new Map<string, string>()
  for (const { name } of tools) {
    const sent = sentName(name)
    const other = names.get(sent)
    if (other === name) throw new MisuseError('tools', 'tools of different names', name)
    if (other !== undefined)
      throw new MisuseError(
        'tools',
        `tools whose names differ for a provider ('${printable(other, 80)}' and '${printable(name, 80)}' are both sent as '${sent}'; rename one)`,
        name,
      )
    names.set(sent, name)
  }
}

function toolDefinition(tool: AnyTool): ToolDefinition {
  return {
    name: sentName(tool.name),
    ...(tool.description !== undefined && { description: tool.description.toWellFormed() }),
    inputSchema: shownSchema(tool),
    ...(tool.annotations !== undefined && { annotations: tool.annotations }),
  }
}

/**
 * The schema of the tool's arguments in the form that a model is shown.
 *
 * @throws MisuseError if the tool has no JSON Schema for a model, or one that no object fits
 */
function shownSchema(tool: AnyTool): JsonSchema & ObjectSchema {
  const schema = ownSchema(tool)
  try {
    return objectSchema(schema)
  } catch (error) {
    if (!(error instanceof NoObjectSchema)) throw error
    const { keyword, expected, got } = error
    const option = tool.inputJsonSchema === undefined ? 'inputSchema' : 'inputJsonSchema'
    throw new MisuseError(`tool '${tool.name}'.${option}${keyword === undefined ? '' : `.${keyword}`}`, expected, got)
  }
}

/**
 * The JSON Schema of a tool's arguments, as the tool gives it.
 *
 * @throws MisuseError if the tool has no JSON Schema for a model
 */
function ownSchema(tool: AnyTool): JsonSchema {
  if (tool.inputJsonSchema !== undefined) return tool.inputJsonSchema
  const schema = tool.inputSchema
  if (schema === undefined) {
    throw new MisuseError(
      `tool '${tool.name}'.inputSchema`,
      'a schema, since a model is to be offered the tool (for one without arguments: { type: "object", properties: {} })',
      schema,
    )
  }
  if (!isStandardSchema(schema)) return schema
  const { jsonSchema, vendor } = schema['~standard']
  if (jsonSchema === undefined) {
    throw new MisuseError(
      `tool '${tool.name}'.inputJsonSchema`,
      `a JSON Schema for the model, since schemas of ${vendor} have none`,
      undefined,
    )
  }
  try {
    const { $schema: _dialect, ...shown } = jsonSchema.input({ target: 'draft-07' })
    return shown
  } catch (error) {
    throw new MisuseError(
      `tool '${tool.name}'.inputSchema`,
      `a schema that JSON Schema can express, or an inputJsonSchema beside it (${thrownMessage(error)})`,
      schema,
    )
  }
}
