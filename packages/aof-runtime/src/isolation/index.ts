export { createIsolator, type IsolatorOptions } from './isolator.ts'
