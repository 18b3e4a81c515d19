import { checkOptions, namesOf } from './option-names.ts'
import { printable } from './text.ts'

const OPTIONS = namesOf<NonNullable<ConstructorParameters<typeof ToolFailure>[1]>>()('cause retryable')

/**
 * An error that a tool throws (or returns) to say that it failed, in words for the model.
 *
 * @example
 * ```ts
 * import { ToolFailure, defineTool } from 'aof-runtime'
 *
 * const readPage = defineTool({
 *   name: 'read_page',
 *   execute: async ({ url }: { url: string }) => {
 *     const response = await fetch(url)
 *     if (response.status === 503) throw new ToolFailure('The site is down for now.', { retryable: true })
 *     return response.text()
 *   },
 * })
 * ```
 */
export class ToolFailure extends Error {
  override readonly name: string = 'ToolFailure'
  /** Whether the same call might succeed if made again. */
  readonly retryable: boolean

  /** @param message says to the model what went wrong and what to do about it */
  constructor(message: string, options: ErrorOptions & { /** @default false */ retryable?: boolean } = {}) {
    super(message, options)
    // The message names the failure, since the MisuseError is thrown instead of it.
    checkOptions(`ToolFailure ${JSON.stringify(printable(String(message), 60))}`, options, OPTIONS)
    this.retryable = options.retryable ?? false
  }
}
