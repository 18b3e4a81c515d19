export { loadTools, type ToolSurroundings } from './load-tools.ts'
