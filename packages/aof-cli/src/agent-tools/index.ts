export { loadTools } from './load-tools.ts'
export { MODULE_TIME_LIMIT_NAMES, timeLimitNames } from './time-limit-names.ts'
