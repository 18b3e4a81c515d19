import { checkObject, MisuseError } from './misuse.ts'
import { suggest } from './suggest.ts'
import { printable } from './text.ts'

/** The names of all options of `Options`, from a table that does not compile while an option is missing. */
export function optionNames<Options>(names: Readonly<Record<keyof Options, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(names))
}

/** The words of a text, divided by single blanks. */
type Words<Text extends string> = Text extends `${infer First} ${infer Others}` ? First | Words<Others> : Text

/** Fits any text if its words are the names of all options; otherwise it has the wrong names, for the compiler to show. */
type Complete<Options, Names> = [keyof Options] extends [Names]
  ? [Names] extends [keyof Options]
    ? unknown
    : { readonly unknown: Exclude<Names, keyof Options> }
  : { readonly missing: Exclude<keyof Options, Names> }

/** The names of all options of `Options`, from texts of names that do not compile while one is missing or unknown. */
export function namesOf<Options>() {
  return <Text extends string>(...texts: (Text & Complete<Options, Words<Text>>)[]): ReadonlySet<string> =>
    new Set(texts.flatMap((text) => text.split(' ')))
}

/**
 * Throws a {@link MisuseError} unless `options` is an object whose names are all known.
 *
 * @param label the option that these options belong to, e.g. `queue`; empty if their names stand alone
 */
export function checkOptions(label: string, options: object, known: ReadonlySet<string>): void {
  if (Array.isArray(options)) throw new MisuseError(label === '' ? 'options' : label, 'an object', options)
  checkObject(label === '' ? 'options' : label, options)
  for (const name in options) if (!known.has(name)) refuse(label, options, name, known)
}

/**
 * Throws a {@link MisuseError} if a name is unknown and close to a known one that is missing. For objects that may have other
 * properties of the application besides the options. Instances of classes are not checked.
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
 * The first name of `given` that is not in `known`, with advice for the user; undefined if all names are known.
 *
 * @returns the name, made printable, and the advice in whole sentences
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

/** False for a property that other code has added to `Object.prototype`. */
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

/** Names that other libraries and protocols use, in lower case, with our names for them; the first one that is known is meant. */
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
