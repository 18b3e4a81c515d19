import { canonicalJson } from '../values/canonical-json.ts'
import { sha256 } from '../contract/sha256.ts'

/** Hexadecimal digits of a digest in a key: 128 bits, so that no two calls have the same. */
const DIGITS = 32

/**
 * The idempotency key of a call that no other call makes: its place (run, turn and index), and the digest of its tool and
 * arguments. So it is the same for every attempt of the call, and for no other call.
 */
export function topKey(path: string, name: string, input: unknown): string {
  return `${path}/${digestOf(name, input).slice(0, DIGITS)}`
}

/** A nested call whose key has not been read. */
interface Unnumbered {
  readonly batch: number
  readonly index: number
  readonly name: string
  readonly input: unknown
}

/**
 * The keys of the calls that one attempt of a call makes: the digest of the parent's key, the nested call's tool and
 * arguments, and its number among equal calls, in call order. So an attempt that makes the same calls at other times, or in
 * another order, gives them the same keys, and no two calls have the same key.
 *
 * Duty: number equal calls.
 * Boundary: computes nothing before the first key is read.
 */
export class NestedKeys {
  #unnumbered: Unnumbered[] = []
  readonly #keys = new Map<string, string>()
  /** The number of equal calls, by their digest. */
  readonly #counts = new Map<string, number>()

  /** Adds a call whose arguments are known, once. */
  add(batch: number, index: number, name: string, input: unknown): void {
    this.#unnumbered.push({ batch, index, name, input })
  }

  /** The key of an added call. */
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

/** The digest of a tool's name and a call's arguments. */
function digestOf(name: string, input: unknown): string {
  return sha256(`${JSON.stringify(name)}:${textOf(input)}`)
}

/** Arguments that a schema has turned into values without JSON count as equal. */
function textOf(input: unknown): string {
  try {
    return canonicalJson(input)
  } catch {
    return 'no JSON'
  }
}
