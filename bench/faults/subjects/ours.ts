import { AgentExecutor } from '../../../dist/agent/index.js'
import { defineTool } from '../../../dist/index.js'
import { providerModel, resultsIn } from '../provider-model.ts'
import { DESCRIPTION, inputSchema, PROMPT } from '../scenario.ts'
import type { Subject } from '../subject.ts'

/** The agent executor, its tools in the same thread. */
export const ours: Subject = {
  run: async (scenario, ledger, signal) => {
    const tools = scenario.tools.map(({ name, execute }) =>
      defineTool({
        name,
        description: DESCRIPTION,
        inputSchema,
        execute,
        ...(scenario.timeoutMs !== undefined && { timeoutMs: scenario.timeoutMs }),
      }),
    )
    const agent = new AgentExecutor({ name: 'faults', model: providerModel(scenario, ledger), tools })
    const { status, text, messages } = await agent.run(PROMPT, { signal }).result
    ledger.keep(resultsIn(messages))
    return { text, status }
  },
}
