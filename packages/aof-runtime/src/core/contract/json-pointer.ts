/** The JSON Pointer (RFC 6901) of these keys. */
export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${pointerToken(key)}`).join('')
}

/** The keys of a JSON Pointer; text before its first slash is ignored. */
export function keysOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map(keyOfToken)
}

/** A key as a token of a JSON Pointer. */
function pointerToken(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The key of a token of a JSON Pointer. */
export function keyOfToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
