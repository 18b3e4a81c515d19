import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Dialect } from '../../../packages/aof-runtime/src/messages/index.ts'
import type { TurnEnding, WrittenTurn } from '../turn.ts'

/** One form of a dialect's answers. */
export interface Form<Body> {
  /** How arguments are written: as JSON text, as JSON text in pieces that can only be text, or as a value. */
  readonly writes: 'text' | 'pieces' | 'value'
  readonly body: (turn: WrittenTurn) => Body
}

/** The earlier calls in a request, and their results. */
export interface Sent {
  readonly calls: readonly { readonly id: unknown; readonly arguments: unknown }[]
  readonly results: readonly { readonly id: unknown; readonly said: unknown }[]
}

/** The bodies of a dialect, and the provider's own code that reads them. */
export interface DialectBodies {
  readonly dialect: string
  readonly ends: readonly TurnEnding[]
  /** Absent where the dialect is one of streams alone. */
  readonly whole?: Form<object>
  readonly streamed: Form<string | Uint8Array>
  readonly contentType: string
  /** Whether text can stand after a call. */
  readonly canGoOn: boolean
  /** Whether a call can be marked as incomplete. */
  readonly canMark?: boolean
  /** The functions of `aof-runtime/messages`; absent where it has none for the dialect. */
  readonly messages?: Pick<Dialect<never, object, object>, 'calls' | 'turn' | 'results'>
  readonly model: (fetch: typeof globalThis.fetch) => LanguageModelV4
  /** The messages in the body of a request. */
  readonly history: (body: never) => readonly object[]
  readonly read: (messages: readonly never[]) => Sent
}

export const sse = (events: readonly object[]): string =>
  events
    .map((event) => `${'type' in event ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
    .join('')
