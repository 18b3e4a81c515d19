export * from './core/index.ts'
export { ToolExecutor } from './tool-executor.ts'
