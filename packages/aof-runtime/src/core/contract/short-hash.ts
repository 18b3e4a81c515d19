const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const SHORT_HASH_LENGTH = 9

/**
 * A hash of a text as nine letters and digits. It distinguishes texts, but is not secure against forgery. The same text gives
 * the same hash on every machine, so that names made from it are stable.
 */
export function shortHash(text: string): string {
  // Two lanes of FNV-1a over UTF-16 code units; 53 bits of them make a safe integer.
  let high = 0x811c9dc5
  let low = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit ^ (high >>> 13), 0x01000193)
  }
  high = Math.imul(high ^ (high >>> 15), 0x2c1b3c6d)
  low = Math.imul(low ^ (low >>> 16) ^ high, 0x297a2d39)
  let rest = ((high ^ (high >>> 12)) & 0x1fffff) * 2 ** 32 + ((low ^ (low >>> 15)) >>> 0)
  let hash = ''
  for (let i = 0; i < SHORT_HASH_LENGTH; i++) {
    hash += ALPHABET[rest % 62]
    rest = Math.floor(rest / 62)
  }
  return hash
}
