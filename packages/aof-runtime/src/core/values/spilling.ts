import { base64Bytes, type Binary, extensionOf } from './binary.ts'
import type { Captured } from './capture.ts'
import type { ToolContent } from '../contract/content.ts'
import { jsonChunks, textChunks } from './json-chunks.ts'
import { jsonLength } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { ResultStore } from './result-store.ts'
import { previewOf } from './preview.ts'
import type { SpillContent } from './spill.ts'
import { printable } from '../contract/text.ts'
import type { SpilledFile } from '../contract/result.ts'

/** The largest preview in bytes of JSON, and the largest one when the batch has no room left. */
const PREVIEW_BYTES = 4_096
const LEAST_PREVIEW_BYTES = 1_024

/** The characters that are shown of a text whose rest is in a file. */
const SHOWN_TEXT = 3_000

/** The parts of a result that are retained in the result itself. */
export interface Retained {
  readonly data: JsonValue
  readonly content: readonly ToolContent[] | undefined
  /** The file with the whole value, if `data` is a preview. */
  readonly spilled: SpilledFile | undefined
}

/**
 * Retains a result, or a preview of it if the whole must go to a file; a note for the model then follows its content.
 *
 * @param label the text from which the file's name is made
 * @returns rejects if the store does
 */
export async function spillData(
  label: string,
  { data, isOver }: Captured,
  content: readonly ToolContent[] | undefined,
  store: ResultStore,
): Promise<Retained> {
  const retained = content === undefined ? data : [data, content]
  if (!isOver) {
    const bytes = jsonLength(retained)
    if (store.bytes.reserve(retained, bytes)) return { data, content, spilled: undefined }
    // A preview would not be smaller.
    if (bytes <= LEAST_PREVIEW_BYTES) {
      store.bytes.add(bytes)
      return { data, content, spilled: undefined }
    }
  }
  const spilled = await store.write(label, 'json', jsonChunks(data))
  const preview = previewOf(data, isOver ? PREVIEW_BYTES : LEAST_PREVIEW_BYTES)
  const text = typeof preview === 'string' ? preview : JSON.stringify(preview)
  const shown: ToolContent[] = [...(content ?? [{ type: 'text' as const, text }]), notice(spilled)]
  store.bytes.add(jsonLength([preview, shown]))
  return { data: preview, content: shown, spilled }
}

/** Writes binary data to files, whose paths the references to the data get. */
export async function writeBinaries(label: string, binaries: readonly Binary[], store: ResultStore): Promise<void> {
  for (const { reference, content } of binaries)
    reference.file = (await store.write(label, extensionOf(reference.mediaType), content)).path
}

/**
 * Content that fits into a result: its largest parts go to files, and texts with their paths replace them.
 *
 * @returns rejects if the store does
 */
export async function contentInFiles(
  label: string,
  { data, isOver, binaries }: Captured,
  store: ResultStore,
): Promise<readonly ToolContent[]> {
  await writeBinaries(label, binaries, store)
  const content = data as unknown as ToolContent[]
  if (!isOver) return content
  const { maxResultBytes } = store.limits
  const shown = [...content]
  const bySize = shown.map((part, i) => [jsonLength(part), i] as const).sort(([a], [b]) => b - a)
  let total = bySize.reduce((sum, [bytes]) => sum + bytes + 1, 1)
  for (const [bytes, i] of bySize) {
    if (total <= maxResultBytes) break
    const standIn = await partInFile(label, shown[i] as ToolContent, store)
    total += jsonLength(standIn) - bytes
    shown[i] = standIn
  }
  if (total > maxResultBytes) throw new Error(`its content is larger than ${maxResultBytes} bytes, in too many parts`)
  return shown
}

async function partInFile(label: string, part: ToolContent, store: ResultStore): Promise<ToolContent> {
  const write = (extension: string, content: SpillContent): Promise<SpilledFile> =>
    store.write(label, extension, content)
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

function notice({ path, bytes }: SpilledFile): ToolContent {
  return {
    type: 'text',
    text: `[The result is too large to be shown: ${bytes} bytes of JSON. Long texts, lists and objects are cut here. The whole result is in the file ${path}; read the parts that you need there, or ask for less.]`,
  }
}
