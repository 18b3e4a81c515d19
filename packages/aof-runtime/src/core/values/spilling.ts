import { base64Bytes, extensionOf } from './binary.ts'
import type { Captured } from './capture.ts'
import type { ToolContent } from '../contract/content.ts'
import { jsonChunks } from './json-chunks.ts'
import { utf8Length } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { Keeping } from './keeping.ts'
import { previewOf } from './preview.ts'
import type { SpillContent } from './spill.ts'
import { printable } from '../contract/text.ts'
import type { SpilledFile } from '../contract/result.ts'

/** How large a preview may be, in bytes of JSON; and where the batch has no room left. */
const PREVIEW_BYTES = 4_096
const LEAST_PREVIEW_BYTES = 1_024

/** How much of a text is shown of which the rest is in a file. */
const SHOWN_TEXT = 3_000

/** What is kept of a result in the result itself. */
export interface Kept {
  readonly data: JsonValue
  readonly content: readonly ToolContent[] | undefined
  readonly spilled: SpilledFile | undefined
}

/**
 * Keeps a result, or its preview where the whole must go to a file; the model is told so after what it is shown anyway.
 *
 * @param label what the file's name is made of
 * @returns rejects where the store does
 */
export async function spillData(
  label: string,
  { data, isOver }: Captured,
  content: readonly ToolContent[] | undefined,
  keeping: Keeping,
): Promise<Kept> {
  const kept = content === undefined ? data : [data, content]
  if (!isOver) {
    const bytes = bytesOf(kept)
    if (keeping.bytes.take(kept, bytes)) return { data, content, spilled: undefined }
    // A preview would be no smaller.
    if (bytes <= LEAST_PREVIEW_BYTES) {
      keeping.bytes.add(bytes)
      return { data, content, spilled: undefined }
    }
  }
  const spilled = await keeping.write(label, 'json', jsonChunks(data))
  const preview = previewOf(data, isOver ? PREVIEW_BYTES : LEAST_PREVIEW_BYTES)
  const shown = [...(content ?? [textOf(preview)]), notice(spilled)]
  keeping.bytes.add(bytesOf([preview, shown]))
  return { data: preview, content: shown, spilled }
}

/**
 * Content that fits into a result: its largest parts go to files, and text says where they are.
 *
 * @returns rejects where the store does
 */
export async function contentInFiles(
  label: string,
  { data, isOver, binaries }: Captured,
  keeping: Keeping,
): Promise<readonly ToolContent[]> {
  for (const { reference, content } of binaries)
    reference.file = (await keeping.write(label, extensionOf(reference.mediaType), content)).path
  const content = data as unknown as ToolContent[]
  if (!isOver) return content
  const { maxResultBytes } = keeping.limits
  const shown = [...content]
  const bySize = shown.map((part, i) => [bytesOf(part), i] as const).sort(([a], [b]) => b - a)
  let total = bySize.reduce((sum, [bytes]) => sum + bytes + 1, 1)
  for (const [bytes, i] of bySize) {
    if (total <= maxResultBytes) break
    const stand = await partInFile(label, shown[i] as ToolContent, keeping)
    total += bytesOf(stand) - bytes
    shown[i] = stand
  }
  if (total > maxResultBytes) throw new Error(`its content is larger than ${maxResultBytes} bytes, in too many parts`)
  return shown
}

async function partInFile(label: string, part: ToolContent, keeping: Keeping): Promise<ToolContent> {
  const write = (extension: string, content: SpillContent): Promise<SpilledFile> =>
    keeping.write(label, extension, content)
  if (part.type === 'image' || part.type === 'audio')
    return reference(part.mimeType, await write(extensionOf(part.mimeType), base64Bytes(part.data)))
  if (part.type === 'resource' && 'blob' in part.resource) {
    const { mimeType, blob, uri } = part.resource
    return reference(`${mimeType ?? 'data'} of ${uri}`, await write(extensionOf(mimeType), base64Bytes(blob)))
  }
  const text =
    part.type === 'text'
      ? part.text
      : part.type === 'resource' && 'text' in part.resource
        ? part.resource.text
        : undefined
  if (text === undefined) return part
  const { path, bytes } = await write('txt', textChunks(text))
  return {
    type: 'text',
    text: `${text.slice(0, SHOWN_TEXT).toWellFormed()}…\n\n[Cut here: all ${bytes} bytes are in the file ${path}]`,
  }
}

function reference(what: string, { path, bytes }: SpilledFile): ToolContent {
  return { type: 'text', text: `[${printable(what, 1_000)}, ${bytes} bytes, is in the file ${path}]` }
}

function textOf(data: JsonValue): ToolContent {
  return { type: 'text', text: typeof data === 'string' ? data : JSON.stringify(data) }
}

function notice({ path, bytes }: SpilledFile): ToolContent {
  return {
    type: 'text',
    text: `[The result is larger than can be shown: ${bytes} bytes of JSON. Long texts, lists and objects are cut here. All of it is in the file ${path}; read there what you need, or ask for less.]`,
  }
}

/** In pieces that a slow store can take one by one; a pair of surrogates is never cut in two. */
function* textChunks(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length;) {
    const end = start + 65_536 - ((text.charCodeAt(start + 65_535) & 0xfc00) === 0xd800 ? 1 : 0)
    yield text.slice(start, end)
    start = end
  }
}

function bytesOf(value: unknown): number {
  return utf8Length(JSON.stringify(value))
}
