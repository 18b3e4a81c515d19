import type { BinaryReference, JsonObject } from '../contract/json.ts'

/** Binary data that is still to be written to a file. */
export interface Binary {
  /** The reference to the data; its `file` is set when the file is written. */
  readonly reference: BinaryReference & JsonObject
  /** A copy of the bytes, or a Blob, which cannot be changed. */
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

export function binarySize(source: ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob): number {
  return isBlob(source) ? source.size : source.byteLength
}

/** Copies the bytes of a buffer, which the tool may reuse after it has returned. */
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

/** The extension for files of a media type, without the dot. */
export function extensionOf(mediaType: string | undefined): string {
  return EXTENSIONS.get(mediaType?.split(';', 1)[0]?.trim().toLowerCase() ?? '') ?? 'bin'
}

/** The number of base64 characters that are decoded at a time; a multiple of four. */
const CHUNK = 262_144

/** The bytes of a base64 text in pieces. @throws if the text is not base64 */
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
