import type { ToolCall } from '../core/call.ts'
import type { ToolResult } from '../core/result.ts'
import type { AnyTool } from '../core/tool.ts'

/**
 * What a provider's messages are to a tool executor: the same four functions for every provider, so that a hand-written
 * loop is three lines with each of them. All are pure and need no `this`.
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
 * @typeParam Definition a tool as the provider is told of it
 * @typeParam ResultMessage a message that carries results back
 */
export interface Dialect<Answer, Definition, ResultMessage> {
  /**
   * The tools' definitions for a request, sorted by name: the same tools give the same bytes in whatever order they
   * come. They are as every provider takes them: a name such as `admin.tools.list` is sent as `admin_tools_list` (the
   * executor knows the tool by both), a schema is of an object with `properties`, without a union at the root.
   *
   * @throws MisuseError where a tool has no schema that a model could be shown, or one that no object fits, and where two
   *   tools have one name, or names that are sent as one
   */
  tools(tools: Iterable<AnyTool>): Definition[]

  /**
   * The calls that the answer asks the application to run, in the answer's order; none where it asks for none. What the
   * provider runs itself is left to it. Whatever the model wrote gives a call, so that each can be answered:
   *
   * - arguments are passed on as they came, as text where the provider gives text; missing ones are `{}`;
   * - a missing id becomes `call-<place>`, or `call-<place>-2`, … where the answer has that one already; ids that occur
   *   twice stay;
   * - a missing name is empty, which no tool's is;
   * - a call that the end of the turn may have cut off is marked as `incomplete`, so that it never runs: the last one of an
   *   answer that ended by anything but the model's own will (a limit, a filter, a refusal, an error, a reason that is not
   *   known here). What comes after a call shows that it is complete.
   *
   * @throws MisuseError where `answer` is not an answer of this provider at all
   */
  calls(answer: Answer): ToolCall[]

  /**
   * The model's turn for the history: what comes before its results in the next request. It is what the answer holds,
   * the very same objects, except where the provider would not take that back: a call without an id gets one, a name that
   * a model made up is written with letters, digits, `_` and `-`, arguments that are no object, or no JSON, are `{}` (the
   * result says why; servers that read them refuse a request with any other), blank text of Anthropic's is left out, and unpaired surrogates become U+FFFD.
   *
   * @throws MisuseError where `answer` is not an answer of this provider at all
   */
  turn(answer: Answer): object[]

  /**
   * The results for the next request: in call order whatever order they come in, one for each call. The same results
   * give the same bytes, however long the tools took.
   *
   * A success is its `content` as far as the provider takes it (what it cannot take is named in a line of text), without
   * one its `data`: text as it is, everything else as JSON. A failure is `{"error":{"code":…,"message":…}}`, and is
   * marked as one where the provider has a mark.
   *
   * @param results of one batch, all of them
   * @param answer what the calls came from. With it the results are checked to be those of its calls, and carry what the
   *   provider wants to have repeated; without it each goes by its own id.
   * @throws MisuseError where the results are not one for each call
   */
  results(results: readonly ToolResult[], answer?: Answer): ResultMessage[]
}
