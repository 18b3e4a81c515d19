import { shortHash } from '../core/contract/short-hash.ts'

/** Ids that every provider but Mistral accepts: Anthropic refuses other characters, OpenAI longer ids. */
const TAKEN_BY_MOST = /^[A-Za-z0-9_-]{1,40}$/

/** Ids that Mistral accepts. */
const TAKEN_BY_MISTRAL = /^[A-Za-z0-9]{9}$/

/** Length of the part of an id that is kept before the hash. */
const KEPT = 30

/**
 * The id of a call in a history: its own if providers accept it, otherwise its accepted characters and a hash. It
 * depends on the given id alone, and different ids give different ones.
 */
export function sentId(id: string): string {
  if (TAKEN_BY_MOST.test(id)) return id
  return `${id.slice(0, KEPT).replace(/[^A-Za-z0-9_-]/g, '_')}_${shortHash(id)}`
}

/** The id for Mistral, which accepts nothing but nine letters and digits. */
export function mistralId(id: string): string {
  return TAKEN_BY_MISTRAL.test(id) ? id : shortHash(id)
}
