import type { JsonObject } from '../contract/json.ts'

/** What stands in a result for binary data, which is in a file. A type, so that it is a JSON object. */
export type BinaryReference = {
  /** Where the bytes are: an absolute path. */
  file: string
  bytes: number
  /** Where it is known, e.g. of a Blob. */
  mediaType?: string
}

/** Binary data on its way to a file. */
export interface Binary {
  /** What stands for it; its `file` is still to be set. */
  readonly reference: BinaryReference & JsonObject
  /** The bytes, which nobody else can change any more. */
  readonly content: Blob | readonly [Uint8Array]
}

/** Whether `source` is bytes rather than properties. */
export function isBinary(source: object): source is ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob {
  return (
    ArrayBuffer.isView(source) ||
    source instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === 'function' && source instanceof SharedArrayBuffer) ||
    isBlob(source)
  )
}

/** How many bytes it has. */
export function binarySize(source: ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob): number {
  return isBlob(source) ? source.size : source.byteLength
}

/** Takes the bytes as they are now: a buffer may be used again by whoever returned it. */
export function takeBinary(source: ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob): Binary {
  const reference: Binary['reference'] = { file: '', bytes: binarySize(source) }
  if (!isBlob(source)) {
    const view = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source)
    return { reference, content: [Uint8Array.from(view)] }
  }
  if (source.type !== '') reference.mediaType = source.type.toWellFormed().slice(0, 100)
  return { reference, content: source }
}

function isBlob(source: object): source is Blob {
  return typeof Blob === 'function' && source instanceof Blob
}

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['application/json', 'json'],
  ['application/zip', 'zip'],
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['image/gif', 'gif'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/svg+xml', 'svg'],
  ['image/webp', 'webp'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
])

/** How the name of a file of this type ends, without the dot. */
export function extensionOf(mediaType: string | undefined): string {
  return EXTENSIONS.get(mediaType?.split(';', 1)[0]?.trim().toLowerCase() ?? '') ?? 'bin'
}

/** How many characters of base64 are decoded at a time; a multiple of four. */
const CHUNK = 262_144

/** The bytes of a base64 text in pieces. @throws where it is no base64 */
export function* base64Bytes(text: string): Generator<Uint8Array, void, undefined> {
  const plain = text
    .replace(/[\s=]+/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  for (let start = 0; start < plain.length; start += CHUNK) {
    const decoded = atob(plain.slice(start, start + CHUNK))
    yield Uint8Array.from(decoded, (char) => char.charCodeAt(0))
  }
}
