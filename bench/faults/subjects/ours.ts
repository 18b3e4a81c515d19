import { AgentExecutor } from '../../../dist/agent/index.js'
import { defineTool } from '../../../dist/index.js'
import { providerModel, resultsIn } from '../provider-model.ts'
import { DESCRIPTION, inputSchema, PROMPT } from '../scenario.ts'
import type { Subject } from '../subject.ts'

const TOOLS = new URL('../tools.ts', import.meta.url)

/** The agent executor, its tools in the same thread. */
export const ours: Subject = subject()

/** The same with every tool in isolation. */
export const oursInThreads: Subject = subject('thread')
export const oursInProcesses: Subject = subject('process')

function subject(mode?: 'thread' | 'process'): Subject {
  return {
    run: async (scenario, ledger, signal) => {
      const tools = scenario.tools.map(({ name, behaviour, execute }) =>
        defineTool({
          name,
          description: DESCRIPTION,
          inputSchema,
          execute,
          ...(scenario.timeoutMs !== undefined && { timeoutMs: scenario.timeoutMs }),
          ...(mode !== undefined && { isolation: { mode, module: TOOLS, export: behaviour } }),
        }),
      )
      const agent = new AgentExecutor({ name: 'faults', model: providerModel(scenario, ledger), tools })
      const { status, text, messages } = await agent.run(PROMPT, { signal }).result
      ledger.keep(resultsIn(messages))
      return { text, status }
    },
  }
}
