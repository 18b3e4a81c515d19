import { crc32 } from 'node:zlib'
import { parsedJson } from '../text.ts'
import type { RecordedBody, RecordedEvent } from './recorded-event.ts'

/*
 * AWS event streams (`application/vnd.amazon.eventstream`). A frame is, in big-endian order:
 *
 *   total length (4) · length of the headers (4) · CRC-32 of these eight bytes (4) · headers · payload · CRC-32 of all (4)
 *
 * and a header: length of its name (1) · name · type of its value (1; 7 is text) · length of the text (2) · text.
 * Only lengths are read here; the provider checks the checksums and the content of the frames.
 */

const PRELUDE_BYTES = 12
const SUM_BYTES = 4
const TEXT_HEADER = 7

/** True if `bytes` begin with the prelude of a frame. */
export function isEventStream(bytes: Uint8Array): boolean {
  if (bytes.length < PRELUDE_BYTES) return false
  const buffer = bufferOf(bytes)
  return crc32(buffer.subarray(0, 8)) === buffer.readUInt32BE(8)
}

/** The frames of a stream. A truncated last frame stays as it is. */
export function readEventStream(bytes: Uint8Array): RecordedBody {
  const frames = split(bufferOf(bytes))
  const headers = headersOf(frames[0] ?? Buffer.alloc(0))
  const chunks = headers.get(':event-type') === 'chunk'
  return { framing: chunks ? 'aws-chunks' : 'aws-events', events: frames.map(chunks ? readChunk : readEvent) }
}

/** Frames for the events in `value`, which are named by their types, e.g. `{ messageStop: { … } }`. */
export function eventFrames(text: string, value: unknown): Uint8Array {
  if (typeof value !== 'object' || value === null) return frame('unreadable', text)
  return Buffer.concat(Object.entries(value).map(([type, payload]) => frame(type, JSON.stringify(payload))))
}

/** A frame with a model's own event. */
export function chunkFrame(text: string): Uint8Array {
  return frame('chunk', JSON.stringify({ bytes: Buffer.from(text).toString('base64') }))
}

function split(buffer: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < buffer.length;) {
    const length = buffer.length - at < PRELUDE_BYTES ? 0 : buffer.readUInt32BE(at)
    const end = length < PRELUDE_BYTES + SUM_BYTES ? buffer.length : Math.min(at + length, buffer.length)
    frames.push(buffer.subarray(at, end))
    at = end
  }
  return frames
}

function readEvent(bytes: Buffer): RecordedEvent {
  const headers = headersOf(bytes)
  const type = headers.get(':event-type') ?? headers.get(':exception-type')
  const payload = payloadOf(bytes)
  const text = type === undefined || payload === undefined ? '' : `{${JSON.stringify(type)}:${payload}}`
  return { bytes, text, value: parsedJson(text) }
}

function readChunk(bytes: Buffer): RecordedEvent {
  const payload: unknown = parsedJson(payloadOf(bytes) ?? '')
  if (typeof payload !== 'object' || payload === null || !('bytes' in payload) || typeof payload.bytes !== 'string') {
    return readEvent(bytes)
  }
  const text = Buffer.from(payload.bytes, 'base64').toString()
  return { bytes, text, value: parsedJson(text) }
}

/** The text headers of a frame; none for a truncated frame. */
function headersOf(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  if (!isWhole(bytes)) return headers
  const end = Math.min(PRELUDE_BYTES + bytes.readUInt32BE(4), bytes.length - SUM_BYTES)
  for (let at = PRELUDE_BYTES; at < end;) {
    const typeAt = at + 1 + bytes.readUInt8(at)
    if (typeAt + 3 > end || bytes.readUInt8(typeAt) !== TEXT_HEADER) break
    const textEnd = typeAt + 3 + bytes.readUInt16BE(typeAt + 1)
    headers.set(bytes.toString('utf8', at + 1, typeAt), bytes.toString('utf8', typeAt + 3, textEnd))
    at = textEnd
  }
  return headers
}

function payloadOf(bytes: Buffer): string | undefined {
  if (!isWhole(bytes)) return undefined
  return bytes.toString('utf8', PRELUDE_BYTES + bytes.readUInt32BE(4), bytes.length - SUM_BYTES)
}

function isWhole(bytes: Buffer): boolean {
  return bytes.length >= PRELUDE_BYTES + SUM_BYTES && bytes.readUInt32BE(0) === bytes.length
}

function frame(type: string, payload: string): Buffer {
  const headers = Buffer.concat([
    header(':event-type', type),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ])
  const content = Buffer.from(payload)
  const lengths = numbers(PRELUDE_BYTES + headers.length + content.length + SUM_BYTES, headers.length)
  const unsummed = Buffer.concat([lengths, numbers(crc32(lengths)), headers, content])
  return Buffer.concat([unsummed, numbers(crc32(unsummed))])
}

function header(name: string, text: string): Buffer {
  const value = Buffer.from(text)
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT_HEADER, value.length >> 8, value.length & 255]),
    value,
  ])
}

function numbers(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => buffer.writeUInt32BE(value, 4 * i))
  return buffer
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
