import { testScenarios } from './scenarios.ts'

testScenarios(2)
