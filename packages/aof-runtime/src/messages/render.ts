import type { ToolContent } from '../core/contract/content.ts'
import type { JsonValue } from '../core/contract/json.ts'
import type { SucceededResult, UnsuccessfulResult } from '../core/contract/result.ts'
import { printable } from '../core/contract/text.ts'

/** The image types that Anthropic and the Responses API of OpenAI accept. */
export const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

/** Binary data with a type, which some providers accept as it is. */
export interface Media {
  /** In lower case, without parameters. */
  readonly mimeType: string
  /** In base64. */
  readonly data: string
  /** The URI of the resource, if it is one. */
  readonly uri: string | undefined
}

/**
 * The text of a success, or text and blocks if it has media that the provider accepts.
 *
 * @param takes the provider's block for some media; undefined if the provider does not accept them
 */
export function renderSuccess<Block extends object>(
  { content, data }: SucceededResult,
  takes: (media: Media) => Block | undefined,
): string | (string | Block)[] {
  if (content === undefined) return dataText(data)
  const parts = content.map((part) => renderPart(part, takes))
  return parts.every((part) => typeof part === 'string') ? parts.join('\n') : parts
}

/** The text of a success for a provider that accepts text alone. */
export function successText({ content, data }: SucceededResult): string {
  return content === undefined ? dataText(data) : content.map((part) => renderPart(part, () => undefined)).join('\n')
}

export function failureText(result: UnsuccessfulResult): string {
  return JSON.stringify({ error: failureOf(result) })
}

/** The fields of an error that help a model. */
export function failureOf({ error }: UnsuccessfulResult): { code: string; message: string } {
  return { code: error.code, message: error.message.toWellFormed() }
}

function dataText(data: JsonValue): string {
  return typeof data === 'string' ? data.toWellFormed() : JSON.stringify(data)
}

function renderPart<Block>(part: ToolContent, takes: (media: Media) => Block | undefined): string | Block {
  const render = (given: Media): string | Block => takes(given) ?? leftOut(given)
  switch (part.type) {
    case 'text':
      return part.text.toWellFormed()
    case 'image':
    case 'audio':
      return render(media(part.mimeType, part.data))
    case 'resource': {
      const { resource } = part
      if ('text' in resource) return `[resource ${resource.uri}]\n${resource.text}`.toWellFormed()
      return render(media(resource.mimeType, resource.blob, resource.uri))
    }
    default:
      return JSON.stringify(part)
  }
}

function media(mimeType: string | undefined, data: string, uri?: string): Media {
  const bare = (mimeType ?? 'application/octet-stream').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return { mimeType: bare === 'image/jpg' ? 'image/jpeg' : bare, data, uri }
}

/** The line names the omitted media, so that the model does not take the result for empty. */
function leftOut({ mimeType, data, uri }: Media): string {
  const of = uri === undefined ? '' : ` of ${printable(uri, 1_000)}`
  const bytes = Math.floor((data.replace(/=+$/, '').length * 3) / 4)
  return `[left out: ${bytes} bytes of ${printable(mimeType, 100)}${of}, which this API does not accept in a tool result]`
}
