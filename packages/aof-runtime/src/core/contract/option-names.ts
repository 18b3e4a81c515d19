import { checkObject, MisuseError } from './misuse.ts'
import { suggest } from './suggest.ts'
import { printable } from './text.ts'

/**
 * The names of all options of `Options`: a table that does not compile while one is missing, so that a new option
 * cannot be forgotten.
 */
export function optionNames<Options>(names: Readonly<Record<keyof Options, true>>): ReadonlySet<string> {
  return new Set(Object.keys(names))
}

/**
 * Throws a {@link MisuseError} unless `options` is an object whose names are all known.
 *
 * @param label what the options are of, e.g. `queue`; empty where their names stand alone
 */
export function checkOptions(label: string, options: object, known: ReadonlySet<string>): void {
  if (Array.isArray(options)) throw new MisuseError(label === '' ? 'options' : label, 'an object', options)
  checkObject(label === '' ? 'options' : label, options)
  for (const name in options) if (!known.has(name)) refuse(label, options, name, known)
}

/**
 * Throws a {@link MisuseError} where a name is unknown and near to a known one that is not there: of an object that may
 * have properties of the application's own beside the options. Instances of classes have what they like.
 */
export function checkSpelling(label: string, options: object, known: ReadonlySet<string>): void {
  const prototype: unknown = Object.getPrototypeOf(options)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return
  for (const name in options) {
    if (known.has(name)) continue
    const meant = nearest(name, known)
    if (meant !== undefined && !(meant in options)) refuse(label, options, name, known)
  }
}

/**
 * The first name of `given` that is not among `known`, with what to do about it; undefined where all are.
 *
 * @returns the name, made printable, and whole sentences
 */
export function unknownName(
  given: object,
  known: ReadonlySet<string>,
): { readonly name: string; readonly advice: string } | undefined {
  for (const name in given)
    if (!known.has(name) && isItsOwn(given, name)) return { name: printable(name, 100), advice: advice(name, known) }
  return undefined
}

function refuse(label: string, options: object, name: string, known: ReadonlySet<string>): void {
  if (!isItsOwn(options, name)) return
  const shown = printable(name, 100)
  throw new MisuseError(label === '' ? shown : `${label}.${shown}`, `no such option. ${advice(name, known)}`)
}

/** Properties that other code has added to every object say nothing of this one. */
function isItsOwn(given: object, name: string): boolean {
  return Object.hasOwn(given, name) || !(name in Object.prototype)
}

function advice(name: string, known: ReadonlySet<string>): string {
  const near = nearest(name, known)
  if (near !== undefined) return `Did you mean ${near}?`
  return `Known are ${[...known].join(', ')}.`
}

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const meant = SYNONYMS.get(name.toLowerCase().replaceAll(/[^a-z]/g, ''))?.find((each) => known.has(each))
  return meant ?? suggest(name, known)
}

/** What other libraries and protocols call things, in lower case; the first name that is known where it occurs is meant. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    signal: ['abortSignal', 'cancelSignal', 'cancellationToken'],
    instructions: ['system', 'systemPrompt', 'systemMessage', 'prompt'],
    inputSchema: ['parameters', 'schema', 'params', 'inputs'],
    outputSchema: ['returns', 'resultSchema'],
    execute: ['handler', 'run', 'func', 'fn', 'function', 'callback', 'invoke', 'call'],
    maxIterations: ['maxSteps', 'maxTurns', 'recursionLimit', 'stepLimit'],
    maxOutputTokens: ['maxTokens', 'maxCompletionTokens'],
    stopSequences: ['stop'],
    maxParallelTools: ['concurrency', 'maxConcurrency', 'parallelism', 'maxWorkers', 'limit'],
    maxParallel: ['concurrency', 'maxConcurrency', 'parallelism', 'limit'],
    maxAttempts: ['retries', 'maxRetries', 'attempts', 'times'],
    retry: ['retries', 'maxRetries', 'retryPolicy', 'attempts'],
    modelRetry: ['retry', 'retries', 'maxRetries'],
    context: ['experimentalContext', 'runContext', 'deps'],
    perMs: ['interval', 'window', 'per'],
    n: ['limit', 'max', 'count'],
    initialDelayMs: ['delay', 'delayMs', 'backoff', 'minDelay', 'minTimeout'],
    max: ['maximum', 'size', 'maxSize', 'limit'],
    directory: ['dir', 'path', 'folder'],
    tokens: ['maxTokens'],
    toolCalls: ['maxToolCalls', 'calls', 'maxCalls'],
    wallMs: ['timeoutMs', 'timeout', 'deadlineMs', 'durationMs'],
    openMs: ['resetTimeout', 'cooldownMs', 'halfOpenAfter'],
    model: ['llm'],
    module: ['path', 'file', 'url'],
    mode: ['type', 'kind'],
    maxMemoryMb: ['memory', 'memoryMb', 'maxMemory'],
    dependsOn: ['after', 'needs', 'requires', 'dependencies'],
    arguments: ['input', 'args', 'params', 'parameters'],
  }).reduce((map, [meant, others]) => {
    for (const other of others) map.set(other.toLowerCase(), [...(map.get(other.toLowerCase()) ?? []), meant])
    return map
  }, new Map<string, string[]>()),
)
