import type { ToolCall } from '../core/contract/call.ts'
import type { ToolResult } from '../core/contract/result.ts'
import type { AnyTool } from '../core/tool/tool.ts'

/**
 * Converts between a provider's messages and a tool executor. Every provider has the same four functions, so that a
 * hand-written loop is three lines with each of them. The functions are pure and need no `this`.
 *
 * @example
 * ```ts
 * import { ToolExecutor, type AnyTool } from 'aof-runtime'
 * import type { Dialect } from 'aof-runtime/messages'
 *
 * async function loop<Answer, Definition, Message extends object>(
 *   dialect: Dialect<Answer, Definition, Message>,
 *   ask: (tools: Definition[], history: object[]) => Promise<Answer>,
 *   tools: AnyTool[],
 * ) {
 *   const executor = new ToolExecutor({ tools })
 *   const history: object[] = []
 *   for (;;) {
 *     const answer = await ask(dialect.tools(tools), history)
 *     const results = await executor.executeTools(dialect.calls(answer))
 *     if (results.length === 0) return answer
 *     history.push(...dialect.turn(answer), ...dialect.results(results, answer))
 *   }
 * }
 * ```
 *
 * @typeParam Answer a whole answer of the provider, not a stream
 * @typeParam Definition a tool definition of the provider
 * @typeParam ResultMessage a message that carries results back
 */
export interface Dialect<Answer, Definition, ResultMessage> {
  /**
   * The tool definitions for a request, sorted by name: the same tools give the same bytes in any order. Names and
   * schemas have a form that every provider accepts: a name such as `admin.tools.list` is sent as `admin_tools_list`
   * (the executor knows the tool by both), and a schema describes an object with `properties`, without a union at the
   * root.
   *
   * @throws MisuseError if a tool has no schema for the model, or one that no object fits, and if two tools have the
   * same name or would be sent under the same name
   */
  tools(tools: Iterable<AnyTool>): Definition[]

  /**
   * The calls that the answer asks the application to run, in the answer's order; empty if there are none. Calls that
   * the provider runs itself are left out. Malformed calls are kept, so that each can be answered:
   *
   * - arguments are passed on unchanged, as text if the provider sends text; missing ones are `{}`;
   * - a missing id becomes `call-<place>`, or `call-<place>-2`, … if the answer has that one already; duplicate ids
   *   stay;
   * - a missing name becomes the empty string, which is never a tool's name;
   * - a call that the end of the turn may have cut off is marked as `incomplete` and never runs: the last call of an
   *   answer that ended for any reason but the model's own decision (a limit, a filter, a refusal, an error, an unknown
   *   reason). Anything that follows a call shows that it is complete.
   *
   * @throws MisuseError if `answer` is not an answer of this provider
   */
  calls(answer: Answer): ToolCall[]

  /**
   * The model's turn for the history, to be placed before its results in the next request. It contains the objects of
   * the answer themselves, except those that the provider would refuse: a call without an id gets one, an invented name
   * is written with letters, digits, `_` and `-`, arguments that are not a JSON object are `{}` (the result says why;
   * servers that parse them refuse the request otherwise), Anthropic's blank text is left out, and unpaired surrogates
   * become U+FFFD.
   *
   * @throws MisuseError if `answer` is not an answer of this provider
   */
  turn(answer: Answer): object[]

  /**
   * The results for the next request, one for each call, in call order whatever order they are given in. The same
   * results give the same bytes, however long the tools took.
   *
   * A success is sent as its `content` if it has one (a line of text names the parts that the provider does not
   * accept), otherwise as its `data`: text as it is, everything else as JSON. A failure is
   * `{"error":{"code":…,"message":…}}`, marked as an error if the provider has a mark for it.
   *
   * @param results all results of one batch
   * @param answer the answer that the calls came from. With it the results are checked against its calls, and repeat
   * the fields that the provider expects back; without it each result is sent under its own id
   * @throws MisuseError unless there is exactly one result for each call
   */
  results(results: readonly ToolResult[], answer?: Answer): ResultMessage[]
}
