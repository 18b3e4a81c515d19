/**
 * The 64-bit FNV-1a hash of a text's UTF-8 bytes: quick to compare, no protection against forgery.
 *
 * G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV non-cryptographic hash algorithm", RFC 9923.
 */
export function fnv1a64(text: string): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & 0xffff_ffff_ffff_ffffn
  }
  return hash
}
