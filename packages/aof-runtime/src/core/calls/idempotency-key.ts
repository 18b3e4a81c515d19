import type { Attempt } from '../attempt/attempt.ts'
import type { CallRecord } from './call-record.ts'
import { canonicalJson } from '../values/canonical-json.ts'
import { sha256 } from '../contract/sha256.ts'

/** Hexadecimal digits of a digest in a key: 128 bits tell all calls apart. */
const DIGITS = 32

/**
 * The idempotency key of a call: the same for every attempt of it, and for no other call.
 *
 * - Of a call that no other call makes: its run, turn and place, and the digest of its tool and its arguments.
 * - Of a nested call: see {@link NestedKeys}.
 *
 * It is worked out when it is read, and kept, so that arguments which the tool changes later change nothing.
 */
export function idempotencyKey(call: CallRecord, attempt: Attempt): string {
  const { batch, index } = call
  const known = batch.particularsOf(call)?.idempotencyKey
  if (known !== undefined) return known
  const { nesting } = batch
  const key =
    nesting === undefined
      ? `${call.path}/${digestOf(call.name, attempt.input).slice(0, DIGITS)}`
      : nesting.keys.keyOf(batch.order, index, () => nesting.idempotencyKey)
  // The batch has forgotten what it kept for a call that is settled.
  if (!call.isSettled) batch.particulars(call).idempotencyKey = key
  return key
}

/** A nested call whose arguments are known, and whose key has not been asked for. */
interface Unnumbered {
  readonly batch: number
  readonly index: number
  readonly name: string
  readonly input: unknown
}

/**
 * The keys of the calls that one attempt of a call makes: the digest of that call's key, the nested call's tool and arguments,
 * and which of the equal ones it is, in call order. So an attempt that makes the same calls at other times, or in another
 * order, gives them the same keys, and no two calls ever have one key.
 *
 * Duty: number equal calls.
 * Boundary: works nothing out before the first key is read.
 */
export class NestedKeys {
  #unnumbered: Unnumbered[] = []
  readonly #keys = new Map<string, string>()
  /** How many there are of equal ones. */
  readonly #counts = new Map<string, number>()

  /** The arguments of a call are known; said once for each call. */
  add(batch: number, index: number, name: string, input: unknown): void {
    this.#unnumbered.push({ batch, index, name, input })
  }

  /** The key of a call that has been {@link add}ed. */
  keyOf(batch: number, index: number, parentKey: () => string): string {
    if (this.#unnumbered.length > 0) this.#number(parentKey())
    return this.#keys.get(placeName(batch, index)) as string
  }

  #number(parentKey: string): void {
    const added = this.#unnumbered.sort((a, b) => a.batch - b.batch || a.index - b.index)
    this.#unnumbered = []
    for (const { batch, index, name, input } of added) {
      const digest = digestOf(name, input)
      const count = this.#counts.get(digest) ?? 0
      this.#counts.set(digest, count + 1)
      const key = sha256(canonicalJson([parentKey, digest, count]))
      this.#keys.set(placeName(batch, index), key.slice(0, DIGITS))
    }
  }
}

function placeName(batch: number, index: number): string {
  return `${batch}/${index}`
}

/** What tells the calls of a tool apart by their arguments. */
function digestOf(name: string, input: unknown): string {
  return sha256(`${JSON.stringify(name)}:${textOf(input)}`)
}

/** Arguments that a schema has made into what no JSON stands for count as equal. */
function textOf(input: unknown): string {
  try {
    return canonicalJson(input)
  } catch {
    return 'no JSON'
  }
}
