import type { ToolContent } from '../core/content.ts'
import type { JsonValue } from '../core/json.ts'
import type { SucceededResult, UnsuccessfulResult } from '../core/result.ts'
import { printable } from '../core/text.ts'

/** Bytes with a type, which some providers take as they are. */
export interface Media {
  /** In lower case and without parameters. */
  readonly mimeType: string
  /** In base64. */
  readonly data: string
  /** Where the bytes are of, if they are a resource's. */
  readonly uri: string | undefined
}

/**
 * What a success says to the model: text, or text and blocks where there is something else that the provider takes.
 *
 * @param takes the provider's block for some media; undefined where it has none
 */
export function renderSuccess<Block extends object>(
  { content, data }: SucceededResult,
  takes: (media: Media) => Block | undefined,
): string | (string | Block)[] {
  if (content === undefined) return dataText(data)
  const parts = content.map((part) => renderPart(part, takes))
  return parts.every((part) => typeof part === 'string') ? parts.join('\n') : parts
}

/** What a success says where a provider takes text alone. */
export function successText({ content, data }: SucceededResult): string {
  return content === undefined ? dataText(data) : content.map((part) => renderPart(part, () => undefined)).join('\n')
}

/** What a failure says to the model. */
export function failureText(result: UnsuccessfulResult): string {
  return JSON.stringify({ error: failureOf(result) })
}

/** What of an error a model can act on. */
export function failureOf({ error }: UnsuccessfulResult): { code: string; message: string } {
  return { code: error.code, message: error.message.toWellFormed() }
}

function dataText(data: JsonValue): string {
  return typeof data === 'string' ? data.toWellFormed() : JSON.stringify(data)
}

function renderPart<Block>(part: ToolContent, takes: (media: Media) => Block | undefined): string | Block {
  switch (part.type) {
    case 'text':
      return part.text.toWellFormed()
    case 'image':
    case 'audio':
      return renderMedia(media(part.mimeType, part.data), takes)
    case 'resource': {
      const { resource } = part
      if ('text' in resource) return `[resource ${resource.uri}]\n${resource.text}`.toWellFormed()
      return renderMedia(media(resource.mimeType, resource.blob, resource.uri), takes)
    }
    default:
      return JSON.stringify(part)
  }
}

function renderMedia<Block>(given: Media, takes: (media: Media) => Block | undefined): string | Block {
  return takes(given) ?? leftOut(given)
}

function media(mimeType: string | undefined, data: string, uri?: string): Media {
  const bare = (mimeType ?? 'application/octet-stream').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return { mimeType: bare === 'image/jpg' ? 'image/jpeg' : bare, data, uri }
}

/** The model is told of what it cannot be shown, lest it take the result for empty. */
function leftOut({ mimeType, data, uri }: Media): string {
  const of = uri === undefined ? '' : ` of ${printable(uri, 1_000)}`
  const bytes = Math.floor((data.replace(/=+$/, '').length * 3) / 4)
  return `[left out: ${bytes} bytes of ${printable(mimeType, 100)}${of}, which cannot be shown in a tool result here]`
}
