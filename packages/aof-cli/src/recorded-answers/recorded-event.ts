/**
 * The framing of a body:
 * - `json`: one JSON document
 * - `json-array`: a JSON array with an event in each element, as a Gemini stream without `alt=sse`
 * - `ndjson`: an event a line
 * - `sse`: server-sent events
 * - `aws-events`: an AWS event stream with an event in each frame, as ConverseStream sends
 * - `aws-chunks`: an AWS event stream with a model's own event in each frame, as InvokeModelWithResponseStream sends
 */
export type Framing = 'json' | 'json-array' | 'ndjson' | 'sse' | 'aws-events' | 'aws-chunks'

/** One event of a body; a body that is one document is one event. */
export interface RecordedEvent {
  /** The recorded bytes, including the frame. */
  readonly bytes: Uint8Array
  /** The content of the frame, which should be JSON; empty for a comment or a truncated frame. */
  readonly text: string
  /** The parsed content; undefined if it is not JSON. */
  readonly value: unknown
}

/** A body, split into its events. */
export interface RecordedBody {
  readonly framing: Framing
  readonly events: readonly RecordedEvent[]
}
