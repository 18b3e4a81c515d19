import { shortHash } from '../core/short-hash.ts'

/** What every provider takes but Mistral: Anthropic refuses other characters, OpenAI more of them. */
const TAKEN_BY_MOST = /^[A-Za-z0-9_-]{1,40}$/

/** What Mistral takes. */
const TAKEN_BY_MISTRAL = /^[A-Za-z0-9]{9}$/

/** How much of an id is kept beside the hash of the whole. */
const KEPT = 30

/**
 * The id under which a call stands in a history: its own where providers take that. Of any other one the same id always
 * gives the same, whatever else the history holds, and two ids give two: the characters that are taken, and a hash.
 */
export function sentId(id: string): string {
  if (TAKEN_BY_MOST.test(id)) return id
  return `${id.slice(0, KEPT).replace(/[^A-Za-z0-9_-]/g, '_')}_${shortHash(id)}`
}

/** The id that Mistral is told: it takes nine letters and digits, and nothing else. */
export function mistralId(id: string): string {
  return TAKEN_BY_MISTRAL.test(id) ? id : shortHash(id)
}
