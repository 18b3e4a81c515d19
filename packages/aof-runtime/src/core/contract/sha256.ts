/** The first 32 bits of the fractions of the cube roots (`K`) and the square roots (`H`) of the first primes: FIPS 180-4, 4.2.2, 5.3.3. */
const { K, H } = constants()

/**
 * SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Written after FIPS 180-4 (NIST, "Secure Hash Standard", 2015), since
 * Node's module is not available on every platform of the core, and Web Crypto is asynchronous.
 */
export function sha256(text: string): string {
  const bytes = padded(new TextEncoder().encode(text))
  const hash = Uint32Array.from(H)
  const words = new Uint32Array(64)
  for (let at = 0; at < bytes.byteLength; at += 64) addBlock(hash, words, bytes, at)
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** The message, a one bit, zeros, and its length in bits: whole blocks of 64 bytes (5.1.1). */
function padded(message: Uint8Array): DataView {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 8, Math.floor(message.length / 0x2000_0000))
  view.setUint32(bytes.length - 4, message.length << 3)
  return view
}

/** The computation of one block (6.2.2). */
function addBlock(hash: Uint32Array, words: Uint32Array, bytes: DataView, at: number): void {
  for (let t = 0; t < 16; t++) words[t] = bytes.getUint32(at + t * 4)
  for (let t = 16; t < 64; t++) {
    const before15 = words[t - 15] as number
    const before2 = words[t - 2] as number
    const sigma0 = rotated(before15, 7) ^ rotated(before15, 18) ^ (before15 >>> 3)
    const sigma1 = rotated(before2, 17) ^ rotated(before2, 19) ^ (before2 >>> 10)
    words[t] = (words[t - 16] as number) + sigma0 + (words[t - 7] as number) + sigma1
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t++) {
    const sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = (h + sum1 + choice + (K[t] as number) + (words[t] as number)) | 0
    const sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + sum0 + majority) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = (hash[i] as number) + word
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function constants(): { readonly K: readonly number[]; readonly H: readonly number[] } {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return {
    K: primes.map((prime) => fraction(Math.cbrt(prime))),
    H: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))),
  }
}

function fraction(root: number): number {
  return Math.floor((root % 1) * 2 ** 32)
}
