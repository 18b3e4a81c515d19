import { elementsOf, type Fields, fieldsOf, isMarkedIncomplete, isObject } from 'aof-runtime/internal/messages'
import { openaiResponses as messages } from 'aof-runtime/messages'
import { changed, responsesCall } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** OpenAI's Responses API. */
export const openaiResponses: RecordedDialect = {
  name: 'openai-responses',
  title: "OpenAI's Responses API",
  isWhole: ({ object, output }) => Array.isArray(output) && (object === 'response' || object === undefined),
  isEvent: ({ type }) => typeof type === 'string' && type.startsWith('response.'),
  wire: 'sse',
  provider: providerPackage(PACKAGES.openai, ({ createOpenAI }, fetch) =>
    createOpenAI({ apiKey: NO_KEY, fetch }).responses(MODEL_ID),
  ),
  callBlocks: ({ type, output, item }) => (type === 'response.output_item.done' ? [item] : elementsOf(output)),
  amend,
  isLeftToApplication,
  results: (results, blocks) => messages.results(results, blocks && { output: blocks }),
}

/** Calls that an application answers with an item of a special type. */
const CLIENT_RUN: ReadonlySet<unknown> = new Set([
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'computer_call',
])

function isLeftToApplication(value: Fields): boolean {
  return value.type === 'response.output_item.done'
    ? isClientRun(value.item)
    : elementsOf(value.output).some(isClientRun)
}

function isClientRun(item: unknown): boolean {
  return CLIENT_RUN.has(fieldsOf(item).type)
}

/**
 * Leaves calls unchanged that the application answers itself, rewrites odd arguments as text, and replaces the missing end
 * reason of an incomplete answer by its status.
 */
function amend(value: unknown): object | undefined {
  const fields = fieldsOf(value)
  if (isClientRun(fields.item)) return { type: 'response.left_alone' }
  if (isObject(fields.item)) {
    const item = responsesCall(fields.item, Number(fields.output_index))
    return item === fields.item ? undefined : { ...fields, item }
  }
  if (isObject(fields.response)) {
    const response = amend(fields.response)
    return response === undefined ? undefined : { ...fields, response }
  }
  const { output, status, incomplete_details, error } = fields
  if (!Array.isArray(output)) return undefined
  const items = changed(output, responsesCall)
  const lacksReason = isMarkedIncomplete(status) && !isObject(incomplete_details)
  if (!lacksReason && items === output && !output.some(isClientRun)) return undefined
  return {
    ...fields,
    output: items.filter((item) => !isClientRun(item)),
    ...(lacksReason && { incomplete_details: { reason: status } }),
    // If the answer has an error, the client reads nothing else, not even calls.
    ...(isObject(error) && output.length > 0 && { error: null }),
  }
}
