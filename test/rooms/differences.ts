import type { Case, FormName, RoomName, Row } from './table.ts'

/** Where a room departs from the rule, and why. */
export interface Difference {
  readonly dialects: readonly string[]
  readonly form?: FormName
  readonly rooms: readonly RoomName[]
  /** The titles of the arguments; any where it is absent. */
  readonly arguments?: readonly string[]
  /** The text of each departure. */
  readonly departs: RegExp
  readonly because: string
}

const UNREAD = /broke off|results of|ran \[|stands with|incomplete_call/

/** Every difference between the rooms; the first that fits a turn is its own. One that is not met any more fails the test. */
export const DIFFERENCES: readonly Difference[] = [
  {
    dialects: ['ollama-chat'],
    form: 'streamed',
    rooms: ['agent'],
    departs: /./,
    because:
      'the package for Ollama hides the reason of an answer with calls, and drops an event with odd arguments; ' +
      'the command reads a recording itself where the package does not, and asks Ollama by its other API',
  },
  {
    dialects: ['anthropic-messages', 'google-generate-content', 'bedrock-converse', 'ollama-chat'],
    rooms: ['agent', 'exec'],
    arguments: ['text that is no JSON in place of an object'],
    departs: /invalid_arguments/,
    because: 'the AI SDK writes text in place of an object as a JSON string, which parses and is of the wrong type',
  },
  {
    dialects: ['openai-chat'],
    form: 'streamed',
    rooms: ['agent'],
    arguments: ['an object in place of text', 'a list in place of text'],
    departs: /broke off: Type validation failed/,
    because: 'the AI SDK refuses the chunk that begins the call, so that no call is left to go on with',
  },
  {
    dialects: ['openai-responses'],
    form: 'streamed',
    rooms: ['agent'],
    arguments: ['missing'],
    departs: UNREAD,
    because: 'the AI SDK refuses the event that ends the call; an answer with an unreadable event counts as broken',
  },
  {
    dialects: ['cohere-v2'],
    form: 'streamed',
    rooms: ['agent', 'exec'],
    arguments: ['cut off', 'no JSON', 'two objects'],
    departs: UNREAD,
    because:
      'the AI SDK ends the stream at the end of a call whose arguments are no JSON; nothing after it can be read',
  },
]

export function differenceOf({ dialect, form }: Row, room: RoomName, { odd }: Case): Difference | undefined {
  return DIFFERENCES.find(
    (each) =>
      each.dialects.includes(dialect) &&
      (each.form ?? form) === form &&
      each.rooms.includes(room) &&
      (each.arguments?.includes(odd.title) ?? true),
  )
}
