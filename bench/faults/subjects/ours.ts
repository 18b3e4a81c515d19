import { AgentExecutor } from '../../../packages/aof-runtime/dist/agent/index.js'
import { defineTool, ToolExecutor } from '../../../packages/aof-runtime/dist/index.js'
import { providerModel, resultsIn } from '../provider-model.ts'
import { DESCRIPTION, PROMPT, type Scenario, scenario as threeCalls } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

const TOOLS = new URL('../tools.ts', import.meta.url)

/** The agent executor, with tools in the same thread. */
export const ours: Subject = subject()

/** The same with every tool in isolation. */
export const oursInThreads: Subject = subject('thread')
export const oursInProcesses: Subject = subject('process')

function subject(mode?: 'thread' | 'process'): Subject {
  return async (scenario, ledger) => {
    const executor = executorFor(scenario, mode)
    if (mode !== undefined) await startWorkers(executor, scenario)
    const agent = new AgentExecutor({ name: 'faults', model: providerModel(scenario, ledger), executor })
    return async (signal) => {
      const { status, text, messages } = await agent.run(PROMPT, { signal }).result
      ledger.keep(resultsIn(messages))
      return { text, status }
    }
  }
}

function executorFor({ tools }: Scenario, mode: 'thread' | 'process' | undefined): ToolExecutor {
  return new ToolExecutor({
    tools: tools.map(({ name, behaviour, execute, timeoutMs }) =>
      defineTool({
        name,
        description: DESCRIPTION,
        inputSchema,
        execute,
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(mode !== undefined && { isolation: { mode, module: TOOLS, export: behaviour } }),
      }),
    ),
  })
}

/** Each executor has workers of its own; their start is not part of the turn. */
async function startWorkers(executor: ToolExecutor, { tools }: Scenario): Promise<void> {
  const name = tools[0]?.name ?? ''
  const calls = threeCalls().calls.map((call) => ({ id: call.id, name, arguments: call.input }))
  const results = await executor.executeTools(calls)
  const failed = results.find(({ success }) => !success)
  if (failed?.success === false) throw new Error(`Expected ${calls.length} good calls, got: ${failed.error.message}`)
}
