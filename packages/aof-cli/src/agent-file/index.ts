export type { AgentFile, CommandTool, ModelName, ParsedAgent, ToolEntry } from './agent-file.ts'
export {
  type CommandTemplate,
  type Element,
  fillCommand,
  type FilledCommand,
  fillElements,
} from './command-template.ts'
export { MAX_BYTES } from './decode.ts'
export { agentSchema } from './format.ts'
export { parseAgentFile, parseAgentFiles } from './parse-agent.ts'
export { FILE_PROVIDERS, providerNamed } from './provider-names.ts'
export { type Problem, problemAt } from './problem.ts'
export type { Excerpt, Place } from './source.ts'
export { unsupportedProblem } from './unsupported.ts'
export { resolveVariables } from './variables.ts'
