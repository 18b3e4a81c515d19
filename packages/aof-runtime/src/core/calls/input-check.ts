import { Expiry } from '../host/expiry.ts'

/** The time in which an asynchronous input schema works on a call's arguments; it may not take for ever. */
export class InputCheck extends Expiry {
  readonly phase = 'checking'
}
