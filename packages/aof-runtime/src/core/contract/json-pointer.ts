/** The JSON Pointer (RFC 6901) that these keys make. */
export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${pointerToken(key)}`).join('')
}

/** The keys that a JSON Pointer names; what stands before its first slash is left out. */
export function keysOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map(keyOfToken)
}

/** A key as a token of a JSON Pointer. */
function pointerToken(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The key that a token of a JSON Pointer stands for. */
export function keyOfToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
