export { DIALECT_NAMES } from './detect-dialect.ts'
export type { DialectName } from './dialects/index.ts'
export { openRecorded, type OpenRecordedOptions, type RecordedAnswer } from './open-recorded.ts'
export { RecordedAnswerError, type RecordedAnswerErrorKind } from './recorded-answer-error.ts'
